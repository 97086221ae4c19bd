import { expect } from 'chai';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { Refusal } from '../../src/model/refusal.js';
import type { OrgPorts } from '../../src/org/ports.js';
import { readItems } from '../../src/plan/readPlan.js';
import { EMPTY_SCOPE } from '../../src/snapshot/scope.js';
import { CrashStory, Life, type Incident, type Scene } from '../support/crashStory.js';

/** Two product options leave the recycle bin: the way back inserts them again. */
const TWO_ROWS_GONE: Incident = {
  scope: { ...EMPTY_SCOPE, records: [{ object: 'SBQQ__ProductOption__c' }] },
  twice: true,
  release: async (org) => {
    org.clock.advance(3_600_000);
    const dov = org.user('Dov Deployer');
    for (const row of living(org).slice(0, 2)) {
      org.records.writeOne(dov, { operation: 'delete', id: String(row['Id']) });
      org.records.writeOne(dov, { operation: 'purge', id: String(row['Id']) });
    }
    org.clock.advance(3_600_000);
  },
};

function living(org: Scene['org']): Array<Record<string, unknown>> {
  return [...org.store.rows('SBQQ__ProductOption__c')].filter((row) => row['IsDeleted'] !== true);
}

async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown
  );
  if (error instanceof Refusal) return error;
  throw error instanceof Error ? error : new Error('it was not refused');
}

