import { expect } from 'chai';
import { dryRun } from '../../src/apply/dryRun.js';
import { openPlan } from '../../src/apply/readyPlan.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import type { Refusal } from '../../src/model/refusal.js';
import { CrashStory, Life, pictureOf } from '../support/crashStory.js';

describe('a dry run', function () {
  this.timeout(60_000);
  const CHANCE = { now: () => new Date(0), entropy: (bytes: number) => '0'.repeat(bytes * 2) };

  it('finds nothing in the way of a plan that fits, names its validation, and writes nothing', async () => {
    const story = await CrashStory.begin();
    const scene = await story.scene();
    const { ports, store } = new Life(scene, 1);
    const before = pictureOf(scene);
    const ready = await openPlan(ports, store, parseStoreId(story.plan.id) as StoreId);
    const found = await dryRun(ports, store, ready, { tests: { names: [] } }, CHANCE, SILENT);
    expect(found.findings.map(({ code }) => code)).to.include('checkPassed');
    expect(found.findings.filter(({ code }) => code === 'rightMissing')).to.deep.equal([]);
    expect(found.passes).to.equal(true);
    expect(pictureOf(scene)).to.deep.equal(before);
    expect(await store.ids('runs')).to.deep.equal([]);

    const error = await dryRun(ports, store, ready, { tests: { names: [] }, maxChanges: 3 }, CHANCE, SILENT).catch(
      (refusal: unknown) => refusal as Refusal
    );
    expect((error as Refusal).key).to.equal('tooManyChanges');
    scene.org.records.writeOne(scene.org.user('Cleo Colleague'), {
      operation: 'update',
      object: 'SBQQ__PriceRule__c',
      id: String([...scene.org.store.rows('SBQQ__PriceRule__c')][0]?.['Id']),
      values: { SBQQ__EvaluationOrder__c: 5 },
    });
    const stale = await dryRun(ports, store, ready, { tests: { names: [] } }, CHANCE, SILENT).catch(
      (refusal: unknown) => refusal as Refusal
    );
    expect((stale as Refusal).key).to.equal('planStale');
  });
});
