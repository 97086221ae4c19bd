import { expect } from 'chai';
import { chain, GENESIS, readJournal } from '../../src/apply/journal/journal.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { Refusal } from '../../src/model/refusal.js';
import { openRun } from '../../src/validate/validateOrg.js';
import { CrashStory, Life, type Scene } from '../support/crashStory.js';

/** The files of a run's folder that a later command believes: each is named with its hash by a line of the journal. */
describe('files of a run that somebody changed', function () {
  this.timeout(120_000);
  let story: CrashStory;
  let scene: Scene;
  before(async () => {
    story = await CrashStory.begin();
  });

  const idOf = (text: string): StoreId => parseStoreId(text) as StoreId;
  const pathsOf = (run: string, folder: string): string[] =>
    scene.disk
      .files()
      .map(([path]) => path)
      .filter((path) => path.includes(`/runs/${run}/${folder}`));
  const refused = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown
    );
    return error instanceof Refusal && error.key === 'runDamaged' ? (error.tokens[1] ?? '') : String(error);
  };
  /** A whole file in the place of another, or none. */
  const put = async (path: string, content: Buffer | undefined): Promise<void> => {
    await scene.disk.remove(path);
    if (!content) return;
    const file = await scene.disk.create(path);
    await file.write(content);
  };

  it('are refused by the commands that read them, each by its name, and nothing is written', async () => {
    scene = await story.scene();
    const life = new Life(scene, 1);
    const { runId } = await life.apply(story.plan);
    const readers: ReadonlyArray<readonly [folder: string, read: () => Promise<unknown>]> = [
      ['outcomes/', () => life.undo(idOf(runId))],
      ['undo/', () => life.undo(idOf(runId))],
      ['bad/', () => life.undo(idOf(runId))],
      ['result.json', () => openRun(life.store, idOf(runId))],
      ['result.json', () => life.apply(story.plan)],
      ['result.json', () => life.resume(idOf(runId))],
    ];
    const writes = scene.org.opLog.entries.length;
    let played = 0;
    for (const [folder, read] of readers) {
      const paths = pathsOf(runId, folder);
      expect(paths, folder).to.have.length.above(0);
      for (const path of folder === 'undo/' ? paths.filter((_one, n) => n % 3 === 0) : paths) {
        const name = path.split(`/runs/${runId}/`)[1] ?? '';
        const content = await scene.disk.read(path);
        const flipped = Buffer.from(content);
        flipped[Math.floor(flipped.length / 2)] = (flipped[Math.floor(flipped.length / 2)] ?? 0) ^ 1;
        await put(path, content.length > 0 ? flipped : Buffer.from(' '));
        expect(await refused(read()), name).to.equal(`${name} was changed`);
        await put(path, undefined);
        expect(await refused(read()), name).to.equal(`${name} is missing`);
        await put(path, content);
        played += 1;
      }
    }
    expect(played).to.be.above(30);
    const added = `/project/.rollback/runs/${runId}/undo/records/Product2.s999.csv.gz`;
    await put(added, Buffer.from('Id'));
    expect(await refused(life.undo(idOf(runId)))).to.equal(
      'undo/records/Product2.s999.csv.gz was not saved by the run'
    );
    await put(added, undefined);
    expect(scene.org.opLog.entries.slice(writes).filter(({ kind }) => kind !== 'request')).to.deep.equal([]);
    // As they were, they are believed again.
    expect((await life.undo(idOf(runId))).steps.length).to.be.above(0);
  });

  it('are refused before a run that was cut off is gone on with', async () => {
    scene = await story.scene();
    const first = new Life(scene, 1);
    first.dieAtRequest(150);
    await first.apply(story.plan).catch(() => undefined);
    scene.disk.powerOn('all');
    const life = new Life(scene, 2);
    const [run] = await life.store.ids('runs');
    const [path = ''] = pathsOf(run ?? '', 'outcomes/');
    const content = await scene.disk.read(path);
    await put(path, Buffer.from(content.toString().replace('"restored"', '"neutralised"')));
    const writes = scene.org.opLog.entries.length;
    expect(await refused(life.resume(run as StoreId))).to.match(/^outcomes\/\w+\.ndjson was changed$/);
    expect(scene.org.opLog.entries.slice(writes).filter(({ kind }) => kind !== 'request')).to.deep.equal([]);
    await put(path, content);
    expect((await new Life(scene, 3).resume(run as StoreId)).status).to.equal('succeeded');
  });

  describe('with the rows that a step was about to write', () => {
    /** A run that was cut off right after a step with rows was begun. */
    const cutOff = async (): Promise<{ run: StoreId; paths: string[] }> => {
      scene = await story.scene();
      const first = new Life(scene, 1, {
        answers: () => ({
          updateRows: async () => {
            throw new Error('socket hang up');
          },
        }),
      });
      const { status, runId } = await first.apply(story.plan);
      expect(status).to.equal('interrupted');
      return { run: idOf(runId), paths: pathsOf(runId, 'intended/') };
    };

    it('are refused by the run that is gone on with, and believed as they were', async () => {
      const { run, paths } = await cutOff();
      const writes = scene.org.opLog.entries.length;
      expect(paths.length).to.be.above(1);
      for (const path of paths) {
        const name = path.split(`/runs/${run}/`)[1] ?? '';
        const content = await scene.disk.read(path);
        await put(path, Buffer.from(content.toString().split('\n').slice(1).join('\n')));
        expect(await refused(new Life(scene, 2).resume(run)), name).to.equal(`${name} was changed`);
        await put(path, undefined);
        expect(await refused(new Life(scene, 2).resume(run)), name).to.equal(`${name} is missing`);
        await put(path, content);
      }
      expect(scene.org.opLog.entries.slice(writes).filter(({ kind }) => kind !== 'request')).to.deep.equal([]);
      expect((await new Life(scene, 3).resume(run)).status).to.equal('succeeded');
      const named = pathsOf(run, 'intended/').map((path) => path.split('/').at(-1) ?? '');
      expect(
        named.some((name) => name.endsWith('.2.txt')),
        'begun again: a file of its own'
      ).to.equal(true);
    });

    it('are believed as they stand where the journal is of a release that did not name them', async () => {
      const { run } = await cutOff();
      const [path = ''] = pathsOf(run, 'journal.ndjson');
      const reading = readJournal((await scene.disk.read(path)).toString());
      if (reading.kind === 'edited') throw new Error('the journal does not fit together');
      let hash = GENESIS;
      const lines = reading.entries.map((entry, n) => {
        const old = entry.kind === 'stepIntended' ? { kind: entry.kind, step: entry.step, at: entry.at } : entry;
        const line = chain(hash, n, old);
        hash = line.hash;
        return `${JSON.stringify(line)}\n`;
      });
      await put(path, Buffer.from(lines.join('')));
      expect((await new Life(scene, 3).resume(run)).status).to.equal('succeeded');
    });
  });
});
