import { expect } from 'chai';
import { emptyDraft, joinDrafts, type Draft } from '../../../src/plan/draft.js';
import { componentStep, pointerStep } from '../support/worlds.js';

describe('drafts of several lanes', () => {
  it('become one, lane after lane, losing nothing', () => {
    const lane = (n: number): Draft => ({
      steps: [n === 1 ? pointerStep('A') : componentStep('ApexClass', 'A')],
      conflicts: [
        {
          target: `c${n}`,
          kind: 'changedByOther',
          baseline: '',
          current: '',
          changedBy: null,
          changedAt: null,
          decision: 'keep',
        },
      ],
      manual: [{ target: `m${n}`, what: '' }],
      leftOut: [{ target: `l${n}`, why: '' }],
      findings: [{ code: `f${n}`, severity: 'info', subject: '', message: '' }],
    });
    const joined = joinDrafts([lane(1), emptyDraft(), lane(2)]);
    expect(joined.steps.map((step) => step.lane)).to.deep.equal(['flows', 'metadata']);
    expect([
      joined.conflicts.map((entry) => entry.target),
      joined.manual.map((entry) => entry.target),
      joined.leftOut.map((entry) => entry.target),
      joined.findings.map((entry) => entry.code),
    ]).to.deep.equal([
      ['c1', 'c2'],
      ['m1', 'm2'],
      ['l1', 'l2'],
      ['f1', 'f2'],
    ]);
  });

  it('that are empty are not one and the same', () => {
    emptyDraft().steps.push(pointerStep('A'));
    expect(emptyDraft().steps).to.deep.equal([]);
  });
});
