import { expect } from 'chai';
import { wideObject } from '../../scripts/bench/wideObject.js';
import type { RequestHead } from '../org/engine/switches.js';
import { apexClass, deployAs } from '../support/deploys.js';
import { World } from '../support/world.js';

const OBJECTS = Array.from({ length: 10 }, (_, n) => ({ object: `Reading_${n}__c`, prefix: `aZ${n}`, rows: 40 }));
const RULES = 'SBQQ__PriceRule__c';
const FIRST = 'a0V5g00000Br005EAB';
const SECOND = 'a0V5g00000Br006EAB';

describe('the requests of an apply', function () {
  this.timeout(120_000);
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const requests = (): string[] =>
    world.org.opLog.entries.flatMap((entry) => (entry.kind === 'request' ? [`${entry.method} ${entry.path}`] : []));
  const counted = (): string[] => requests().filter((one) => !/^GET \S+\/jobs\/\w+(\/750\w+)?(\?|$)/.test(one));
  const steps = (run: { readonly steps: readonly unknown[] }): number => run.steps.length;

  it('are no more than 60 for updates, deletions and undeletions in ten objects', async () => {
    const { org } = world;
    const dov = world.user('Dov Deployer');
    const before = new Map<string, unknown>();
    for (const { object, prefix, rows } of OBJECTS) {
      org.schema.addObject(wideObject(object, prefix));
      org.generate(object, { rows, seed: object });
    }
    const idAt = (object: string, n: number): string => org.store.generatedTable(object)?.idAt(n) ?? '';
    const snapshot = await world.snapshot({ records: OBJECTS.map(({ object }) => ({ object })) });
    org.clock.advance(60_000);
    for (const { object } of OBJECTS) {
      for (let n = 0; n < 6; n += 1) {
        const id = idAt(object, n);
        before.set(id, world.row(object, id)?.Site__c ?? null);
        org.records.writeOne(dov, { operation: 'update', object, id, values: { Site__c: `moved ${n}` } });
      }
      for (const n of [38, 39]) org.records.writeOne(dov, { operation: 'delete', id: idAt(object, n) });
      for (const n of [1, 2]) {
        const values = { Name: `new ${n}`, Key__c: `new ${n}`, Level__c: 'Low' };
        org.records.writeOne(dov, { operation: 'insert', object, values });
      }
    }
    org.clock.advance(60_000);
    const plan = await world.plan(snapshot);
    org.opLog.clear();
    const run = await world.apply(plan);
    expect([run.status, steps(run), run.totals]).to.deep.equal(['succeeded', 30, { restored: 100 }]);
    expect(counted().length, counted().join('\n')).to.be.at.most(60);
    for (const { object } of OBJECTS) {
      for (let n = 0; n < 6; n += 1) {
        const id = idAt(object, n);
        expect(world.row(object, id)?.Site__c ?? null).to.equal(before.get(id));
      }
      for (const n of [38, 39]) expect(world.row(object, idAt(object, n))?.IsDeleted).to.not.equal(true);
    }
    const written = world.org.opLog.entries.filter(({ kind }) => kind === 'recordWrite');
    expect(written).to.have.lengthOf(100);
  });

  /** Dov changes two objects, so that the way back has a step for each. */
  const release = (): void => {
    world.update('Dov Deployer', RULES, FIRST, { SBQQ__EvaluationOrder__c: 999 });
    const [product = ''] = [...world.org.store.rows('Product2')].map((row) => String(row.Id));
    world.update('Dov Deployer', 'Product2', product, { Description: 'Spring' });
  };
  const scope = { records: [{ object: RULES }, { object: 'Product2' }] };
  it('do not hide what a colleague changed before the very step: it is kept, and named', async () => {
    const snapshot = await world.snapshot(scope);
    release();
    const plan = await world.plan(snapshot, { everybody: true });
    const [first, second] = plan.steps;
    expect(plan.steps.length).to.equal(2);
    const object = second?.detail.kind === 'records' ? second.detail.object : '';
    const field = object === RULES ? 'SBQQ__EvaluationOrder__c' : 'Description';
    const hers = object === RULES ? 5 : 'Hers';
    const id = object === RULES ? FIRST : String([...world.org.store.rows('Product2')][0]?.Id);
    let done = false;
    // When the first step is about to be written: the plan was checked, and the second step has not read its rows.
    const when = ({ parts }: RequestHead): boolean => !done && parts?.[0]?.startsWith('PATCH ') === true;
    const edit = (): void => {
      done = true;
      world.update('Cleo Colleague', object, id, { [field]: hers });
    };
    world.org.switches.beforeRequest = [{ when, run: edit }];
    const run = await world.apply(plan);
    expect([done, first?.id !== undefined, run.totals]).to.deep.equal([true, true, { restored: 1, conflict: 1 }]);
    expect(world.row(object, id)?.[field]).to.equal(hers);
  });

  it('are more where an answer has more than a page, and the run ends alike', async () => {
    const snapshot = await world.snapshot(scope);
    release();
    world.update('Dov Deployer', RULES, SECOND, { SBQQ__EvaluationOrder__c: 999 });
    const plan = await world.plan(snapshot, { everybody: true });
    world.org.switches.queryPageSize = 1;
    const run = await world.apply(plan);
    expect([run.status, run.totals]).to.deep.equal(['succeeded', { restored: 3 }]);
    expect(requests().some((one) => /\/query\/01g/.test(one))).to.equal(true);
  });

  it('are repeated for rows that were locked, and what was read before that does not count', async () => {
    const snapshot = await world.snapshot(scope);
    release();
    world.update('Dov Deployer', RULES, SECOND, { SBQQ__EvaluationOrder__c: 999 });
    const plan = await world.plan(snapshot, { everybody: true });
    const { org } = world;
    org.switches.firstTryLocks = true;
    // This row had its first try: only the others are locked when the run comes.
    const values = { SBQQ__EvaluationOrder__c: 998 };
    const [locked] = org.records.write(world.user('Dov Deployer'), [
      { operation: 'update', object: RULES, id: FIRST, values },
    ]);
    expect(locked?.success).to.equal(false);
    const run = await world.apply(plan);
    expect([run.status, run.totals]).to.deep.equal(['succeeded', { restored: 3 }]);
    for (const id of [FIRST, SECOND]) expect(world.row(RULES, id)?.SBQQ__EvaluationOrder__c).to.be.below(998);
  });

  it('carry text that looks like a reference to another answer as it is', async () => {
    const text = 'price @{part1.records[0].Id} and @{nobody.knows}';
    world.update('Dov Deployer', RULES, SECOND, { Name: text });
    world.update('Dov Deployer', RULES, FIRST, { Name: 'plain' });
    const snapshot = await world.snapshot(scope);
    release();
    for (const id of [FIRST, SECOND]) world.update('Dov Deployer', RULES, id, { Name: 'bad' });
    const plan = await world.plan(snapshot, { everybody: true });
    const run = await world.apply(plan);
    expect([run.status, run.totals]).to.deep.equal(['succeeded', { restored: 3 }]);
    expect([world.row(RULES, FIRST)?.Name, world.row(RULES, SECOND)?.Name]).to.deep.equal(['plain', text]);
  });

  it('ask for no describe between the reading of the rows of a step and their write', async () => {
    const snapshot = await world.snapshot({ ...scope, metadata: [{ type: 'ApexClass', fullName: 'DiscountLimits' }] });
    release();
    // What the run deploys may change what objects are like: from there on it has to describe them anew.
    await deployAs(world, 'Dov Deployer', apexClass('DiscountLimits', 'public class DiscountLimits { }'), [
      'ApexClass:DiscountLimits',
    ]);
    const plan = await world.plan(snapshot, { everybody: true });
    expect(plan.steps.map(({ lane }) => lane)).to.deep.equal(['metadata', 'records', 'records']);
    const asked: string[] = [];
    const keep = ({ method, path, parts = [] }: RequestHead): boolean => {
      asked.push(parts.length > 0 ? parts.join(' + ') : `${method} ${path}`);
      return false;
    };
    world.org.switches.beforeRequest = [{ when: keep, run: () => undefined }];
    expect((await world.apply(plan)).status).to.equal('succeeded');
    const kinds = asked
      .slice(asked.findLastIndex((one) => one.includes('/Soap/m/')) + 1)
      .map((one) =>
        one.startsWith('PATCH ') ? 'write, and read behind it' : /describe$/.test(one) ? 'describe' : 'read'
      );
    expect(kinds).to.deep.equal([
      'describe',
      'describe',
      'read',
      'write, and read behind it',
      'write, and read behind it',
    ]);
  });
});
