import { expect } from 'chai';
import fc from 'fast-check';
import { statusOf } from '../../../src/apply/closeRun.js';
import { exitCodeOf } from '../../../src/cli/runExitCode.js';
import { OUTCOMES, type OutcomeCounts } from '../../../src/model/operation.js';

describe('the status of a run', () => {
  const cases: ReadonlyArray<readonly [totals: OutcomeCounts, status: string]> = [
    [{}, 'alreadyApplied'],
    [{ alreadyRestored: 3 }, 'alreadyApplied'],
    [{ restored: 1 }, 'succeeded'],
    [{ restored: 1, alreadyRestored: 2 }, 'succeeded'],
    [{ neutralised: 1 }, 'succeeded'],
    [{ failed: 1 }, 'failed'],
    [{ skipped: 1 }, 'failed'],
    [{ conflict: 1 }, 'failed'],
    [{ failed: 1, skipped: 2, conflict: 3 }, 'failed'],
    [{ restored: 1, failed: 1 }, 'partial'],
    [{ neutralised: 1, skipped: 1 }, 'partial'],
    [{ alreadyRestored: 1, conflict: 1 }, 'partial'],
    [{ inDoubt: 1 }, 'partial'],
    [{ inDoubt: 1, failed: 1 }, 'partial'],
  ];
  for (const [totals, status] of cases) {
    it(`is ${status} after ${JSON.stringify(totals)}`, () => expect(statusOf(totals, false)).to.equal(status));
  }

  it('is interrupted when it was stopped, whatever was done', () => {
    for (const [totals] of cases) expect(statusOf(totals, true)).to.equal('interrupted');
  });

  it('is a success only when nothing is left undone', () => {
    const totals = fc.dictionary(fc.constantFrom(...OUTCOMES), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(totals, (counts: OutcomeCounts) => {
        const undone = (counts.failed ?? 0) + (counts.skipped ?? 0) + (counts.conflict ?? 0) + (counts.inDoubt ?? 0);
        const status = statusOf(counts, false);
        expect(status === 'succeeded' || status === 'alreadyApplied').to.equal(undone === 0);
        const code = exitCodeOf({ status, totals: counts } as Parameters<typeof exitCodeOf>[0]);
        expect(code === 0).to.equal(undone === 0);
        if (counts.inDoubt) expect(code).to.equal(69);
      })
    );
  });
});
