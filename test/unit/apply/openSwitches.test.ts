import { expect } from 'chai';
import { chain, GENESIS, type JournalEntry } from '../../../src/apply/journal/journal.js';
import { acknowledgeSwitches, openSwitches } from '../../../src/apply/openSwitches.js';
import type { StoreId } from '../../../src/model/ids.js';
import { FileStore } from '../../../src/store/fileStore.js';
import { LATER } from '../support/worlds.js';
import { tempFolders } from '../support/tempFolder.js';

const ORG = '00D000000000062EAA';
const at = LATER;
const off: JournalEntry = { kind: 'switchOff', at, name: 'CPQ triggers', by: 'operator' };
const back: JournalEntry = { kind: 'switchBack', at, name: 'CPQ triggers', how: 'reminded' };

describe('what a run that was cut off left switched off', () => {
  const temp = tempFolders();
  let store: FileStore;
  beforeEach(async () => {
    store = new FileStore(await temp(), '.rollback');
  });

  let n = 0;
  /** A run of an org with these entries in its journal; runs are made in the order of their ids. */
  async function run(entries: readonly JournalEntry[], orgId = ORG): Promise<string> {
    const id = `20261121T0600${String((n += 1)).padStart(2, '0')}Z-prod-3f9c1a` as StoreId;
    const folder = await store.create('runs', id);
    const opened: JournalEntry = {
      kind: 'runOpened',
      at,
      runId: id,
      planId: `plan of ${id}`,
      planDigest: '',
      snapshotId: 's',
      orgId,
      username: 'olga@example.com',
    };
    let hash = GENESIS;
    for (const [line, entry] of [opened, ...entries].entries()) {
      const chained = chain(hash, line, entry);
      hash = chained.hash;
      await folder.append('journal.ndjson', JSON.stringify(chained));
    }
    return id;
  }
  const openRuns = async (orgId = ORG): Promise<string[]> =>
    (await openSwitches(store, orgId)).map(({ runId }) => runId);

  it('is nothing where nothing was switched off, or the run reminded of it', async () => {
    expect(await openRuns()).to.deep.equal([]);
    await run([]);
    await run([off, back]);
    await store.create('runs', '20261121T070000Z-prod-3f9c1a' as StoreId);
    expect(await openRuns()).to.deep.equal([]);
  });

  it('is named with its run and its plan, for its org only', async () => {
    const id = await run([off]);
    expect(await openSwitches(store, ORG)).to.deep.equal([
      { runId: id, planId: `plan of ${id}`, name: 'CPQ triggers' },
    ]);
    expect(await openRuns('00D000000000063EAA')).to.deep.equal([]);
  });

  it('is settled by a later run of the org that reminds of it, not by an earlier one or one of another org', async () => {
    await run([off, back]);
    const id = await run([off]);
    await run([off, back], '00D000000000063EAA');
    await run([]);
    expect(await openRuns()).to.deep.equal([id]);
    await run([off, back]);
    expect(await openRuns()).to.deep.equal([]);
    const again = await run([off]);
    expect(await openRuns()).to.deep.equal([again]);
  });

  it('is settled by somebody who says that it is on again, and only until the next time', async () => {
    await run([off]);
    await run([off]);
    const elsewhere = await run([off], '00D000000000063EAA');
    await acknowledgeSwitches(store, ORG, new Date(at));
    expect(await openRuns()).to.deep.equal([]);
    expect(await openRuns('00D000000000063EAA')).to.deep.equal([elsewhere]);
    const next = await run([off]);
    expect(await openRuns()).to.deep.equal([next]);
  });

  it('is open again where the run that was gone on with had it switched off once more', async () => {
    const id = await run([off]);
    await acknowledgeSwitches(store, ORG, new Date(at));
    const folder = await store.open('runs', id as StoreId);
    const last = JSON.parse((await folder.read('journal.ndjson')).toString().trim().split('\n').at(-1) as string) as {
      n: number;
      hash: string;
    };
    await folder.append('journal.ndjson', JSON.stringify(chain(last.hash, last.n + 1, off)));
    expect(await openRuns()).to.deep.equal([id]);
  });

  it('is told of every org where none is named, each by itself', async () => {
    const here = await run([off]);
    const there = await run([off], '00D000000000063EAA');
    await run([off, back], '00D000000000063EAA');
    expect((await openSwitches(store)).map(({ runId }) => runId)).to.deep.equal([here]);
    expect(there).to.not.equal(here);
  });

  it('is not read from a journal that was edited', async () => {
    const id = await run([off]);
    await (await store.open('runs', id as StoreId)).append('journal.ndjson', '{"n":9}');
    expect(await openRuns()).to.deep.equal([]);
  });
});
