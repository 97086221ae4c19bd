import { expect } from 'chai';
import { untilThrough } from '../../../../src/apply/records/retryRows.js';
import type { RowResult } from '../../../../src/org/ports/records.js';
import type { RecordItem } from '../../../../src/plan/rollbackPlan.js';
import { recordIdOf } from '../../support/worlds.js';

const items = (count: number): RecordItem[] =>
  Array.from({ length: count }, (_item, at) => ({ id: recordIdOf('a01', at), before: {}, after: {} }));

/** Writes until through; `codeOf` says what the org answers in which pass. Gives the results and the sizes of the batches. */
async function write(
  count: number,
  codeOf: (at: number, pass: number) => string | undefined
): Promise<{ failed: string[]; batches: number[][]; pauses: number[] }> {
  const batches: number[][] = [[]];
  const pauses: number[] = [];
  const results = await untilThrough(
    items(count),
    async (due) => {
      batches.at(-1)?.push(due.length);
      return due.map(({ id }): RowResult => {
        const code = codeOf(Number(id.slice(3, 15)), batches.length);
        return code ? { id, success: false, code } : { id, success: true };
      });
    },
    async (pass) => {
      pauses.push(pass);
      batches.push([]);
    }
  );
  expect(results).to.have.lengthOf(count);
  return { failed: results.filter(({ success }) => !success).map(({ code }) => code ?? ''), batches, pauses };
}

describe('rows that are refused for a passing reason', () => {
  it('are written again in smaller batches, only those, until they are through', async () => {
    const locked = await write(600, (at, pass) => (pass < 4 && at % 2 === 0 ? 'UNABLE_TO_LOCK_ROW' : undefined));
    expect(locked.failed).to.deep.equal([]);
    expect(locked.batches.map((sizes) => [sizes.length, Math.max(...sizes)])).to.deep.equal([
      [1, 600],
      [2, 200],
      [6, 50],
      [30, 10],
    ]);
    expect(locked.pauses).to.deep.equal([1, 2, 3]);
  });

  it('are given up after five times, with the last refusal', async () => {
    const { failed, batches } = await write(3, () => 'UNABLE_TO_LOCK_ROW');
    expect(failed).to.deep.equal(['UNABLE_TO_LOCK_ROW', 'UNABLE_TO_LOCK_ROW', 'UNABLE_TO_LOCK_ROW']);
    expect(batches).to.have.lengthOf(5);
  });

  it('are not those that a rule refused: nothing would change', async () => {
    const { failed, batches } = await write(2, () => 'FIELD_CUSTOM_VALIDATION_EXCEPTION');
    expect([failed.length, batches.length]).to.deep.equal([2, 1]);
  });

  it('are those in use only while others of them get through', async () => {
    const oneAPass = await write(3, (at, pass) => (at >= pass ? 'DELETE_FAILED' : undefined));
    expect([oneAPass.failed, oneAPass.batches]).to.deep.equal([[], [[3], [2], [1]]]);
    expect((await write(2, () => 'DELETE_FAILED')).batches).to.deep.equal([[2]]);
  });
});
