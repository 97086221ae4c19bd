import { expect } from 'chai';
import type { RunResult } from '../../../src/apply/runResult.js';
import { exitCodeOf } from '../../../src/cli/runExitCode.js';
import type { OutcomeCounts } from '../../../src/model/operation.js';

const codeOf = (status: RunResult['status'], totals: OutcomeCounts = {}): number =>
  exitCodeOf({ status, totals } as RunResult);

describe('the exit code of a run', () => {
  it('follows the table', () => {
    expect([
      codeOf('succeeded'),
      codeOf('alreadyApplied'),
      codeOf('failed'),
      codeOf('partial'),
      codeOf('interrupted'),
    ]).to.deep.equal([0, 0, 1, 68, 69]);
  });

  it('asks to resume whenever anything is in doubt', () => {
    expect([
      codeOf('partial', { inDoubt: 1 }),
      codeOf('failed', { inDoubt: 1 }),
      codeOf('partial', { inDoubt: 0 }),
    ]).to.deep.equal([69, 69, 68]);
  });

  it('does not change for what was made harmless', () => expect(codeOf('succeeded', { neutralised: 3 })).to.equal(0));
});
