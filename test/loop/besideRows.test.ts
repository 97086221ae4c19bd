import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import { resumeRun } from '../../src/apply/resumeRun.js';
import type { RunResult } from '../../src/apply/runResult.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import type { Refusal } from '../../src/model/refusal.js';
import { SILENT } from '../../src/model/progress.js';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import type { RequestHead } from '../org/engine/contracts.js';
import { apexClass, deployAs, layout, textField } from '../support/deploys.js';
import { World } from '../support/world.js';

const LAYOUT = 'Installation_Visit__c-Installation Visit Layout';
const SCOPE = {
  metadata: [
    { type: 'Layout', fullName: LAYOUT },
    { type: 'ApexClass', fullName: 'DiscountLimits' },
  ],
  records: [{ object: 'Product2' }, { object: 'SBQQ__PriceRule__c' }],
};

describe('rows go back while what is only shown is deployed', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const layoutNow = (): string => JSON.stringify(world.side.components.get('Layout', LAYOUT)?.content);

  /** A release that changed a layout and a row of each of two objects, and the plan back. */
  const planned = async (files = {}, members: readonly string[] = []): Promise<RollbackPlan> => {
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(world, 'Dov Deployer', { ...layout(LAYOUT, 'Spring'), ...files }, [`Layout:${LAYOUT}`, ...members]);
    for (const { object } of SCOPE.records) {
      const [row] = [...world.org.store.rows(object)].filter(({ IsDeleted }) => IsDeleted !== true);
      world.update('Dov Deployer', object, String(row?.Id), { Name: 'Spring' });
    }
    return world.plan(snapshot, { everybody: true });
  };

  /** What the org wrote while `work` ran: rows, and components as their deployment ended. */
  const order = async (work: () => Promise<unknown>): Promise<string[]> =>
    (await world.writesDuring(work)).map(({ kind }) => kind);

  const resumed = async (run: string): Promise<RunResult> => {
    const options = { tests: [], stopAsked: () => false };
    const id = parseStoreId(run) as StoreId;
    return resumeRun(await world.as('Ada Admin'), world.store, id, options, world.chance, SILENT);
  };

  /** Deployments are a matter of SOAP; rows are not, but for undeletes. */
  const isMetadata = ({ path }: RequestHead): boolean => path.includes('/Soap/m/');

  it('writes the rows before the deployment has ended', async () => {
    const before = layoutNow();
    const plan = await planned();
    expect(plan.steps.map(({ lane }) => lane)).to.deep.equal(['metadata', 'records', 'records']);
    world.org.switches.latencyOf = (request) => (isMetadata(request) ? 150 : 0);
    let run: RunResult | undefined;
    expect(await order(async () => (run = await world.apply(plan)))).to.deep.equal([
      'recordWrite',
      'recordWrite',
      'componentWrite',
    ]);
    expect(run?.totals).to.deep.equal({ restored: 3 });
    expect(layoutNow()).to.equal(before);
  });

  for (const [what, files, members, request] of [
    [
      'code that may run when they are saved goes with it',
      apexClass('DiscountLimits', 'public class DiscountLimits { }'),
      ['ApexClass:DiscountLimits'],
      {},
    ],
    ['tests run with it', {}, [], { testLevel: 'RunLocalTests' }],
  ] as const)
    it(`waits with the rows where ${what}`, async () => {
      const plan = await planned(files, members);
      world.org.switches.latencyOf = (head) => (isMetadata(head) ? 100 : 0);
      const kinds = await order(() => world.apply(plan, request));
      expect(kinds.indexOf('recordWrite')).to.be.greaterThan(kinds.lastIndexOf('componentWrite'));
    });

  it('settles both when it is asked to stop, and leaves the rest', async () => {
    const plan = await planned();
    let asked = 0;
    const run = await world.apply(plan, { stopAsked: () => (asked += 1) > 2 });
    expect(run.status).to.equal('interrupted');
    expect(run.totals).to.deep.equal({ restored: 2, skipped: 1 });
    expect((await resumed(run.runId)).totals).to.deep.equal({ restored: 3 });
  });

  it('begins no further row once the answer to the deployment got lost, and ends like any other when it is gone on with', async () => {
    const before = layoutNow();
    const plan = await planned();
    world.org.switches.latencyOf = (request) => (isMetadata(request) ? 0 : 150);
    let deployments = 0;
    const known = world.side.deployments.list().length;
    world.org.switches.faults = [
      {
        // The request after the one that validated.
        when: (request) =>
          isMetadata(request) && world.side.deployments.list().length > known && (deployments += 1) > 1,
        fault: 'resetAfter',
      },
    ];
    const run = await world.apply(plan);
    expect(run.status).to.equal('interrupted');
    expect(run.steps[0]?.counts).to.deep.equal({ inDoubt: 1 });
    expect(run.totals['skipped']).to.be.greaterThan(0);
    world.org.switches.latencyOf = undefined;
    world.org.switches.faults = [];
    const end = await resumed(run.runId);
    expect(end.status).to.equal('succeeded');
    expect(end.totals).to.deep.equal({ restored: 3 });
    expect(layoutNow()).to.equal(before);
  });

  it('deploys nothing any more once somebody else took the lock while it was validated', async () => {
    const before = layoutNow();
    const plan = await planned();
    const bad = layoutNow();
    world.org.switches.latencyOf = (request) => (isMetadata(request) ? 150 : 0);
    let asked = 0;
    const takeLock = (): boolean => {
      asked += 1;
      if (asked === 2) rmSync(`${world.folder}/.rollback/locks`, { recursive: true });
      return false;
    };
    const run = world.apply(plan, { stopAsked: takeLock });
    expect(await run.then(String, ({ key }: Refusal) => key)).to.equal('lockLost');
    expect(layoutNow()).to.equal(bad);
    const [id] = await world.store.ids('runs');
    const end = await resumed(String(id));
    expect(end.totals).to.deep.equal({ restored: 3 });
    expect(layoutNow()).to.equal(before);
  });

  it('deploys nothing any more once the journal cannot be written, and says why', async () => {
    const plan = await planned();
    const bad = layoutNow();
    const own = (): readonly boolean[] =>
      world.side.deployments
        .list()
        .filter(({ result }) => result.createdBy === world.user('Ada Admin').id)
        .map(({ result }) => result.checkOnly);
    world.org.switches.latency = 150;
    let broken = false;
    const breakJournal = (): void => {
      broken = true;
      const [run] = readdirSync(`${world.folder}/.rollback/runs`);
      const journal = `${world.folder}/.rollback/runs/${run}/journal.ndjson`;
      rmSync(journal);
      mkdirSync(journal);
    };
    // While the validation is looked at, and before the rows are through.
    world.org.switches.beforeRequest = [
      { when: (request) => isMetadata(request) && own().length > 0 && !broken, run: breakJournal },
    ];
    const refusal = await world.apply(plan).then(String, (error: Refusal) => `${error.key}: ${error.tokens.join(' ')}`);
    expect(refusal).to.match(/^runCutOff: .*EISDIR/);
    expect(layoutNow()).to.equal(bad);
    // What was sent the org would carry out after the command has ended.
    expect(own()).to.deep.equal([true]);
  });

  it('restores the rows also where the org refuses the deployment', async () => {
    const field = 'CustomField:Installation_Visit__c.Crew__c';
    const files = { ...textField('Installation_Visit__c', 'Crew__c', 'Crew'), ...layout(LAYOUT, 'Crew', 'Crew__c') };
    await deployAs(world, 'Dov Deployer', files, [field, `Layout:${LAYOUT}`]);
    world.org.clock.advance(3_600_000);
    const plan = await planned();
    // What the layout of the snapshot shows is gone meanwhile.
    await deployAs(world, 'Dov Deployer', {}, [], [field]);
    const run = await world.apply(plan);
    expect(run.status).to.equal('partial');
    expect(run.totals).to.deep.equal({ failed: 1, restored: 2 });
  });
});
