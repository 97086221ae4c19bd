import { expect } from 'chai';
import type { Refusal } from '../../src/model/refusal.js';
import { resumeRun } from '../../src/apply/resumeRun.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import { EMPTY_SCOPE } from '../../src/snapshot/scope.js';
import type { RequestHead } from '../org/engine/switches.js';
import { World } from '../support/world.js';

const RULES = ['a0V5g00000Br006EAB', 'a0V5g00000Br005EAB'];
const OBJECT = 'SBQQ__PriceRule__c';
const SCOPE = { ...EMPTY_SCOPE, records: [{ object: OBJECT }] };

/** Whether a request updates rows, whatever else it does. */
const writesRows = ({ parts }: RequestHead): boolean => parts?.some((part) => part.startsWith('PATCH ')) === true;

describe('the API requests of a day', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const used = (): number => world.org.opLog.entries.filter(({ kind }) => kind === 'request').length;
  const release = (): void => {
    for (const id of RULES) world.update('Dov Deployer', OBJECT, id, { SBQQ__EvaluationOrder__c: 999 });
  };
  const refusal = async (work: Promise<unknown>): Promise<Refusal> =>
    (await work.then(
      () => expect.fail('it was not refused'),
      (error: unknown) => error
    )) as Refusal;

  it('a snapshot and an apply that need more than is left are refused before they begin, with the numbers', async () => {
    world.org.switches.dailyApiRequests = 60;
    expect((await refusal(world.snapshot(SCOPE))).key).to.equal('apiHeadroom');
    world.org.switches.dailyApiRequests = 100_000;
    const snapshot = await world.snapshot(SCOPE);
    release();
    const plan = await world.plan(snapshot, { everybody: true });
    world.org.switches.dailyApiRequests = used() + 50;
    const writes = await world.writesDuring(async () => {
      const { key, tokens } = await refusal(world.apply(plan));
      expect([key, tokens[2]]).to.deep.equal(['apiHeadroom', String(world.org.switches.dailyApiRequests)]);
    });
    expect(writes).to.deep.equal([]);
  });

  it('an apply that meets the limit stops, and goes on when there is room again', async () => {
    const snapshot = await world.snapshot(SCOPE);
    release();
    const plan = await world.plan(snapshot, { everybody: true });
    let written = 0;
    const { switches } = world.org;
    switches.faults = [{ when: (request) => writesRows(request) && (written += 1) === 1, fault: 'status403Limit' }];
    const stopped = await world.apply(plan);
    expect(stopped.status).to.equal('interrupted');
    const id = parseStoreId(stopped.runId) as StoreId;
    const options = { tests: [], stopAsked: () => false };
    const org = await world.as('Ada Admin');
    const done = await resumeRun(org, world.store, id, options, world.chance, SILENT);
    expect(done.status).to.equal('succeeded');
    for (const rule of RULES) expect(world.row(OBJECT, rule)?.SBQQ__EvaluationOrder__c).to.not.equal(999);
  });

  it('an apply that sees the day run out stops between two steps, and goes on tomorrow', async () => {
    const scope = { ...EMPTY_SCOPE, records: [{ object: OBJECT }, { object: 'Product2' }] };
    const [product = ''] = [...world.org.store.rows('Product2')].map((row) => String(row.Id));
    const before = world.row('Product2', product)?.Description ?? null;
    const snapshot = await world.snapshot(scope);
    release();
    world.update('Dov Deployer', 'Product2', product, { Description: 'Spring' });
    const plan = await world.plan(snapshot, { everybody: true });
    expect(plan.steps.length).to.be.above(1);
    const { switches } = world.org;
    // Somebody else spends what is left while the first step is written.
    switches.beforeRequest = [{ when: writesRows, run: () => void (switches.dailyApiRequests = used() + 45) }];
    const told: unknown[] = [];
    const stopped = await world.apply(plan, { onStopped: (error: unknown) => void told.push(error) });
    switches.beforeRequest = [];
    expect([stopped.status, (told[0] as Refusal).key]).to.deep.equal(['interrupted', 'apiLimitReached']);
    // Nothing is in doubt: the first step is settled, the rest was not begun.
    expect(Object.keys(stopped.totals).sort()).to.deep.equal(['restored', 'skipped']);
    const id = parseStoreId(stopped.runId) as StoreId;
    const options = { tests: [], stopAsked: () => false };
    const goOn = async (): Promise<string> =>
      (await resumeRun(await world.as('Ada Admin'), world.store, id, options, world.chance, SILENT)).status;
    // Today there is no room for it.
    expect(await goOn().catch((error: Refusal) => error.key)).to.be.oneOf(['interrupted', 'apiLimitReached']);
    world.org.clock.advance(24 * 3_600_000);
    switches.dailyApiRequests = 100_000;
    expect(await goOn()).to.equal('succeeded');
    for (const rule of RULES) expect(world.row(OBJECT, rule)?.SBQQ__EvaluationOrder__c).to.not.equal(999);
    expect(world.row('Product2', product)?.Description ?? null).to.equal(before);
  });
});
