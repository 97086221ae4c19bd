import { expect } from 'chai';
import type { Gap } from '../../../src/model/finding.js';
import type { Operation } from '../../../src/model/operation.js';
import type { RollbackPlan } from '../../../src/plan/rollbackPlan.js';
import { judge, keptBy, type Difference } from '../../../src/validate/verdict.js';
import { aPlan, COLLEAGUE, componentStep, DEPLOYED_AT, LATER, NAMES, planned } from '../support/worlds.js';

const ROW = 'record:Product2:01t000000000001AAA';
const difference = (
  target = ROW,
  at: string | undefined = DEPLOYED_AT,
  userId: string | undefined = COLLEAGUE
): Difference => ({ target, kind: 'updated', author: { userId, at } });
const verdictOf = (
  differences: readonly Difference[],
  kept: Parameters<typeof judge>[1] = [],
  since?: string,
  gaps: readonly Gap[] = []
): ReturnType<typeof judge> => judge(differences, kept, gaps, since, NAMES);

const conflict = {
  target: ROW,
  kind: 'changedByOther',
  baseline: '',
  current: '',
  changedBy: null,
  changedAt: null,
} as const;

describe('what was meant to stay', () => {
  it('is nothing without a plan', () => expect(keptBy(undefined, ['flow:A'])).to.deep.equal([]));

  it('is every kept conflict, what was left out, what needs a person, and what was made harmless', () => {
    const plan = aPlan({
      conflicts: [
        { ...conflict, decision: 'keep' },
        { ...conflict, target: 'flow:B', decision: 'restore' },
      ],
      leftOut: [{ target: 'flow:C', why: 'excluded by --exclude' }],
      manual: [{ target: 'flow:D', what: 'Do it by hand.' }],
    });
    expect(keptBy(plan, ['flow:E'])).to.deep.equal([
      { target: ROW, why: 'kept, because somebody else changed it' },
      { target: 'flow:C', why: 'left out: excluded by --exclude' },
      { target: 'flow:D', why: 'manual: Do it by hand.' },
      { target: 'flow:E', why: 'neutralised: made harmless, not taken away' },
    ]);
  });
});

