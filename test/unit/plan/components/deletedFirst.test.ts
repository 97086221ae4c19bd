import { expect } from 'chai';
import { deletedFirst } from '../../../../src/plan/components/deletedFirst.js';
import type { DraftStep } from '../../../../src/plan/rollbackPlan.js';

const step = (operation: DraftStep['operation'], key: string): DraftStep => ({
  key: `metadata:${operation}:${key}`,
  lane: 'metadata',
  operation,
  fallbacks: [],
  target: `metadata:${key}`,
  count: 1,
  risk: 'lossless',
  reason: 'since',
  detail: {
    kind: 'component',
    type: key.slice(0, key.indexOf(':')),
    fullName: key.slice(key.indexOf(':') + 1),
    expects: null,
    leaves: null,
  },
});
const restored = (key: string): DraftStep => step('restoreComponent', key);
const deleted = (key: string): DraftStep => step('deleteComponent', key);
const first = (
  steps: readonly DraftStep[],
  texts: Readonly<Record<string, string>> = {},
  inTheWay: Readonly<Record<string, string>> = {}
): string[] =>
  deletedFirst(steps, { texts: new Map(Object.entries(texts)), inTheWay: new Map(Object.entries(inTheWay)) }).flatMap(
    ({ target, detail }) => (detail.kind === 'component' && detail.first ? [target.replace(/^metadata:\w+:/, '')] : [])
  );

describe('what is deleted before anything comes back', () => {
  const NEW = 'ApexClass:NewPart';
  const OLD = 'ApexClass:OldPart';

  it('is nothing where deletions have to do with nothing', () => {
    expect(first([restored(OLD), deleted(NEW)])).to.deep.equal([]);
  });

  it('is what uses a component that changes under it', () => {
    expect(first([restored(OLD), deleted(NEW)], { [NEW]: 'OldPart.added();' })).to.deep.equal(['NewPart']);
  });

  it('is not what the changed component itself uses: it comes back first and lets go', () => {
    expect(first([restored(OLD), deleted(NEW)], { [OLD]: 'NewPart.run();' })).to.deep.equal([]);
    // Each uses the other: what is there now must not lose what it uses.
    expect(first([restored(OLD), deleted(NEW)], { [OLD]: 'NewPart.run();', [NEW]: 'OldPart.x' })).to.deep.equal([]);
  });

  it('is not what uses a component that does not exist now', () => {
    expect(first([step('recreateComponent', OLD), deleted(NEW)], { [NEW]: 'OldPart.x' })).to.deep.equal([]);
  });

  it('takes along what uses it in turn, and stays where that cannot go before', () => {
    const TOP = 'ApexClass:TopPart';
    const steps = [restored(OLD), deleted(NEW), deleted(TOP)];
    const uses = { [NEW]: 'OldPart.x', [TOP]: 'NewPart.y' };
    expect(first(steps, uses)).to.deep.equal(['NewPart', 'TopPart']);
    expect(first(steps, { ...uses, [OLD]: 'TopPart.z' })).to.deep.equal([]);
  });

  it('is what holds a name that comes back, and the step says which', () => {
    const FIELD = 'CustomField:Visit__c.New__c';
    const steps = [step('recreateComponent', 'CustomField:Visit__c.Old__c'), deleted(FIELD)];
    const facts = {
      texts: new Map<string, string>(),
      inTheWay: new Map([[FIELD, 'it holds the child relationship V']]),
    };
    expect(deletedFirst(steps, facts)[1]?.reason).to.equal(
      'since; it goes before what comes back: it holds the child relationship V'
    );
  });
});