describe('rows of which nobody knows whether they were inserted', () => {
  let story: CrashStory;
  let scene: Scene;
  before(async () => {
    story = await CrashStory.begin('apply', TWO_ROWS_GONE);
  });
  beforeEach(async () => {
    scene = await story.scene();
  });

  /** Cut off when the rows are in and nobody has heard of it. */
  const cutOff = async (): Promise<StoreId> => {
    let uploaded = false;
    const first: Life = new Life(scene, 1, {
      answers: (org) => ({
        uploadAndClose: async (job, csv) => {
          await org.uploadAndClose(job, csv);
          await org.awaitIngestJob(job);
          uploaded = true;
          throw new Error('socket hang up');
        },
      }),
    });
    const { status, runId } = await first.apply(story.plan);
    expect([status, uploaded]).to.deep.equal(['interrupted', true]);
    return parseStoreId(runId) as StoreId;
  };

  /** Gone on with when the org no longer knows the job, and somebody has changed what it inserted. */
  const leftInDoubt = async (): Promise<StoreId> => {
    const known = new Set(living(scene.org).map((row) => row['Id']));
    const runId = await cutOff();
    for (const row of living(scene.org).filter(({ Id }) => !known.has(Id)))
      scene.org.records.writeOne(scene.org.user('Cleo Colleague'), {
        operation: 'update',
        object: 'SBQQ__ProductOption__c',
        id: String(row['Id']),
        values: { SBQQ__Number__c: 77 },
      });
    const result = await new Life(scene, 2, { answers: () => ({ ingestJobs: async () => [] }) }).resume(
      parseStoreId(runId) as StoreId
    );
    expect([result.status, result.totals.inDoubt]).to.deep.equal(['partial', 2]);
    return parseStoreId(runId) as StoreId;
  };

  it('are found again by what they hold where the results of their job are gone', async () => {
    const before = living(scene.org).length;
    for (const answers of [
      (): Partial<OrgPorts> => ({ ingestJobs: async () => [] }),
      (): Partial<OrgPorts> => ({
        awaitInsertJob: async () => {
          throw Object.assign(new Error('NOT_FOUND: the job does not exist'), { status: 404, code: 'NOT_FOUND' });
        },
      }),
    ]) {
      scene = await story.scene();
      const { status, totals } = await new Life(scene, 2, { answers }).resume(await cutOff());
      expect({ status, ...totals }).to.include({ status: 'succeeded', restored: 2 });
      expect(living(scene.org).length - before).to.equal(2);
    }
  });

  it('are never worked out from a file that was edited', async () => {
    const run = await cutOff();
    const life = new Life(scene, 2);
    const folder = await life.store.open('runs', run);
    const [path = ''] = await folder.list('sent');
    await folder.write(path, (await folder.read(path)).toString('utf8').replace(/\n$/, ' \n'));
    const refusal = await refusalOf(life.resume(run));
    expect([refusal.key, String(refusal.tokens)]).to.satisfy((said: readonly string[]) =>
      said.join(' ').includes(`${path} was changed`)
    );
  });

  it('are not sent again when the plan is applied again', async () => {
    const before = living(scene.org).length;
    const run = await leftInDoubt();
    const refusal = await refusalOf(new Life(scene, 3).apply(story.plan));
    expect(refusal.key).to.equal('rowsInDoubt');
    expect(refusal.tokens).to.include('2 rows');
    expect(refusal.actionTokens).to.include.members([run, 'SBQQ__ProductOption__c', story.plan.id]);
    expect(living(scene.org).length - before).to.equal(2);
  });

  it('are not inserted by a new plan, which names them, unless a person asks for it', async () => {
    const run = await leftInDoubt();
    const before = living(scene.org).length;
    const life = new Life(scene, 3);
    const snapshot = parseStoreId(story.plan.snapshotId) as StoreId;
    const plan = await life.planAll(snapshot, [], []);
    expect(plan.summary.insertRecords).to.equal(undefined);
    const kept = plan.conflicts.filter(({ kind }) => kind === 'mayBeBack');
    expect(kept.map(({ decision }) => decision)).to.deep.equal(['keep', 'keep']);
    expect(plan.findings.filter(({ code }) => code === 'rowsInDoubt').map(({ subject }) => subject)).to.deep.equal([
      run,
    ]);

    const [target = ''] = kept.map((each) => each.target);
    const asked = await life.planAll(snapshot, [target], [target]);
    expect((await life.apply(asked)).totals).to.include({ restored: 1 });
    expect(living(scene.org).length - before).to.equal(1);
  });

  it('are not inserted by a plan that was made before they were in doubt', async () => {
    const earlier = await new Life(scene, 0).planAll(parseStoreId(story.plan.snapshotId) as StoreId, []);
    await leftInDoubt();
    expect((await refusalOf(new Life(scene, 3).apply(earlier))).key).to.equal('rowsInDoubt');
  });

  describe('are in doubt for every snapshot that was taken before', () => {
    const older = async (): Promise<StoreId> => {
      const taken = await new Life(scene, 0).store.ids('snapshots');
      return taken.find((id) => id !== story.plan.snapshotId) as StoreId;
    };

    it('so that a plan back to another one does not insert them either', async () => {
      const run = await leftInDoubt();
      const plan = await new Life(scene, 3).planAll(await older(), [], []);
      expect(plan.summary.insertRecords).to.equal(undefined);
      expect(plan.conflicts.map(({ kind }) => kind)).to.include.members(['mayBeBack', 'mayBeBack']);
      expect(plan.findings.find(({ code }) => code === 'rowsInDoubt')?.subject).to.equal(run);
    });

    it('so that a plan back to another one is refused that was made before and inserts one of them', async () => {
      const life = new Life(scene, 0);
      const folder = await life.store.open('plans', parseStoreId(story.plan.id) as StoreId);
      const [lost] = (await Promise.all(story.plan.steps.map((step) => readItems(folder, step)))).flat();
      const [other] = living(scene.org);
      const values = { SBQQ__Number__c: 78 };
      scene.org.records.writeOne(scene.org.user('Dov Deployer'), {
        ...{ operation: 'update', object: 'SBQQ__ProductOption__c', id: String(other?.['Id']), values },
      });
      const target = (id: unknown): string => `record:SBQQ__ProductOption__c:${String(id)}`;
      const inserting = await life.planAll(await older(), [target(lost?.id)]);
      const harmless = await life.planAll(await older(), [target(other?.['Id'])]);
      const before = living(scene.org).length;
      await leftInDoubt();
      expect((await refusalOf(new Life(scene, 3).apply(inserting))).tokens).to.include('1 row');
      expect(living(scene.org).length - before).to.equal(2);
      expect((await new Life(scene, 3).apply(harmless)).status).to.equal('succeeded');
    });
  });

  it('are what going on with their run speaks of, not the advice to apply the plan again', async () => {
    const run = await leftInDoubt();
    expect((await refusalOf(new Life(scene, 3).resume(run))).key).to.equal('rowsInDoubt');
  });

  describe('because the org echoes one otherwise than it was sent', () => {
    /** An org that gives the cells of one inserted row another form. */
    const echoing = (org: OrgPorts): Partial<OrgPorts> => ({
      awaitInsertJob: async (job, columns) => {
        const ended = await org.awaitInsertJob(job, columns);
        const inserted = ended.inserted.map((row, n) =>
          n === 0 ? { ...row, cells: row.cells.map((cell) => `${cell} `) } : row
        );
        return { ...ended, inserted };
      },
    });

    it('are not sent again, neither by the run nor by the plan', async () => {
      const before = living(scene.org).length;
      const { status, totals } = await new Life(scene, 1, { answers: echoing }).apply(story.plan);
      expect({ status, ...totals }).to.include({ status: 'partial', restored: 1, inDoubt: 1 });
      expect(totals.failed).to.equal(undefined);
      expect((await refusalOf(new Life(scene, 2).apply(story.plan))).key).to.equal('rowsInDoubt');
      expect(living(scene.org).length - before).to.equal(2);
    });

    it('are not sent again when the run is cut off and gone on with', async () => {
      const before = living(scene.org).length;
      let taken = false;
      const first = new Life(scene, 1, {
        answers: (org) => ({
          awaitInsertJob: async (job, columns) => {
            const ended = await echoing(org).awaitInsertJob?.(job, columns);
            taken = true;
            return ended as Awaited<ReturnType<OrgPorts['awaitInsertJob']>>;
          },
          query: async (soql, options) => {
            if (taken) throw new Error('socket hang up');
            return org.query(soql, options);
          },
          queryTogether: async (soqls, options) => {
            if (taken) throw new Error('socket hang up');
            return org.queryTogether(soqls, options);
          },
        }),
      });
      const { status, runId } = await first.apply(story.plan);
      expect(status).to.equal('interrupted');
      const { totals } = await new Life(scene, 2).resume(parseStoreId(runId) as StoreId);
      expect(totals).to.include({ restored: 1, inDoubt: 1 });
      expect(living(scene.org).length - before).to.equal(2);
    });
  });
});
