import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { mock } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { FileStore } from '../../../src/store/fileStore.js';
import { NODE_DISK } from '../../../src/store/disk.js';
import { acquireLock, lockHolder, THIS_PROCESS } from '../../../src/store/lock.js';
import { refusalOf } from '../support/refusals.js';
import { tempFolders } from '../support/tempFolder.js';

/** The process id of a process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid as number;
}

describe('the lock of an org', () => {
  const temp = tempFolders();
  const aFile = async (): Promise<string> => join(await temp(), 'locks', '00D000000000062EAA.json');
  const heldBy = async (file: string, holder: unknown): Promise<void> => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof holder === 'string' ? holder : JSON.stringify(holder));
  };

  it('says who holds it, where, as which process and since when', async () => {
    const file = await aFile();
    await acquireLock(file, 'apply of plan p');
    const content = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    expect(content).to.include({ holder: 'apply of plan p', host: hostname(), pid: process.pid });
    expect(Date.now() - Date.parse(content.since as string)).to.be.within(0, 10_000);
  });

  it('is refused to a second with exit code 4, naming the first', async () => {
    const file = await aFile();
    await acquireLock(file, 'apply of plan p');
    const refusal = await refusalOf(() => acquireLock(file, 'apply of plan q'));
    expect([refusal.key, refusal.exitCode]).to.deep.equal(['locked', 4]);
    expect(refusal.tokens.slice(0, 3)).to.deep.equal(['apply of plan p', hostname(), String(process.pid)]);
    expect(JSON.parse(await readFile(file, 'utf8'))).to.include({ holder: 'apply of plan p' });
  });

  it('goes to exactly one of many that try at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const file = await aFile();
      const tries = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => acquireLock(file, `run ${n}`)));
      expect(tries.filter((each) => each.status === 'fulfilled')).to.have.lengthOf(1);
    }
  });

  it('can be taken again once it was released', async () => {
    const file = await aFile();
    const lock = await acquireLock(file, 'first');
    await lock.release();
    expect(await stat(file).catch(() => 'missing')).to.equal('missing');
    await (await acquireLock(file, 'second')).release();
  });

  it('may be released twice', async () => {
    const lock = await acquireLock(await aFile(), 'first');
    await lock.release();
    await lock.release();
  });

  it('is lost by a holder on this machine that is no longer alive', async () => {
    const file = await aFile();
    await heldBy(file, {
      holder: 'crashed',
      host: hostname(),
      pid: await deadProcess(),
      since: '2026-11-21T05:30:00.000Z',
    });
    await acquireLock(file, 'next');
    expect(JSON.parse(await readFile(file, 'utf8'))).to.include({ holder: 'next', pid: process.pid });
  });

  it('stays with a holder on another machine, whose processes cannot be seen from here', async () => {
    const file = await aFile();
    await heldBy(file, {
      holder: 'elsewhere',
      host: `not-${hostname()}`,
      pid: await deadProcess(),
      since: '2026-11-21T05:30:00.000Z',
    });
    const refusal = await refusalOf(() => acquireLock(file, 'next'));
    expect(refusal.exitCode).to.equal(4);
    expect(refusal.tokens[0]).to.equal('elsewhere');
  });

  it('goes from another machine to whoever names its id, and to nobody who names another', async () => {
    const file = await aFile();
    await heldBy(file, { holder: 'elsewhere', host: `not-${hostname()}`, pid: 1, since: '2026-11-21', id: '0badcafe' });
    const wrong = await refusalOf(() => acquireLock(file, 'next', { breakId: 'deadbeef' }));
    expect([wrong.exitCode, wrong.actionTokens[0]]).to.deep.equal([4, '0badcafe']);
    const lock = await acquireLock(file, 'next', { breakId: '0badcafe' });
    expect(await lock.isHeld()).to.equal(true);
    // The same message read twice breaks nothing: the lock that stands now has an id of its own.
    expect((await refusalOf(() => acquireLock(file, 'third', { breakId: '0badcafe' }))).exitCode).to.equal(4);
  });

  it('that nobody can read is broken by the name it is given', async () => {
    const file = await aFile();
    await heldBy(file, 'not JSON');
    const refusal = await refusalOf(() => acquireLock(file, 'next'));
    await (await acquireLock(file, 'next', { breakId: refusal.actionTokens[0] ?? '' })).release();
  });

  it('is no longer held by the one whose lock was broken, who leaves the new one alone', async () => {
    const file = await aFile();
    const first = await acquireLock(file, 'first');
    const { id } = JSON.parse(await readFile(file, 'utf8')) as { id: string };
    const second = await acquireLock(file, 'second', { breakId: id });
    expect([await first.isHeld(), await second.isHeld()]).to.deep.equal([false, true]);
    await first.release();
    expect(await second.isHeld()).to.equal(true);
  });

  it('is looked at without being taken', async () => {
    const file = await aFile();
    const look = () => lockHolder(file, NODE_DISK, THIS_PROCESS);
    expect(await look()).to.equal(undefined);
    const lock = await acquireLock(file, 'apply of plan p');
    expect(await look()).to.include({ holder: 'apply of plan p', pid: process.pid, life: 'alive' });
    await lock.release();
    for (const [holder, life] of [
      [{ host: hostname(), pid: await deadProcess() }, 'gone'],
      [{ host: `not-${hostname()}`, pid: 1 }, 'elsewhere'],
      ['not JSON', 'unreadable'],
    ] as const) {
      await heldBy(file, holder);
      expect((await look())?.life).to.equal(life);
    }
  });

  it('is told of before anything is shown or asked, unless its holder is gone or declared dead', async () => {
    const store = new FileStore(await temp(), '.rollback');
    await store.refuseWhileHeld('00D000000000062EAA');
    const lock = await store.lock('00D000000000062EAA', 'apply of plan p');
    const refusal = await refusalOf(() => store.refuseWhileHeld('00D000000000062EAA'));
    expect([refusal.key, refusal.exitCode, refusal.tokens[0]]).to.deep.equal(['locked', 4, 'apply of plan p']);
    await store.refuseWhileHeld('00D000000000062EAA', refusal.actionTokens[0]);
    await store.refuseWhileHeld('00D000000000063EAA');
    await lock.release();
    await store.refuseWhileHeld('00D000000000062EAA');
  });

  it('stays with a living process on this machine', async () => {
    const file = await aFile();
    await heldBy(file, { holder: 'busy', host: hostname(), pid: process.ppid, since: '2026-11-21T05:30:00.000Z' });
    expect((await refusalOf(() => acquireLock(file, 'next'))).tokens[0]).to.equal('busy');
  });

  it('is not taken from a holder that cannot be read', async () => {
    const file = await aFile();
    await heldBy(file, 'not JSON');
    expect(
      await acquireLock(file, 'next').then(
        () => 'taken',
        () => 'not taken'
      )
    ).to.equal('not taken');
    expect(await readFile(file, 'utf8')).to.equal('not JSON');
  });

  it('goes to exactly one of many that find a dead holder, and is never taken from the one who just got it', async function () {
    this.timeout(60_000);
    const pid = await deadProcess();
    const folder = await temp();
    for (let round = 0; round < 100; round += 1) {
      const file = join(folder, 'locks', `${round}.json`);
      await heldBy(file, { holder: 'crashed', host: hostname(), pid, since: '2026-11-21T05:30:00.000Z' });
      const tries = await Promise.allSettled(Array.from({ length: 12 }, (_, n) => acquireLock(file, `run ${n}`)));
      expect(
        tries.filter((each) => each.status === 'fulfilled'),
        `round ${round}`
      ).to.have.lengthOf(1);
      for (const each of tries)
        if (each.status === 'rejected') expect(each.reason).to.include({ key: 'locked', exitCode: 4 });
    }
    expect((await readdir(join(folder, 'locks'))).filter((name) => !name.endsWith('.json'))).to.deep.equal([]);
  });

  it('goes to exactly one of several processes that find a dead holder', async function () {
    this.timeout(60_000);
    const pid = await deadProcess();
    const folder = await temp();
    const files = Array.from({ length: 100 }, (_, round) => join(folder, 'locks', `${round}.json`));
    for (const file of files)
      await heldBy(file, { holder: 'crashed', host: hostname(), pid, since: '2026-11-21T05:30:00.000Z' });
    // Each process tries every lock as soon as all are ready, and lives on until all are done.
    const module = new URL('../../../src/store/lock.ts', import.meta.url).href;
    const script = `
      const { acquireLock } = await import(${JSON.stringify(module)});
      const { once } = await import('node:events');
      console.log('ready');
      await once(process.stdin, 'data');
      const won = [];
      for (const file of JSON.parse(process.env.FILES)) {
        await acquireLock(file, 'racer').then(() => won.push(file), (error) => { if (error.exitCode !== 4) throw error; });
      }
      console.log(JSON.stringify(won));
      await once(process.stdin, 'end');`;
    const racers = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
        env: { ...process.env, FILES: JSON.stringify(files) },
        stdio: ['pipe', 'pipe', 'inherit'],
      })
    );
    const said = racers.map((racer) => createInterface({ input: racer.stdout })[Symbol.asyncIterator]());
    for (const lines of said) expect((await lines.next()).value).to.equal('ready');
    for (const racer of racers) racer.stdin.write('go\n');
    const won: string[] = [];
    for (const lines of said) won.push(...(JSON.parse((await lines.next()).value as string) as string[]));
    for (const racer of racers) racer.stdin.end();
    await Promise.all(racers.map((racer) => once(racer, 'exit')));
    expect(won.sort()).to.deep.equal([...files].sort());
  });

  it('can be taken though whoever took over from the dead died at it, too', async () => {
    const file = await aFile();
    const dead = { host: hostname(), pid: await deadProcess(), since: '2026-11-21T05:30:00.000Z' };
    await heldBy(file, { holder: 'crashed', ...dead });
    await heldBy(`${file}.takeover`, { holder: 'crashed at taking over', ...dead });
    const lock = await acquireLock(file, 'next');
    expect(JSON.parse(await readFile(file, 'utf8'))).to.include({ holder: 'next' });
    await lock.release();
    expect(await readdir(dirname(file))).to.deep.equal([]);
  });

  for (const text of ['', '{"holder":"x","ho', 'null', '[]', '{}', '{"pid":"1","host":"x"}']) {
    it(`is held by somebody when its file says ${JSON.stringify(text)}: exit code 4, and how to break it`, async () => {
      const file = await aFile();
      await heldBy(file, text);
      const refusal = await refusalOf(() => acquireLock(file, 'next'));
      expect([refusal.key, refusal.exitCode, refusal.actionTokens]).to.deep.equal(['locked', 4, ['unreadable']]);
      expect(await readFile(file, 'utf8')).to.equal(text);
      await (await acquireLock(file, 'next', { breakId: 'unreadable' })).release();
    });
  }

  it('is not given back by one who no longer has it', async () => {
    const file = await aFile();
    const lock = await acquireLock(file, 'first');
    await heldBy(file, { holder: 'second', host: 'elsewhere', pid: 1, since: '2026-11-21T05:30:00.000Z' });
    await lock.release();
    expect(JSON.parse(await readFile(file, 'utf8'))).to.include({ holder: 'second' });
  });

  it('is broken by a person who names its id, and only that one', async () => {
    const file = await aFile();
    const first = await acquireLock(file, 'on a laptop that was closed');
    const refusal = await refusalOf(() => acquireLock(file, 'next', { breakId: '00000000' }));
    const [id] = refusal.actionTokens;
    expect(id).to.match(/^[0-9a-f]{8}$/);
    expect(await first.isHeld()).to.equal(true);
    const second = await acquireLock(file, 'next', { breakId: id });
    expect([await first.isHeld(), await second.isHeld()]).to.deep.equal([false, true]);
    await first.release();
    expect(await second.isHeld()).to.equal(true);
    expect((await refusalOf(() => acquireLock(file, 'third', { breakId: id }))).key).to.equal('locked');
  });

  it('says when its holder last gave a sign of life', async () => {
    const file = await aFile();
    await acquireLock(file, 'first');
    const { data, tokens } = await refusalOf(() => acquireLock(file, 'next'));
    expect(Date.now() - Date.parse(tokens[4] as string)).to.be.within(-2_000, 10_000);
    expect((data as { lastSignOfLife: string }).lastSignOfLife).to.equal(tokens[4]);
  });

  it('stands though no sign of life can be given', async () => {
    const file = await aFile();
    const unhandled: unknown[] = [];
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (reason) => unhandled.push(reason));
    mock.timers.enable({ apis: ['setInterval'] });
    let tries = 0;
    const disk = {
      ...NODE_DISK,
      touch: async (): Promise<void> => {
        tries += 1;
        throw Object.assign(new Error('stale file handle'), { code: 'ESTALE' });
      },
    };
    try {
      const lock = await acquireLock(file, 'first', { disk });
      mock.timers.tick(10_000);
      for (let turn = 0; turn < 100 && tries === 0; turn += 1) await setTimeout(5);
      await setTimeout(5);
      expect([tries, unhandled, await lock.isHeld()]).to.deep.equal([1, [], true]);
      await lock.release();
    } finally {
      mock.timers.reset();
      process.removeAllListeners('unhandledRejection');
      for (const listener of others) process.on('unhandledRejection', listener);
    }
  });

  it('fails for what it is when the disk says no', async () => {
    const folder = await temp();
    await writeFile(join(folder, 'locks'), 'a file where the folder should be');
    const code = await acquireLock(join(folder, 'locks', 'x.json'), 'next').then(
      () => 'taken',
      (error: NodeJS.ErrnoException) => error.code
    );
    expect(code).to.be.oneOf(['EEXIST', 'ENOTDIR']);
  });
});
