import { expect } from 'chai';
import { wideObject } from '../../scripts/bench/wideObject.js';
import { eachRow } from '../../src/plan/records/readEachRow.js';
import type { ValueRow } from '../../src/records/fieldValue.js';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import { World } from '../support/world.js';

const OBJECT = 'Reading__c';
const ROWS = 22_000;

describe('a large object', function () {
  this.timeout(120_000);
  let world: World;
  let idAt: (n: number) => string;

  beforeEach(async () => {
    world = await World.start();
    const { org } = world;
    org.schema.addObject(wideObject());
    org.generate(OBJECT, { rows: ROWS, seed: 'large' });
    const table = org.store.generatedTable(OBJECT);
    idAt = (n) => table?.idAt(n) ?? '';
    org.switches.bulkPageSize = 4_000;
  });
  afterEach(() => world.close());

  /** Rows all over the object, as Dov's deployment leaves them. */
  const breakIt = (): void => {
    const dov = world.user('Dov Deployer');
    world.org.clock.advance(60_000);
    for (const n of [0, 3_999, 4_000, 12_345, ROWS - 3]) {
      const values = { Site__c: `moved ${n}` };
      world.org.records.writeOne(dov, { operation: 'update', object: OBJECT, id: idAt(n), values });
    }
    for (const n of [7, ROWS - 1]) world.org.records.writeOne(dov, { operation: 'delete', id: idAt(n) });
    const values = { Name: 'new', Key__c: 'new', Level__c: 'Low' };
    world.org.records.writeOne(dov, { operation: 'insert', object: OBJECT, values });
    world.org.clock.advance(60_000);
  };
  const steps = (plan: RollbackPlan): string[] =>
    plan.steps.map((step) => `${step.operation} ${step.target} ${step.count}`).sort();
  const requests = (pattern: RegExp): string[] =>
    world.org.opLog.entries.flatMap((entry) =>
      entry.kind === 'request' && pattern.test(entry.path) ? [entry.path] : []
    );

  it('is backed up from all pages that the org names, and compared by its changed rows or as a whole', async () => {
    const snapshot = await world.snapshot({ records: [{ object: OBJECT }] });
    expect(snapshot.counts.records).to.equal(ROWS);
    expect(requests(/\/resultPages/)).to.have.lengthOf(2);
    expect(new Set(requests(/\/results(\?|$)/)).size).to.equal(6);
    breakIt();

    world.org.opLog.clear();
    const delta = await world.plan(snapshot);
    expect(steps(delta)).to.deep.equal([
      `deleteRecords record:${OBJECT} 1`,
      `undeleteRecords record:${OBJECT} 2`,
      `updateRecords record:${OBJECT} 5`,
    ]);
    expect(requests(/Reading__c/).length, 'describe, changed rows, count').to.be.at.most(6);
    expect(requests(/jobs\/query/)).to.deep.equal([]);

    const whole = await world.plan(snapshot, { full: true });
    expect(steps(whole)).to.deep.equal(steps(delta));
    expect(requests(/jobs\/query\/750\w+\/results/).length).to.be.greaterThan(5);
  });

  it('has its rows read alike by pages, through a job, and by pages where no job gets done', async () => {
    breakIt();
    const org = await world.as('Ada Admin');
    const describe = await org.describe(OBJECT);
    const soql = `SELECT Id, Name, IsDeleted, Cups__c, SystemModstamp FROM ${OBJECT} WHERE Level__c != 'High'`;
    const rows = async (all: boolean, most?: number): Promise<readonly ValueRow[]> => {
      const found: ValueRow[] = [];
      await eachRow(org, describe, soql, { all, ...(most === undefined ? {} : { most }) }, (page) =>
        found.push(...page)
      );
      return found.sort((a, b) => (String(a.Id) < String(b.Id) ? -1 : 1));
    };
    for (const all of [true, false]) {
      const byPages = await rows(all);
      world.org.opLog.clear();
      expect(await rows(all, 100)).to.deep.equal(byPages);
      expect(requests(/jobs\/query$/)).to.have.lengthOf(1);
      expect(requests(/query\/01g/), 'further pages').to.deep.equal([]);
      expect(byPages.filter(({ IsDeleted }) => IsDeleted === 'true')).to.have.lengthOf(all ? 2 : 0);
      world.org.switches.jobFailure = 'InvalidBatch: Records not processed';
      expect(await rows(all, 100)).to.deep.equal(byPages);
      world.org.switches.jobFailure = '';
    }
  });

  it('is compared alike while its rows come, in Id order or not', async () => {
    const snapshot = await world.snapshot({ records: [{ object: OBJECT }] });
    const dov = world.user('Dov Deployer');
    const move = (numbers: readonly number[]): void => {
      world.org.clock.advance(60_000);
      for (const n of numbers) {
        const values = { Site__c: `moved ${n}` };
        world.org.records.writeOne(dov, { operation: 'update', object: OBJECT, id: idAt(n), values });
      }
      world.org.clock.advance(60_000);
    };
    const details = async (full: boolean): Promise<unknown> => {
      world.org.opLog.clear();
      const { steps: made } = await world.plan(snapshot, { full });
      expect(requests(/jobs\/query$/), 'read as a whole').to.have.lengthOf(full ? 1 : 0);
      return made.map(({ count, detail }) => ({ count, detail }));
    };
    const numbers = Array.from({ length: 2_100 }, (_, n) => n * 10);
    move(numbers);
    const inOrder = await details(false);
    expect(requests(/query\/01g/), 'the second page').to.have.lengthOf(1);
    expect(inOrder).to.deep.equal(await details(true));
    // Rows come as they were first written: these from the last to the first.
    move(numbers.map((n) => n + 1).reverse());
    expect(await details(false)).to.deep.equal(await details(true));
  });

  it('shows a change without a stamp when it is read as a whole', async () => {
    const snapshot = await world.snapshot({ records: [{ object: OBJECT }] });
    const row = world.org.row(OBJECT, idAt(9_000));
    world.org.seed(OBJECT, [{ ...row, Id: idAt(9_000), Site__c: 'moved behind everybody' }]);
    expect((await world.plan(snapshot)).steps).to.deep.equal([]);
    const whole = await world.plan(snapshot, { full: true });
    expect(steps(whole)).to.deep.equal([`updateRecords record:${OBJECT} 1`]);
  });

  it('is backed up and compared without an order where the org cannot sort it', async () => {
    world.org.switches.sortFailure = 'InternalServerError: Retried more than fifteen times';
    const snapshot = await world.snapshot({ records: [{ object: OBJECT }] });
    expect([snapshot.complete, snapshot.counts.records]).to.deep.equal([true, ROWS]);
    breakIt();
    const changes = [
      `deleteRecords record:${OBJECT} 1`,
      `undeleteRecords record:${OBJECT} 2`,
      `updateRecords record:${OBJECT} 5`,
    ];
    expect(steps(await world.plan(snapshot))).to.deep.equal(changes);
    expect(steps(await world.plan(snapshot, { full: true }))).to.deep.equal(changes);
  });

  it('is not backed up where the job fails without an order, too', async () => {
    world.org.switches.jobFailure = 'InvalidBatch: Records not processed';
    const refused = await world.snapshot({ records: [{ object: OBJECT }] }).catch((error: unknown) => error);
    expect(refused).to.have.property('code', 'BULK_QUERY_FAILED');
    expect(requests(/^\/services\/data\/v[\d.]+\/jobs\/query$/)).to.have.lengthOf(2);
  });
});
