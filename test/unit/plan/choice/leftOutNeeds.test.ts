import { expect } from 'chai';
import type { ComponentChange } from '../../../../src/metadata/diffComponents.js';
import { leftOutNeeds } from '../../../../src/plan/choice/leftOutNeeds.js';
import { emptyDraft } from '../../../../src/plan/draft.js';
import type { FlowFacts } from '../../../../src/plan/flows/flowFacts.js';
import type { DraftStep } from '../../../../src/plan/rollbackPlan.js';
import type { Baseline } from '../../../../src/snapshot/baseline.js';
import { aSnapshot } from '../../support/snapshots.js';
import { COLLEAGUE, componentChange, componentStep, decisions, recordStep } from '../../support/worlds.js';

const BASELINE = { snapshot: aSnapshot(), flows: { flows: [], absent: [], bodies: [] } } as unknown as Baseline;
const FACTS = {
  baseline: BASELINE.flows,
  bodies: new Map(),
  tests: new Map(),
  traits: new Map(),
} as unknown as FlowFacts;
const ROWS = recordStep('Product2', 'updateRecords', []);

/** `what goes back < what it needs and stays`. */
function needs(components: readonly ComponentChange[], steps: readonly DraftStep[]): string[] {
  const left = components.map(({ type, fullName }) => ({ target: `metadata:${type}:${fullName}`, why: 'excluded' }));
  return leftOutNeeds(
    { ...emptyDraft(), steps: [...steps], leftOut: left },
    { changes: { flows: [], components, permissions: [], records: [] } },
    BASELINE,
    FACTS,
    decisions()
  ).map(({ code, subject, message, action }) => {
    expect(code).to.equal('needsLeftOut');
    expect(action).to.include(`--exclude ${subject}`);
    return `${subject} < ${/but (\S+),/.exec(message)?.[1]}`;
  });
}

describe('what was left out although something needs it', () => {
  const rule = componentChange('changed', 'ValidationRule', 'Product2.Guard');

  it('is named with what goes back, and is not added', () => {
    expect(needs([rule], [ROWS])).to.deep.equal(['record:Product2 < metadata:ValidationRule:Product2.Guard']);
    const trigger = componentChange('changed', 'ApexTrigger', 'PriceGuard', COLLEAGUE);
    expect(needs([trigger], [ROWS]), 'also what a colleague changed, and whatever object it is on').to.deep.equal([
      'record:Product2 < metadata:ApexTrigger:PriceGuard',
    ]);
  });

  it('is nothing of another object, nothing that no record needs, and nothing where it goes back, too', () => {
    expect(needs([componentChange('changed', 'ValidationRule', 'Quote.Guard')], [ROWS])).to.deep.equal([]);
    expect(needs([componentChange('changed', 'ApexClass', 'Pricing')], [ROWS])).to.deep.equal([]);
    expect(needs([rule], [ROWS, componentStep('ValidationRule', 'Product2.Guard')])).to.deep.equal([]);
    expect(needs([], [ROWS])).to.deep.equal([]);
  });
});
