import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { UndoPoint } from '../../../src/apply/undo/undoPoint.js';
import type { StoreId } from '../../../src/model/ids.js';
import type { StoreFolder } from '../../../src/store/ports.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { aFlow, recordIdOf } from '../support/worlds.js';

describe('the undo point of a run', () => {
  let folder: StoreFolder;
  let undo: UndoPoint;
  beforeEach(async () => {
    folder = await new MemoryStore().create('runs', '20261121T053012Z-prod-3f9c1a' as StoreId);
    undo = new UndoPoint(folder);
  });

  it('keeps the interviews that were saved before a crash beside those that were left after it', async () => {
    const interview = (n: number): { Id: string } => ({ Id: recordIdOf('0Fo', n) });
    await undo.interviews('s002', [interview(1), interview(2)]);
    await undo.interviews('s002', [interview(2)]);
    await undo.interviews('s002', [interview(2)]);
    const saved = await Promise.all(
      (await folder.list('undo/records')).sort().map(async (path) => {
        const [, ...lines] = gunzipSync(await folder.read(path))
          .toString()
          .trim()
          .split('\n');
        return [path, lines.length];
      })
    );
    expect(saved).to.deep.equal([
      ['undo/records/FlowInterview.s002.2.csv.gz', 1],
      ['undo/records/FlowInterview.s002.3.csv.gz', 1],
      ['undo/records/FlowInterview.s002.csv.gz', 2],
    ]);
  });

  it('knows a flow that was not there from one of which it knows nothing', async () => {
    expect(await undo.latestVersion('Gone')).to.equal(undefined);
    await undo.flows([]);
    // What a run found first stands: gone on with, it finds what it deployed.
    await undo.flows([aFlow('Gone', 1, 1)]);
    expect(await undo.latestVersion('Gone')).to.equal(null);
  });
});
