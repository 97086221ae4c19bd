import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { openPlan } from '../../src/apply/readyPlan.js';
import { readJournal } from '../../src/apply/journal/journal.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { Refusal } from '../../src/model/refusal.js';
import { presetNamed } from '../../src/records/presets/presets.js';
import { openBaseline } from '../../src/snapshot/baseline.js';
import { CREMA_UNO } from '../../scripts/demo/story.js';
import { apexClass, deployAs, flow } from '../support/deploys.js';
import { World } from '../support/world.js';

const RULE = 'a0V5g00000Br006EAB';
const SCOPE = {
  flows: 'all' as const,
  metadata: [{ type: 'ApexClass', fullName: 'DiscountLimits' }],
  records: (presetNamed('cpq')?.objects ?? []).filter((entry) =>
    ['Product2', 'SBQQ__PriceRule__c', 'SBQQ__PriceCondition__c', 'SBQQ__PriceAction__c'].includes(entry.object)
  ),
};

async function refusal(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught
  );
  expect(error).to.be.instanceOf(Refusal);
  return error as Refusal;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('promises', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const badRelease = async (): Promise<void> => {
    await deployAs(
      world,
      'Dov Deployer',
      { ...flow('Machine_Finder', 'bad'), ...apexClass('DiscountLimits', 'public class DiscountLimits { }') },
      ['Flow:Machine_Finder', 'ApexClass:DiscountLimits']
    );
    world.update('Dov Deployer', 'SBQQ__PriceRule__c', RULE, { SBQQ__EvaluationOrder__c: 999 });
    world.insert('Dov Deployer', 'Product2', { Name: 'Bad machine', IsActive: true });
    world.delete('Dov Deployer', 'a0V5g00000Br005EAB');
  };

  it('1 read-only until apply: snapshot, plan and validate change nothing in the org', async () => {
    const snapshotWrites = await world.writesDuring(() => world.snapshot(SCOPE));
    const snapshot = await world.snapshot(SCOPE);
    await badRelease();
    const writes = await world.writesDuring(async () => {
      await world.plan(snapshot);
      await world.plan(snapshot, { full: true });
      await world.validate(snapshot);
    });
    expect([...snapshotWrites, ...writes]).to.deep.equal([]);
  });

  it('2 nothing outside the plan: apply writes exactly the items the plan lists', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await badRelease();
    const plan = await world.plan(snapshot);
    const org = await world.as('Ada Admin');
    const { folder } = await openPlan(org, world.store, parseStoreId(plan.id) as StoreId);
    const planned = new Set<string>();
    for (const path of await folder.list('steps'))
      for (const line of (await folder.read(path)).toString().split('\n').filter(Boolean))
        planned.add((JSON.parse(line) as { id: string }).id);
    const writes = await world.writesDuring(() => world.apply(plan));
    const records = writes.filter((entry) => entry.kind === 'recordWrite');
    expect(records.length).to.be.greaterThan(3);
    for (const entry of records)
      if (entry.kind === 'recordWrite') expect([...planned], `${entry.operation} ${entry.object}`).to.include(entry.id);
    expect(
      writes.flatMap((entry) =>
        entry.kind === 'componentWrite' ? [`${entry.operation} ${entry.type}:${entry.fullName}`] : []
      )
    ).to.deep.equal(['change ApexClass:DiscountLimits']);
    expect(
      writes.flatMap((entry) => (entry.kind === 'flowPointer' ? [[entry.flow, entry.from, entry.to]] : []))
    ).to.deep.equal([['Machine_Finder', 4, 2]]);
  });

  it('3 later work survives, and whatever is overwritten or deleted is saved first', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await badRelease();
    world.update('Cleo Colleague', 'Product2', CREMA_UNO, { Name: 'Her name' });
    const run = await world.apply(await world.plan(snapshot));
    expect(world.row('Product2', CREMA_UNO)?.Name).to.equal('Her name');
    const folder = await world.store.open('runs', parseStoreId(run.runId) as StoreId);
    const saved = (await folder.list('undo')).map((path) => path.replace(/\.s\d+\./, '.sNNN.'));
    expect(saved).to.include.members([
      'undo/flows.json',
      'undo/metadata/classes/DiscountLimits.cls',
      'undo/records/SBQQ__PriceRule__c.sNNN.csv.gz',
      'undo/records/Product2.sNNN.csv.gz',
    ]);
  });

  it('4 stale plans are refused before the first write, naming each item that moved and who moved it', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await badRelease();
    const plan = await world.plan(snapshot);
    world.update('Cleo Colleague', 'SBQQ__PriceRule__c', RULE, { SBQQ__EvaluationOrder__c: 5 });
    const writes = await world.writesDuring(async () => {
      const error = await refusal(world.apply(plan));
      expect(error.key).to.equal('planStale');
      expect(error.exitCode).to.equal(3);
      expect(
        (error.data as { moved: Array<{ target: string; by: string }> }).moved.map(({ target, by }) => [target, by])
      ).to.deep.equal([[`record:SBQQ__PriceRule__c:${RULE}`, 'cleo.colleague@brightcup.example']]);
    });
    expect(writes).to.deep.equal([]);
  });

  it('4 staleness compares values, not stamps: an item that is back already is no obstacle', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await badRelease();
    const plan = await world.plan(snapshot);
    world.update('Cleo Colleague', 'SBQQ__PriceRule__c', RULE, { SBQQ__EvaluationOrder__c: 60 });
    const run = await world.apply(plan);
    expect(run.status).to.equal('succeeded');
    const step = plan.steps.find(({ reason }) => reason.startsWith('changed since'));
    expect(run.steps.find(({ id }) => id === step?.id)?.counts).to.deep.equal({ alreadyRestored: 1 });
  });

  it('4 a pointer or a component that moved makes a plan stale too', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await badRelease();
    const plan = await world.plan(snapshot);
    await deployAs(
      world,
      'Cleo Colleague',
      {
        ...flow('Machine_Finder', 'hers'),
        ...apexClass('DiscountLimits', 'public class DiscountLimits { /* hers */ }'),
      },
      ['Flow:Machine_Finder', 'ApexClass:DiscountLimits']
    );
    const writes = await world.writesDuring(async () => {
      const error = await refusal(world.apply(plan));
      expect((error.data as { moved: Array<{ target: string }> }).moved.map(({ target }) => target)).to.deep.equal([
        'flow:Machine_Finder',
        'metadata:ApexClass:DiscountLimits',
      ]);
    });
    expect(writes).to.deep.equal([]);
  });

  it('4 a finished plan applied again says so and writes nothing', async () => {
    const { plan } = await world.rolledBack(SCOPE, badRelease);
    const writes = await world.writesDuring(async () => {
      expect((await world.apply(plan)).status).to.equal('alreadyApplied');
    });
    expect(writes).to.deep.equal([]);
  });

  it('6 every item is accounted for by exactly one outcome, and totals add up', async () => {
    const { plan, run } = await world.rolledBack(SCOPE, badRelease);
    const items = plan.steps.reduce((n, step) => n + step.count, 0);
    expect(Object.values(run.totals).reduce((n, count) => n + count, 0)).to.equal(items);
    const folder = await world.store.open('runs', parseStoreId(run.runId) as StoreId);
    const lines = (await folder.read('outcomes.csv')).toString().trim().split('\n');
    expect(lines).to.have.length(items + 1);
    const journal = readJournal((await folder.read('journal.ndjson')).toString());
    expect(journal.kind).to.equal('whole');
    if (journal.kind !== 'whole') return;
    for (const step of plan.steps) {
      const kinds = journal.entries
        .filter((entry) => 'step' in entry && entry.step === step.id)
        .map((entry) => entry.kind);
      expect(kinds.at(-1), step.target).to.equal('stepSettled');
      if (kinds.includes('stepIntended'))
        expect(kinds.indexOf('stepIntended')).to.be.lessThan(kinds.indexOf('stepSettled'));
    }
  });

  it('7 a snapshot with a flipped byte is refused, whichever file and byte it is', async () => {
    const snapshot = await world.snapshot({
      flows: ['Machine_Finder'],
      metadata: SCOPE.metadata,
      records: [{ object: 'SBQQ__PriceRule__c' }],
    });
    const root = join(world.folder, '.rollback', 'snapshots', snapshot.id);
    const files = filesBelow(root);
    expect(files.length).to.be.greaterThan(6);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: files.length - 1 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        async (which, where, flip) => {
          const file = files[which] as string;
          const bytes = readFileSync(file);
          const damaged = Buffer.from(bytes);
          const at = Math.floor(where * bytes.length);
          damaged[at] = (damaged[at] ?? 0) ^ flip;
          writeFileSync(file, damaged);
          try {
            const error = await refusal(
              openBaseline(world.store, parseStoreId(snapshot.id) as StoreId, world.org.orgId)
            );
            expect(['snapshotDamaged', 'formatTooNew']).to.include(error.key);
          } finally {
            writeFileSync(file, bytes);
          }
        }
      ),
      { numRuns: 120 }
    );
    await openBaseline(world.store, parseStoreId(snapshot.id) as StoreId, world.org.orgId);
  });

  it('8 the right org: a snapshot and a plan of another org are refused', async () => {
    const snapshot = await world.snapshot(SCOPE);
    const error = await refusal(openBaseline(world.store, parseStoreId(snapshot.id) as StoreId, '00D5g00000Other1EAB'));
    expect(error.key).to.equal('wrongOrg');
  });

  it('10 the backup outlives the tool: records are CSV and metadata deploys again as it lies', async () => {
    const snapshot = await world.snapshot(SCOPE);
    const folder = await world.store.open('snapshots', parseStoreId(snapshot.id) as StoreId);
    const files = (await folder.list('metadata')).filter((path) => path !== 'metadata/package.xml');
    const contents = Object.fromEntries(
      await Promise.all(
        files.map(async (path) => [path.replace('metadata/', ''), (await folder.read(path)).toString()] as const)
      )
    );
    await deployAs(world, 'Dov Deployer', apexClass('DiscountLimits', 'public class DiscountLimits { }'), [
      'ApexClass:DiscountLimits',
    ]);
    await deployAs(world, 'Ada Admin', contents, ['ApexClass:DiscountLimits']);
    expect((await world.validate(snapshot)).verdict).to.equal('restored');
  });

  it('12 private: files are 0600, folders 0700, no token and no absolute path is written', async () => {
    await world.rolledBack(SCOPE, badRelease);
    const root = join(world.folder, '.rollback');
    const tokens = world.org.users.map((user) => user.token);
    for (const file of filesBelow(root)) {
      expect(statSync(file).mode & 0o777, file).to.equal(0o600);
      const text = readFileSync(file, 'latin1');
      for (const token of tokens) expect(text.includes(token), file).to.equal(false);
      expect(text.includes(world.folder), file).to.equal(false);
    }
    expect(statSync(root).mode & 0o777).to.equal(0o700);
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).to.equal('*\n');
  });

  it('12 a plan holds no record values outside its item files', async () => {
    const snapshot = await world.snapshot(SCOPE);
    world.update('Dov Deployer', 'Product2', CREMA_UNO, { Name: 'Tell-tale name' });
    const plan = await world.plan(snapshot);
    expect(JSON.stringify(plan)).to.not.include('Tell-tale name');
  });

  it('two applies at once: exactly one runs', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await badRelease();
    const plan = await world.plan(snapshot);
    const results = await Promise.allSettled([world.apply(plan), world.apply(plan)]);
    expect(results.filter((result) => result.status === 'fulfilled')).to.have.length(1);
    const [loser] = results.filter((result) => result.status === 'rejected');
    expect((loser?.reason as Refusal).exitCode).to.equal(4);
  });

  it('a store that cannot be written leaves the org alone', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await badRelease();
    const plan = await world.plan(snapshot);
    writeFileSync(join(world.folder, '.rollback', 'runs'), 'a file stands where the folder of runs should be');
    const writes = await world.writesDuring(async () =>
      expect(await world.apply(plan).catch((error: unknown) => error)).to.be.instanceOf(Error)
    );
    expect(writes).to.deep.equal([]);
  });
});