describe('the verdict', () => {
  it('is restored when nothing differs', () =>
    expect(verdictOf([])).to.deep.equal({ verdict: 'restored', findings: [] }));

  it('is not restored when anything differs that nobody wanted, and says who did it', () => {
    const { verdict, findings } = verdictOf([difference()]);
    expect(verdict).to.equal('notRestored');
    expect(findings).to.deep.equal([
      {
        code: 'different',
        severity: 'error',
        subject: ROW,
        message: `updated by cleo@example.com at ${DEPLOYED_AT}; it is not as in the snapshot`,
      },
    ]);
  });

  it('is restored except for what was kept, which is named with its reason', () => {
    const { verdict, findings } = verdictOf([difference()], [{ target: ROW, why: 'kept: changedByOther' }]);
    expect(verdict).to.equal('restoredExceptKept');
    expect(findings[0]).to.include({ code: 'kept', severity: 'info', subject: ROW });
    expect(findings[0]?.message).to.include('kept: changedByOther');
  });

  it('is not restored when one difference was kept and another was not', () => {
    const { verdict, findings } = verdictOf(
      [difference(), difference('flow:A')],
      [{ target: ROW, why: 'kept: changedByOther' }]
    );
    expect(verdict).to.equal('notRestored');
    expect(findings.map((finding) => finding.code)).to.deep.equal(['different', 'kept']);
  });

  it('takes a kept object or type for all of it', () => {
    expect(verdictOf([difference()], [{ target: 'record:Product2', why: 'left out: x' }]).verdict).to.equal(
      'restoredExceptKept'
    );
    expect(
      verdictOf([difference()], [{ target: 'record:Product2:01t000000000002AAA', why: 'left out: x' }]).verdict
    ).to.equal('notRestored');
  });

  it('takes only the fields that were kept for kept, not the rest of their row', () => {
    const kept = keptBy(
      aPlan({
        conflicts: [
          { ...conflict, decision: 'keep', fields: ['Name'] },
          { ...conflict, kind: 'ownerInactive', decision: 'keep' },
        ],
      }),
      []
    );
    const differing = (...fields: string[]): ReturnType<typeof judge> => verdictOf([{ ...difference(), fields }], kept);
    expect(differing('Name').verdict).to.equal('restoredExceptKept');
    expect(differing('Name', 'OwnerId').verdict).to.equal('restoredExceptKept');
    expect(differing('Name', 'Price__c').verdict).to.equal('notRestored');
    expect(differing('Name', 'Price__c').findings[0]?.message).to.include('not as in the snapshot: Price__c');
    expect(verdictOf([{ ...difference(), kind: 'deleted' }], kept).verdict).to.equal('notRestored');
    // What was left out or kept as a whole row stays whatever differs in it.
    expect(verdictOf([{ ...difference(), fields: ['Price__c'] }], [{ target: ROW, why: 'x' }]).verdict).to.equal(
      'restoredExceptKept'
    );
  });

  it('takes no manual item for an excuse where the run was to restore the same', () => {
    const target = 'metadata:Profile:Sales';
    const plan = (operation: Operation): RollbackPlan =>
      aPlan({
        manual: [{ target, what: 'Look in Setup.' }],
        steps: [planned(componentStep('Profile', 'Sales'), 's001', { operation })],
      });
    const { verdict, findings } = verdictOf([difference(target)], keptBy(plan('restoreComponent'), []));
    expect(verdict).to.equal('notRestored');
    expect(findings).to.have.length(1);
    expect(findings[0]?.message).to.include('Look in Setup.');
    expect(verdictOf([difference(target)], keptBy(plan('deactivateComponent'), [])).verdict).to.equal(
      'restoredExceptKept'
    );
  });

  it('is restored when what was kept differs no more', () =>
    expect(verdictOf([], [{ target: ROW, why: 'kept: changedByOther' }]).verdict).to.equal('restored'));

  it('is not simply restored while a manual item stands', () =>
    expect(verdictOf([], [{ target: ROW, why: 'manual: Do it by hand.' }]).verdict).to.equal('restoredExceptKept'));

  it('is not simply restored while something was not compared', () => {
    const finding = { code: 'fieldsGone', severity: 'warning', subject: 'Product2.X__c', message: 'x' } as const;
    expect(judge([], [], [], undefined, NAMES, [finding])).to.deep.equal({
      verdict: 'restoredExceptKept',
      findings: [finding],
    });
    expect(judge([difference()], [], [], undefined, NAMES, [finding]).verdict).to.equal('notRestored');
  });

  it('names a manual item also when nothing differs there any more', () => {
    const manual = { target: ROW, why: 'manual: Do it by hand.' };
    expect(verdictOf([], [manual]).findings).to.deep.equal([
      {
        code: 'manual',
        severity: 'info',
        subject: ROW,
        message: 'manual: Do it by hand. No difference is seen here any more.',
      },
    ]);
    expect(verdictOf([difference()], [manual]).findings.map(({ code }) => code)).to.deep.equal(['kept']);
  });

  it('is not simply restored when the snapshot has a hole: what it does not hold is not proven', () => {
    const gap = (severity: 'hole' | 'limit'): Gap => ({ kind: 'rows', name: 'Product2', severity, reason: 'x' });
    expect(verdictOf([], [], undefined, [gap('hole')]).verdict).to.equal('restoredExceptKept');
    expect(verdictOf([], [], undefined, [gap('limit')]).verdict).to.equal('restored');
    expect(verdictOf([difference()], [], undefined, [gap('hole')]).verdict).to.equal('notRestored');
  });

  it('tells what changed since the run from what the run left', () => {
    const code = (at: string | undefined, since: string | undefined): string | undefined =>
      verdictOf([difference(ROW, at)], [], since).findings[0]?.code;
    expect(code(LATER, DEPLOYED_AT)).to.equal('changedSinceRun');
    expect(code(DEPLOYED_AT, DEPLOYED_AT)).to.equal('different');
    expect(code('2026-11-21T08:30:00.000+0200', '2026-11-21T06:15:00.000Z')).to.equal('changedSinceRun');
    expect(code('2026-11-21T08:00:00.000+0200', '2026-11-21T06:15:00.000Z')).to.equal('different');
    expect(code(LATER, undefined)).to.equal('different');
    expect(
      judge(
        [{ target: ROW, kind: 'deleted', author: { userId: undefined, at: undefined } }],
        [],
        [],
        DEPLOYED_AT,
        NAMES
      ).findings[0]
    ).to.include({ code: 'different', message: 'deleted; it is not as in the snapshot' });
    expect(verdictOf([difference(ROW, LATER)], [], DEPLOYED_AT).verdict).to.equal('notRestored');
  });

  it('names a user by id where the name is unknown', () => {
    expect(verdictOf([difference(ROW, DEPLOYED_AT, '005000000000009AAA')]).findings[0]?.message).to.include(
      'by 005000000000009AAA at'
    );
  });

  it('names what the snapshot does not hold', () => {
    const gap = (severity: 'hole' | 'limit'): Gap => ({
      kind: 'rows',
      name: 'Product2',
      severity,
      reason: '3 rows could not be read',
    });
    expect(verdictOf([], [], undefined, [gap('hole')]).findings).to.deep.equal([
      {
        code: 'gap',
        severity: 'warning',
        subject: 'Product2',
        message: 'not in the snapshot: 3 rows could not be read',
      },
    ]);
    expect(verdictOf([], [], undefined, [gap('limit')]).findings).to.deep.equal([]);
  });

  it('comes with the worst finding first, then by name', () => {
    const { findings } = verdictOf(
      [difference('flow:Kept'), difference('flow:Z'), difference('flow:A')],
      [{ target: 'flow:Kept', why: 'kept: x' }],
      undefined,
      [{ kind: 'rows', name: 'Product2', severity: 'hole', reason: 'x' }]
    );
    expect(findings.map((finding) => finding.subject)).to.deep.equal(['flow:A', 'flow:Z', 'Product2', 'flow:Kept']);
  });
});
