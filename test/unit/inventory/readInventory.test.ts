import { expect } from 'chai';
import type { JournalEntry } from '../../../src/apply/journal/journal.js';
import { ofOrg, type Inventory } from '../../../src/inventory/entry.js';
import { readInventory } from '../../../src/inventory/readInventory.js';
import type { StoreId } from '../../../src/model/ids.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { ORG } from '../support/snapshots.js';
import { putPlan, putRun, putSnapshot, storeIdOf } from '../support/stores.js';
import { LATER, planned, pointerStep } from '../support/worlds.js';

const OTHER_ORG = '00D000000000063EAA';
const NOW = new Date('2026-11-21T08:00:00Z');
const closed = (status: Extract<JournalEntry, { kind: 'runClosed' }>['status']): JournalEntry => ({
  kind: 'runClosed',
  at: LATER,
  status,
});
const intended = (step: string): JournalEntry => ({ kind: 'stepIntended', at: LATER, step });
const settled = (step: string, restored: number): JournalEntry => ({
  kind: 'stepSettled',
  at: LATER,
  step,
  counts: { restored },
  outcomes: '',
});

describe('what a store holds', () => {
  let store: MemoryStore;
  beforeEach(() => {
    store = new MemoryStore();
  });
  const read = (now = NOW): Promise<Inventory> => readInventory(store, now);
  const [snapshotId, planId, runId] = [storeIdOf(1), storeIdOf(2), storeIdOf(3)] as [StoreId, StoreId, StoreId];
  const steps = [planned(pointerStep('Pricing'), 's001'), planned(pointerStep('Quote'), 's002', { count: 3 })];
  const plan = (id = planId, more = {}): ReturnType<typeof putPlan> =>
    putPlan(store, id, { snapshotId, steps, applicable: true, empty: false, ...more });

  it('is nothing at first', async () => {
    expect(await read()).to.deep.equal({ snapshots: [], plans: [], runs: [] });
  });

  it('tells complete snapshots from those with holes, from unfinished and from damaged ones, and hides none', async () => {
    await putSnapshot(store, storeIdOf(1), { label: 'before spring' });
    await putSnapshot(store, storeIdOf(2), {
      complete: false,
      gaps: [
        { kind: 'rows', name: 'Product2', severity: 'hole', reason: 'not seen' },
        { kind: 'object', name: 'X__c', severity: 'limit', reason: 'not there' },
      ],
    });
    await store.create('snapshots', storeIdOf(3));
    const damaged = await putSnapshot(store, storeIdOf(4));
    await damaged.write('snapshot.json', (await damaged.read('snapshot.json')).toString().replace('olga', 'eve'));
    const { snapshots } = await read();
    expect(snapshots.map(({ state, holes, label }) => [state, holes, label])).to.deep.equal([
      ['complete', 0, 'before spring'],
      ['incomplete', 1, null],
      ['unfinished', 0, null],
      ['damaged', 0, null],
    ]);
    expect(snapshots[2]?.problem).to.include('never finished');
    expect(snapshots[3]?.problem).to.equal('its digest does not match its content');
  });

  it('says of a snapshot when the recycle bin may have forgotten what was deleted since', async () => {
    await putSnapshot(store, snapshotId, { createdAt: '2026-11-01T08:00:00.000Z' });
    const old = async (now: string): Promise<boolean | undefined> =>
      (await read(new Date(now))).snapshots[0]?.olderThanRecycleBin;
    expect(await old('2026-11-16T07:59:59Z')).to.equal(false);
    expect(await old('2026-11-16T08:00:01Z')).to.equal(true);
  });

  it('follows a plan from open over begun to applied, and its snapshot to gone back to', async () => {
    await putSnapshot(store, snapshotId);
    await plan();
    const state = async (): Promise<unknown[]> => {
      const inventory = await read();
      return [inventory.plans[0]?.state, inventory.plans[0]?.runs.length, inventory.snapshots[0]?.goneBackToBy.length];
    };
    expect(await state()).to.deep.equal(['open', 0, 0]);
    await putRun(store, runId, { planId, snapshotId }, [intended('s001')]);
    expect(await state()).to.deep.equal(['begun', 1, 0]);
    await putRun(store, storeIdOf(4), { planId, snapshotId }, [closed('partial')]);
    expect(await state()).to.deep.equal(['begun', 2, 0]);
    await putRun(store, storeIdOf(5), { planId, snapshotId }, [closed('succeeded')]);
    expect(await state()).to.deep.equal(['applied', 3, 1]);
  });

  it('takes a plan for open again, and its snapshot for not gone back to, once its run was taken back', async () => {
    await putSnapshot(store, snapshotId);
    await putSnapshot(store, storeIdOf(7), { undoOf: runId });
    await plan();
    await putRun(store, runId, { planId, snapshotId }, [closed('succeeded')]);
    await putRun(store, storeIdOf(8), { undoes: runId }, [closed('succeeded')]);
    const { snapshots, plans, runs } = await read();
    expect(plans[0]).to.deep.include({ state: 'open', runs: [] });
    expect(snapshots.map(({ goneBackToBy, undoOf }) => [goneBackToBy, undoOf])).to.deep.equal([
      [[], null],
      [[], runId],
    ]);
    expect(runs.map(({ undone, undoes }) => [undone, undoes])).to.deep.equal([
      [true, null],
      [false, runId],
    ]);
  });

  it('calls an open plan superseded once a newer one goes back to the same snapshot', async () => {
    await plan(storeIdOf(2), { createdAt: '2026-11-21T06:00:02.000Z' });
    await plan(storeIdOf(3), { createdAt: '2026-11-21T06:00:03.000Z' });
    await plan(storeIdOf(4), { createdAt: '2026-11-21T06:00:04.000Z', snapshotId: storeIdOf(9) });
    expect((await read()).plans.map(({ state }) => state)).to.deep.equal(['superseded', 'open', 'open']);
  });

  it('tells plans with nothing to do from those that may not be applied and from damaged ones', async () => {
    await plan(storeIdOf(2), { snapshotId: storeIdOf(20), steps: [], empty: true, applicable: false });
    await plan(storeIdOf(3), { snapshotId: storeIdOf(30), applicable: false });
    await plan(storeIdOf(4), { snapshotId: storeIdOf(40) });
    const folder = await store.open('plans', storeIdOf(4));
    await folder.write('plan.json', (await folder.read('plan.json')).toString().replace('Quote', 'Quota'));
    const { plans } = await read();
    expect(plans.map(({ state }) => state)).to.deep.equal(['empty', 'notApplicable', 'damaged']);
    expect(plans[1]).to.include({ steps: 2, items: 4 });
    expect(plans[2]?.problem).to.include('it was edited after it was made');
  });

  it('tells from the journal alone how far a run came, also without a result', async () => {
    await putRun(store, runId, { planId, reason: 'quotes are wrong' }, [
      { kind: 'switchOff', at: LATER, name: 'CPQ triggers', by: 'operator' },
      intended('s001'),
      settled('s001', 2),
      intended('s002'),
    ]);
    const [run] = (await read()).runs;
    expect(run).to.include({ state: 'cutOff', planId, settledSteps: 1, closedAt: null, reason: 'quotes are wrong' });
    expect([run?.openSteps, run?.totals, run?.switchesOff]).to.deep.equal([
      ['s002'],
      { restored: 2 },
      ['CPQ triggers'],
    ]);
  });

  it('knows the verdict of the last validation, and takes a damaged one for none', async () => {
    const folder = await putRun(store, runId, {}, [closed('succeeded')]);
    const verdict = async (): Promise<unknown> => (await read()).runs[0]?.verdict;
    expect(await verdict()).to.equal(null);
    await folder.write('validation.json', '{"verdict":"restoredExceptKept"}');
    expect(await verdict()).to.equal('restoredExceptKept');
    await folder.write('validation.json', '{"verdict":');
    expect(await verdict()).to.equal(null);
  });

  it('shows an edited journal as damage', async () => {
    const folder = await store.create('runs', runId);
    await folder.write('journal.ndjson', '{"n":0,"entry":{"kind":"runOpened"},"hash":"00"}\n{}\n');
    expect((await read()).runs[0]).to.include({ state: 'damaged', problem: 'journal.ndjson was edited at line 1' });
  });

  it('narrows to one org, and leaves in what is too damaged to tell', async () => {
    await putSnapshot(store, storeIdOf(1));
    await putSnapshot(store, storeIdOf(2), { orgId: OTHER_ORG });
    await store.create('snapshots', storeIdOf(3));
    const { snapshots } = ofOrg(await read(), ORG);
    expect(snapshots.map(({ id }) => id)).to.deep.equal([storeIdOf(1), storeIdOf(3)]);
  });
});
