import { expect } from 'chai';
import { digestOf } from '../../src/model/digest.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import type { Refusal } from '../../src/model/refusal.js';
import { planReport } from '../../src/report/planReport.js';
import { CrashStory, differences, Life, pictureOf, type Scene } from '../support/crashStory.js';

describe('undoing a run', function () {
  this.timeout(120_000);
  let story: CrashStory;
  let scene: Scene;
  let life: Life;
  before(async () => {
    story = await CrashStory.begin();
  });
  beforeEach(async () => {
    scene = await story.scene();
    life = new Life(scene, 1);
  });

  const idOf = (text: string): StoreId => parseStoreId(text) as StoreId;
  /** What differs in records; new flow versions and their bodies are looked at by themselves. */
  const inRecordsAndMetadata = (a: ReturnType<typeof pictureOf>, b: ReturnType<typeof pictureOf>): string[] =>
    differences(a, b).filter((line) => !line.startsWith('Flow:'));

  const lineOf = ({ Product2 = '' }: ReturnType<typeof pictureOf>, id: string): string =>
    Product2.split('\n').find((line) => line.startsWith(id)) ?? '';

  it('puts everything back as it was before the run, and undoing that brings the rollback again', async () => {
    const bad = pictureOf(scene);
    const run = await life.apply(story.plan);
    const good = pictureOf(scene);
    const undo = await life.undo(idOf(run.runId));
    expect(undo.conflicts).to.deep.equal([]);
    expect(undo.manual).to.deep.equal([]);
    const undone = await life.apply(undo);
    expect(undone.steps.flatMap(({ errors }) => errors)).to.deep.equal([]);
    expect(inRecordsAndMetadata(bad, pictureOf(scene)), 'what the deleted field held, too').to.deep.equal([]);

    const again = await life.apply(await life.undo(idOf(undone.runId)));
    expect(again.steps.flatMap(({ errors }) => errors)).to.deep.equal([]);
    expect(inRecordsAndMetadata(good, pictureOf(scene))).to.deep.equal([]);
  });

  it('does not insert again what undoing the run once before inserted', async () => {
    const run = idOf((await life.apply(story.plan)).runId);
    scene.org.switches.binEmptied = true;
    const undone = await life.apply(await life.undo(run));
    expect(Object.keys(undone.idMap).length).to.be.above(3);
    const again = await life.undo(run);
    expect(again.summary.insertRecords).to.equal(undefined);
    expect(again.steps.filter(({ lane }) => lane === 'records').map(({ target }) => target)).to.deep.equal([]);
  });

  it('is refused where the plan on disk is no longer the one that the run applied', async () => {
    const run = idOf((await life.apply(story.plan)).runId);
    const folder = await life.store.open('plans', idOf(story.plan.id));
    const { digest, ...body } = { ...story.plan, advice: 'edited' };
    await folder.write('plan.json', `${JSON.stringify({ ...body, digest: digestOf(body) }, null, 2)}\n`);
    const refused = await life.undo(run).then(
      () => digest,
      (error: Refusal) => error.key
    );
    expect(refused).to.equal('planDamaged');
  });

  it('lets the plan be applied once more: it is no longer carried out', async () => {
    const run = await life.apply(story.plan);
    expect((await life.apply(story.plan)).status).to.equal('alreadyApplied');
    await life.apply(await life.undo(idOf(run.runId)));
    const refused = await life.apply(story.plan).then(
      ({ status }) => status,
      (error: Refusal) => error.key
    );
    // Flows that were deleted came back as new versions: the plan no longer fits them, and says so.
    expect(['succeeded', 'planStale']).to.include(refused);
  });

  it('keeps what somebody changed after the run', async () => {
    const run = await life.apply(story.plan);
    scene.org.clock.advance(600_000);
    const rule = [...scene.org.store.rows('SBQQ__PriceRule__c')].find((row) => row['IsDeleted'] !== true);
    const id = String(rule?.['Id']);
    scene.org.records.writeOne(scene.org.user('Cleo Colleague'), {
      operation: 'update',
      object: 'SBQQ__PriceRule__c',
      id,
      values: { SBQQ__EvaluationOrder__c: 4711 },
    });
    const undo = await life.undo(idOf(run.runId));
    expect(undo.conflicts.map(({ target, kind, changedBy }) => [target, kind, changedBy])).to.deep.equal([
      [`record:SBQQ__PriceRule__c:${id}`, 'changedSince', 'cleo.colleague@brightcup.example'],
    ]);
    await life.apply(undo);
    expect(scene.org.row('SBQQ__PriceRule__c', id)?.['SBQQ__EvaluationOrder__c']).to.equal(4711);

    // What the plan says to type for it takes that change back, too.
    const said = planReport(undo, { width: 80, more: '' }).replace(/\s+/g, ' ');
    const typed = /sf rollback plan --snapshot (\S+) --all-changes --only (\S+)/.exec(said);
    expect(typed?.slice(1)).to.deep.equal([undo.snapshotId, `record:SBQQ__PriceRule__c:${id}`]);
    await life.apply(await life.planAll(idOf(typed?.[1] ?? ''), [typed?.[2] ?? '']));
    expect(scene.org.row('SBQQ__PriceRule__c', id)?.['SBQQ__EvaluationOrder__c']).to.be.below(1_000);
  });

  it('leaves deleted what went with a master that somebody deleted after the run, also where the org stamps none of it', async () => {
    const run = await life.apply(story.plan);
    scene.org.clock.advance(600_000);
    const { store } = scene.org;
    const action = 'SBQQ__PriceAction__c';
    const written = new Set(run.steps.filter(({ target }) => target === `record:${action}`).map(({ id }) => id));
    expect(written.size).to.be.above(0);
    const touched = [...store.rows(action)].filter(
      (row) => row['IsDeleted'] !== true && row['LastModifiedById'] === scene.org.user('Ada Admin').id
    );
    const rule = String(touched[0]?.['SBQQ__Rule__c']);
    const details = [...store.rows(action)].filter((row) => row['IsDeleted'] !== true && row['SBQQ__Rule__c'] === rule);
    scene.org.records.writeOne(scene.org.user('Cleo Colleague'), { operation: 'delete', id: rule });
    for (const row of details) store.put(action, { ...row, IsDeleted: true });
    const undo = await life.undo(idOf(run.runId));
    const kept = new Map(undo.conflicts.map((conflict) => [conflict.target, conflict]));
    expect([...kept.keys()]).to.include(`record:${action}:${String(touched[0]?.['Id'])}`);
    expect(kept.get(`record:${action}:${String(touched[0]?.['Id'])}`)).to.include({
      changedBy: null,
      decision: 'keep',
    });
    await life.apply(undo);
    const living = [...store.rows(action)].filter((row) => row['IsDeleted'] !== true).map((row) => row['Id']);
    for (const { Id } of details) expect(living).to.not.include(Id);
  });

  describe('of a run that was cut off and gone on with', () => {
    const write = (object: string, id: string, values: Record<string, string | number>): void =>
      void scene.org.records.writeOne(scene.org.user('Cleo Colleague'), { operation: 'update', object, id, values });

    it('keeps what a colleague changed in between, field by field, and takes the rest back', async () => {
      const bad = pictureOf(scene);
      const changed = [...scene.org.store.rows('Product2')]
        .filter((row) => row['IsDeleted'] !== true && String(row['Description']).startsWith('Spring'))
        .map((row) => String(row['Id']));
      const [otherField = '', sameField = '', notYet = ''] = changed;
      let products = 0;
      const first = new Life(scene, 1, {
        answers: (org) => ({
          updateRows: async (object, rows) => {
            const results = await org.updateRows(object, rows);
            if (object === 'Product2') products += 1;
            return results;
          },
          query: async (soql, options) => {
            if (products > 0) throw new Error('socket hang up');
            return org.query(soql, options);
          },
          queryTogether: async (soqls) => {
            if (products > 0) throw new Error('socket hang up');
            return org.queryTogether(soqls);
          },
        }),
      });
      const { status, runId } = await first.apply(story.plan);
      expect([status, products]).to.deep.equal(['interrupted', 1]);
      scene.org.clock.advance(600_000);
      write('Product2', otherField, { ProductCode: 'CLEO' });
      write('Product2', sameField, { Description: 'Cleo was here' });
      const run = idOf(runId);
      const resumed = await new Life(scene, 2).resume(run);
      expect([resumed.status, resumed.totals.conflict]).to.deep.equal(['partial', 1]);
      const undo = await new Life(scene, 3).undo(run);
      const ofProducts = undo.conflicts.map(({ target, kind, fields, changedBy }) => [target, kind, fields, changedBy]);
      const cleo = 'cleo.colleague@brightcup.example';
      expect(ofProducts).to.have.deep.members([
        [`record:Product2:${otherField}`, 'changedSince', ['ProductCode'], cleo],
        [`record:Product2:${sameField}`, 'changedSince', ['Description'], cleo],
      ]);
      await new Life(scene, 4).apply(undo);
      const now = (id: string): unknown[] =>
        ['Description', 'ProductCode'].map((field) => scene.org.row('Product2', id)?.[field]);
      expect(now(otherField)).to.deep.equal([/Description=(Spring \d+) .*/.exec(lineOf(bad, otherField))?.[1], 'CLEO']);
      expect(now(sameField)[0]).to.equal('Cleo was here');
      expect(now(notYet)[0]).to.match(/^Spring/);
    });
  });
});
