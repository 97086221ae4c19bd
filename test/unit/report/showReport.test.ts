import { expect } from 'chai';
import type { PlanEntry, RunEntry, SnapshotEntry } from '../../../src/inventory/entry.js';
import { readInventory } from '../../../src/inventory/readInventory.js';
import { readPlanItem, readRunItem, readSnapshotItem } from '../../../src/inventory/readItem.js';
import { sha256 } from '../../../src/model/digest.js';
import type { RecordItem, RollbackPlan } from '../../../src/plan/rollbackPlan.js';
import { planShown, runShown, snapshotShown } from '../../../src/report/showReport.js';
import { MemoryStore } from '../../support/memoryStore.js';
import { putPlan, putRun, putSnapshot, storeIdOf } from '../support/stores.js';
import { LATER, planned, pointerStep, recordIdOf, recordStep } from '../support/worlds.js';

const SECRET = 'Gold customers only';
const NOW = new Date(LATER);

const items: readonly RecordItem[] = [
  {
    id: recordIdOf('01t', 1),
    before: { Name: SECRET, Size__c: null, Note__c: 'two\nlines' },
    after: { Name: 'Old', Size__c: '12', Note__c: null },
  },
  { id: recordIdOf('01t', 2), before: { Name: SECRET, Size__c: null }, after: null },
  { id: recordIdOf('01t', 3), before: null, after: { Name: SECRET, Size__c: null } },
];

async function storeWithPlan(): Promise<{ store: MemoryStore; plan: RollbackPlan }> {
  const store = new MemoryStore();
  const lines = items.map((item) => `${JSON.stringify(item)}\n`).join('');
  const step = planned(recordStep('Product2', 'updateRecords', []), 's001', { count: items.length });
  const plan = await putPlan(store, storeIdOf(2), {
    snapshotId: storeIdOf(1),
    steps: [
      {
        ...step,
        waitsFor: ['s000'],
        fallbacks: [{ operation: 'insertRecords', when: 'the row is gone', risk: 'lossy' }],
        detail: {
          kind: 'records',
          object: 'Product2',
          fields: ['Name', 'Size__c', 'Note__c'],
          items: { path: 'steps/s001.ndjson', sha256: sha256(lines), count: items.length },
        },
      },
    ],
    applicable: true,
    empty: false,
  });
  await (await store.open('plans', storeIdOf(2))).write('steps/s001.ndjson', lines);
  return { store, plan };
}

function fits(text: string): void {
  for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80);
}

