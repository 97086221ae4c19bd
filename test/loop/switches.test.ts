import { expect } from 'chai';
import { readRun } from '../../src/apply/earlierRuns.js';
import { openSwitches } from '../../src/apply/openSwitches.js';
import { resumeRun } from '../../src/apply/resumeRun.js';
import type { RunOptions } from '../../src/apply/applyPlan.js';
import type { StoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import { judgeFacts } from '../../src/preflight/judgeFacts.js';
import { readFacts } from '../../src/preflight/readFacts.js';
import { EMPTY_SCOPE } from '../../src/snapshot/scope.js';
import { CrashStory, Life, type Scene } from '../support/crashStory.js';

/** No API can switch the triggers of the package: a person does, and has to be reminded until they are on again. */
describe('CPQ triggers that somebody switched off by hand', function () {
  this.timeout(120_000);
  const CHANCE = { now: () => new Date(), entropy: () => 'abcdef' };
  let story: CrashStory;
  let scene: Scene;
  before(async () => {
    story = await CrashStory.begin();
  });
  beforeEach(async () => {
    scene = await story.scene();
  });

  const off: Partial<RunOptions> = { cpqTriggers: 'attested-off' };
  const cutOff = async (life: Life, work: () => Promise<unknown>): Promise<StoreId> => {
    life.dieAtRequest(120);
    await work().catch(() => undefined);
    expect(life.isDead()).to.equal(true);
    scene.disk.powerOn('all');
    return (await life.store.ids('runs')).at(-1) as StoreId;
  };
  const said = async (life: Life, run: StoreId): Promise<string[]> => {
    const reading = await readRun(life.store, run);
    if (reading.kind !== 'run') return [];
    return reading.run.entries.filter(({ kind }) => kind.startsWith('switch')).map(({ kind }) => kind);
  };
  const stillOff = async (life: Life): Promise<number> => (await openSwitches(life.store, scene.org.orgId)).length;
  const resume = (life: Life, run: StoreId, more: Partial<RunOptions> = {}): Promise<unknown> =>
    resumeRun(life.ports, life.store, run, { tests: [], stopAsked: () => false, ...more }, CHANCE, SILENT);
  const doctorSays = async (life: Life): Promise<string> => {
    const facts = await readFacts(life.ports, life.store, { scope: EMPTY_SCOPE }, CHANCE, SILENT);
    return judgeFacts(facts).find(({ code }) => code === 'switches')?.state ?? '';
  };

  it('are reminded of at the end of the run that was gone on with, without asking again', async () => {
    const first = new Life(scene, 1);
    const run = await cutOff(first, () => first.apply(story.plan, off));
    const life = new Life(scene, 2);
    expect([await stillOff(life), await doctorSays(life)]).to.deep.equal([1, 'mind']);
    await resume(life, run);
    expect(await said(life, run)).to.deep.equal(['switchOff', 'switchBack']);
    expect([await stillOff(life), await doctorSays(life)]).to.deep.equal([0, 'ok']);
  });

  it('only when the run was gone on with are known to be off after the next crash, too', async () => {
    const first = new Life(scene, 1);
    const run = await cutOff(first, () => first.apply(story.plan));
    const second = new Life(scene, 2);
    expect(await stillOff(second)).to.equal(0);
    second.dieAtRequest(110);
    await resume(second, run, off).catch(() => undefined);
    expect(second.isDead()).to.equal(true);
    scene.disk.powerOn('none');
    const life = new Life(scene, 3);
    expect([await stillOff(life), await doctorSays(life)]).to.deep.equal([1, 'mind']);
    await resume(life, run);
    expect((await said(life, run)).at(-1)).to.equal('switchBack');
    expect(await stillOff(life)).to.equal(0);
  });

  it('are known to be off when the run died while it gave its account: nobody was reminded', async () => {
    const first = new Life(scene, 1);
    const create = scene.disk.create.bind(scene.disk);
    scene.disk.create = async (path) => {
      if (path.includes('result.json')) scene.disk.powerOff();
      return create(path);
    };
    await first.apply(story.plan, off).catch(() => undefined);
    expect(first.isDead()).to.equal(true);
    scene.disk.create = create;
    scene.disk.powerOn('all');
    const life = new Life(scene, 2);
    const run = (await life.store.ids('runs')).at(-1) as StoreId;
    expect([await stillOff(life), await doctorSays(life)]).to.deep.equal([1, 'mind']);
    await resume(life, run);
    expect([await stillOff(life), await doctorSays(life)]).to.deep.equal([0, 'ok']);
  });

  it('are reminded of when the run is stopped', async () => {
    const life = new Life(scene, 1);
    let steps = 0;
    const { runId, status } = await life.apply(story.plan, { ...off, stopAsked: () => (steps += 1) > 3 });
    expect(status).to.equal('interrupted');
    expect(await said(life, runId as StoreId)).to.deep.equal(['switchOff', 'switchBack']);
  });
});
