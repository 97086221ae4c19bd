import { expect } from 'chai';
import type { EarlierRun } from '../../../src/apply/earlierRuns.js';
import { UndoPoint } from '../../../src/apply/undo/undoPoint.js';
import { undoRecords } from '../../../src/apply/undo/undoRecords.js';
import type { StoreId } from '../../../src/model/ids.js';
import type { OrgPorts } from '../../../src/org/ports.js';
import type { RollbackPlan } from '../../../src/plan/rollbackPlan.js';
import type { ValueRow } from '../../../src/records/fieldValue.js';
import { readRecordFile } from '../../../src/snapshot/recordFile.js';
import type { SnapshotPart } from '../../../src/snapshot/snapshotFormat.js';
import type { StoreFolder } from '../../../src/store/ports.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { aField, anObject } from '../support/describes.js';
import { recordIdOf } from '../support/worlds.js';

const MASTER = anObject('Master__c', [aField('Id', 'id'), aField('Name')]);
const DETAIL = anObject('Detail__c', [aField('Id', 'id'), aField('Name')]);
const NO_ORG = {} as OrgPorts;

describe('the records of an undo point', () => {
  const id = (n: number): string => recordIdOf('a01', n);
  const row = (n: number, Name: string): [string, { deleted: boolean; values: ValueRow }] => [
    id(n),
    { deleted: false, values: { Id: id(n), Name } },
  ];
  let folder: StoreFolder;
  let snapshot: StoreFolder;
  let undo: UndoPoint;
  beforeEach(async () => {
    const store = new MemoryStore();
    folder = await store.create('runs', '20261121T053012Z-prod-3f9c1a' as StoreId);
    snapshot = await store.create('snapshots', '20261121T053013Z-prod-3f9c1b' as StoreId);
    undo = new UndoPoint(folder);
  });

  /** The rows of each object, after a run with delete steps of these objects. */
  async function savedRows(...steps: ReadonlyArray<readonly [id: string, object: string]>): Promise<unknown> {
    const plan = {
      steps: steps.map(([step, object]) => ({
        id: step,
        operation: 'deleteRecords',
        detail: { kind: 'records', object },
      })),
    } as unknown as RollbackPlan;
    const run = { folder, state: { idMap: new Map(), openedAt: '2026-11-21T05:30:00Z' } } as unknown as EarlierRun;
    const parts: SnapshotPart[] = [];
    const put = async (path: string, content: string | Uint8Array): Promise<void> =>
      void parts.push(await snapshot.write(path, content));
    const objects = await undoRecords(
      NO_ORG,
      { run, plan, accounts: new Map() },
      { folder: snapshot, parts, put },
      () => false
    );
    const found: Record<string, string[]> = {};
    for (const part of objects) {
      const names: string[] = [];
      const describe = part.object === 'Master__c' ? MASTER : DETAIL;
      for await (const each of readRecordFile(snapshot, part, describe)) names.push(String(each['Name']));
      found[part.object] = names;
    }
    return found;
  }

  it('hold what the delete of a master took along of a later step', async () => {
    await undo.rows('s001', MASTER, new Map([row(1, 'master')]), false);
    // The detail is gone by the time its own step comes.
    await undo.rows('s001.s002', DETAIL, new Map([row(2, 'detail')]), false);
    expect(await savedRows(['s001', 'Master__c'], ['s002', 'Detail__c'])).to.deep.equal({
      Master__c: ['master'],
      Detail__c: ['detail'],
    });
  });

  it('hold what a step saved when it was gone on with; of a row that was saved twice the first counts', async () => {
    await undo.rows('s002', DETAIL, new Map([row(3, 'changed by the run')]), false);
    await undo.rows('s001', DETAIL, new Map([row(1, 'one'), row(3, 'three')]), false);
    await undo.rows('s001', DETAIL, new Map([row(2, 'two'), row(1, 'later')]), true);
    expect(await savedRows(['s001', 'Detail__c'], ['s002', 'Detail__c'])).to.deep.equal({
      Detail__c: ['one', 'two', 'three'],
    });
  });

  it('hold nothing of another object whose name begins alike', async () => {
    const longer = { ...DETAIL, name: 'Detail__c2' };
    await undo.rows('s001', longer, new Map([row(1, 'another')]), false);
    await undo.rows('s002', DETAIL, new Map([row(2, 'two')]), false);
    expect(await savedRows(['s002', 'Detail__c'])).to.deep.equal({ Detail__c: ['two'] });
  });
});