describe('one thing of a store as a person reads it', () => {
  it('shows a plan without any record value, and with --detail each field before and after', async () => {
    const { store } = await storeWithPlan();
    const entry = (await readInventory(store, NOW)).plans[0] as PlanEntry;
    const text = planShown(await readPlanItem(store, entry, false), 80);
    expect(text).to.include('update 3 rows: Name, Size__c, Note__c').and.to.not.include(SECRET);
    expect(text).to.include('State   open');
    const detail = planShown(await readPlanItem(store, entry, true), 80);
    fits(detail);
    expect(detail).to.include(
      [
        `      ${recordIdOf('01t', 1)}`,
        '        Name: "Gold customers only" -> "Old"',
        '        Size__c: (empty) -> "12"',
        '        Note__c: "two\\nlines" -> (empty)',
        `      ${recordIdOf('01t', 2)}  goes, with`,
        '        Name: "Gold customers only"',
        `      ${recordIdOf('01t', 3)}  comes back with`,
        '        Name: "Gold customers only"',
      ].join('\n')
    );
    expect(detail)
      .to.include('else: insertRecords, when the row is gone (lossy)')
      .and.to.include('after: s000')
      .and.to.not.include('Size__c: (empty)\n      01t');
  });

  it('leaves thousands of rows to the file that holds them', async () => {
    const { store, plan } = await storeWithPlan();
    const entry = (await readInventory(store, NOW)).plans[0] as PlanEntry;
    const many = Array.from({ length: 1_300 }, (_, n): RecordItem => ({ ...(items[1] as RecordItem), id: `${n}` }));
    const text = planShown({ entry, plan, items: new Map([['s001', many]]) }, 80).replace(/\s+/g, ' ');
    expect(text).to.include(`… and 1,100 more rows: .rollback/plans/${storeIdOf(2)}/steps/s001.ndjson`);
  });

  it('shows how far a run came with every step of its plan, and what the org said', async () => {
    const store = new MemoryStore();
    const steps = ['A', 'B', 'C'].map((name, n) => planned(pointerStep(name), `s00${n + 1}`));
    await putPlan(store, storeIdOf(2), { steps, applicable: true, empty: false });
    const folder = await putRun(store, storeIdOf(3), { planId: storeIdOf(2), reason: 'quotes are wrong' }, [
      { kind: 'stepIntended', at: LATER, step: 's001' },
      { kind: 'stepSettled', at: LATER, step: 's001', counts: { failed: 1 }, outcomes: 'outcomes/s001.ndjson' },
      { kind: 'stepIntended', at: LATER, step: 's002' },
    ]);
    const outcome = {
      step: 's001',
      operation: 'activateFlowVersion',
      target: 'flow:A',
      outcome: 'failed',
      code: 'INVALID',
      message: 'the org said no',
      before: SECRET,
      at: LATER,
    };
    await folder.write('outcomes/s001.ndjson', `${JSON.stringify(outcome)}\n`);
    const inventory = await readInventory(store, NOW);
    const entry = inventory.runs[0] as RunEntry;
    const text = runShown(await readRunItem(store, entry, inventory, false), 80);
    fits(text);
    expect(text)
      .to.include('  s001  A  activate: 1 failed\n')
      .and.to.include('  s002  B  activate: BEGUN, not settled: it may have happened\n')
      .and.to.include('  s003  C  activate: not begun\n')
      .and.to.include('  flow:A\n      failed: INVALID the org said no')
      .and.to.include('by olga@example.com: quotes are wrong')
      .and.to.include('no end is written down')
      .and.to.not.include(SECRET);
    expect(runShown(await readRunItem(store, entry, inventory, true), 80)).to.include(`before: ${SECRET}`);
  });

  it('shows what a snapshot holds and what it does not; flows and components only in detail', async () => {
    const store = new MemoryStore();
    const flows = JSON.stringify({
      flows: [
        {
          name: 'Pricing',
          definitionId: '300',
          managed: false,
          activeVersion: 2,
          latestVersion: 3,
          versions: [1, 2, 3].map((number) => ({
            number,
            status: 'Obsolete',
            lastModifiedAt: LATER,
            lastModifiedById: '005',
          })),
        },
      ],
      absent: ['Gone'],
      bodies: [],
    });
    const components = JSON.stringify({
      components: [],
      absent: [{ type: 'ApexClass', fullName: 'New' }],
      wholeTypes: [],
    });
    const parts = [
      { path: 'flows.json', sha256: sha256(flows), bytes: flows.length },
      { path: 'components.json', sha256: sha256(components), bytes: components.length },
    ];
    const folder = await putSnapshot(store, storeIdOf(1), {
      label: 'before spring',
      parts,
      packages: { SBQQ: '252.2.0.1' },
      gaps: [
        { kind: 'rows', name: 'Product2', severity: 'hole', reason: 'the user may not see all rows' },
        { kind: 'object', name: 'X__c', severity: 'limit', reason: 'the org has no such object' },
      ],
    });
    await folder.write('flows.json', flows);
    await folder.write('components.json', components);
    const entry = (await readInventory(store, NOW)).snapshots[0] as SnapshotEntry;
    const text = snapshotShown(await readSnapshotItem(store, entry, false), 80);
    fits(text);
    expect(text)
      .to.include('Packages  SBQQ 252.2.0.1')
      .and.to.include('INCOMPLETE: this is missing\n  Product2  the user may not see all rows\n')
      .and.to.include('Not covered\n  X__c  the org has no such object')
      .and.to.not.include('Pricing');
    const detail = snapshotShown(await readSnapshotItem(store, entry, true), 80);
    expect(detail)
      .to.include('  Pricing  version 2 active; versions 1, 2, 3\n  Gone     proven absent')
      .and.to.include('  ApexClass:New  proven absent');
    await folder.write('flows.json', flows.replace('Pricing', 'Prizing'));
    const error = await readSnapshotItem(store, entry, true).catch((thrown: Error) => thrown);
    expect((error as Error).message).to.include('flows.json, its content is not what was written');
  });
});
