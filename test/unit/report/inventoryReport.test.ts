import { expect } from 'chai';
import type { Inventory, PlanEntry, RunEntry, SnapshotEntry } from '../../../src/inventory/entry.js';
import { inventoryReport, type ListView } from '../../../src/report/inventoryReport.js';
import { aSnapshot, ORG } from '../support/snapshots.js';
import { storeIdOf } from '../support/stores.js';
import { LATER } from '../support/worlds.js';

const snapshot = (n: number, more: Partial<SnapshotEntry> = {}): SnapshotEntry => ({
  kind: 'snapshot',
  id: storeIdOf(n),
  state: 'complete',
  problem: null,
  path: '',
  orgId: ORG,
  label: null,
  follows: null,
  undoOf: null,
  username: 'olga@example.com',
  createdAt: LATER,
  counts: { ...aSnapshot().counts, flows: 1, flowVersions: 4, records: 173, objects: 50, bytes: 487_332 },
  holes: 0,
  goneBackToBy: [],
  olderThanRecycleBin: false,
  ...more,
});
const plan = (n: number, more: Partial<PlanEntry> = {}): PlanEntry => ({
  kind: 'plan',
  id: storeIdOf(n),
  state: 'open',
  problem: null,
  path: '',
  orgId: ORG,
  snapshotId: storeIdOf(1),
  createdAt: LATER,
  createdBy: 'olga@example.com',
  summary: {},
  steps: 11,
  items: 24,
  conflicts: 1,
  manual: 2,
  runs: [],
  ...more,
});
const run = (n: number, more: Partial<RunEntry> = {}): RunEntry => ({
  kind: 'run',
  id: storeIdOf(n),
  state: 'succeeded',
  problem: null,
  path: '',
  orgId: ORG,
  planId: storeIdOf(2),
  snapshotId: storeIdOf(1),
  username: 'olga@example.com',
  reason: null,
  openedAt: LATER,
  closedAt: LATER,
  settledSteps: 11,
  openSteps: [],
  undoes: null,
  undone: false,
  totals: { restored: 24 },
  verdict: null,
  switchesOff: [],
  ...more,
});
const report = (inventory: Partial<Inventory>, view: Partial<ListView> = {}): string =>
  inventoryReport(
    { snapshots: [], plans: [], runs: [], ...inventory },
    { kinds: ['snapshot', 'plan', 'run'], all: false, width: 80, ...view }
  );

describe('a store as a person reads it', () => {
  it('gives each thing its whole id, how it stands, and what it holds', () => {
    const text = report({
      snapshots: [snapshot(1, { label: 'before spring' })],
      plans: [plan(2)],
      runs: [run(3, { verdict: 'restoredExceptKept' })],
    });
    expect(text).to.equal(
      [
        'Snapshots',
        `  ${storeIdOf(1)}  "before spring", complete`,
        '      1 flow (4 versions), 173 rows of 50 objects, 476 kB',
        '',
        'Plans',
        `  ${storeIdOf(2)}  open`,
        `      11 steps with 24 items, 1 conflict, 2 by hand; back to`,
        `      ${storeIdOf(1)}`,
        '',
        'Runs',
        `  ${storeIdOf(3)}`,
        '      succeeded; validated: restored, except for what was kept',
        `      24 restored; plan ${storeIdOf(2)}`,
      ].join('\n')
    );
  });

  it('raises its voice where something is open, stale, cut off or damaged', () => {
    const text = report({
      snapshots: [
        snapshot(1, { state: 'incomplete', holes: 2, olderThanRecycleBin: true }),
        snapshot(2, { state: 'damaged', problem: 'its digest does not match', counts: null }),
        snapshot(3, { goneBackToBy: ['x'] }),
      ],
      plans: [plan(4, { state: 'stale', problem: 'flow:A: version 7 is active' })],
      runs: [run(5, { state: 'cutOff', settledSteps: 3, planId: storeIdOf(4), switchesOff: ['CPQ triggers'] })],
    }).replace(/\s+/g, ' ');
    for (const words of [
      'INCOMPLETE: 2 holes, older than the recycle bin (15 days)',
      'DAMAGED: its digest does not match',
      'complete, gone back to',
      'STALE: the org changed after it was made: flow:A: version 7 is active',
      'CUT OFF, or still under way; CPQ triggers may still be OFF',
      '3 of 11 steps settled',
    ])
      expect(text).to.include(words);
  });

  it('folds all but the newest ten of a kind, and says how to see the rest', () => {
    const snapshots = Array.from({ length: 13 }, (_, n) => snapshot(n));
    const text = report({ snapshots });
    expect(text).to.include('  … 3 older: sf rollback list --all\n');
    expect(text).to.include(storeIdOf(3)).and.to.not.include(storeIdOf(2));
    expect(report({ snapshots }, { all: true }))
      .to.include(storeIdOf(0))
      .and.to.not.include('older:');
  });

  it('shows only the kinds that were asked for, and no heading without anything below it', () => {
    const all = { snapshots: [snapshot(1)], plans: [plan(2)], runs: [run(3)] };
    expect(report(all, { kinds: ['plan'] }))
      .to.match(/^Plans\n/)
      .and.to.not.include('Runs');
    expect(report({ runs: [run(3)] })).to.match(/^Runs\n/);
    expect(report({})).to.equal('');
  });

  it('stays within the terminal, also with the longest name an org may have', () => {
    const id = `20261121T060000Z-${'o'.repeat(40)}-3f9c1a`;
    const text = report({
      snapshots: [snapshot(1, { id, label: 'a long word '.repeat(8).trim() })],
      plans: [plan(2, { snapshotId: id })],
      runs: [run(3, { planId: id, verdict: 'notRestored' })],
    });
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80);
  });
});
