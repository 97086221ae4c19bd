import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import type { Snapshot } from '../../src/snapshot/snapshotFormat.js';
import { CREMA_UNO } from '../../scripts/demo/story.js';
import { deployAs, flow } from '../support/deploys.js';
import { World } from '../support/world.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Record values that a release and a colleague wrote, and one of the company's own. */
const VALUES = ['Her secret name', 'Secret machine', 'Crema Uno'];

interface Printed {
  readonly out: string;
  readonly code: number;
  readonly result: unknown;
}

type Command = { run(argv: string[], options: { root: string }): Promise<unknown> };
/** Loaded when they are needed: the base class of commands can only be imported that way here. */
const loaded = async (name: string): Promise<Command> =>
  ((await import(`../../src/commands/rollback/${name}.js`)) as { default: Command }).default;

/** Runs a command in this process, with everything it prints. */
async function printed(command: Command, args: readonly string[]): Promise<Printed> {
  let out = '';
  const writes = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write.bind(stream) }));
  for (const { stream } of writes)
    stream.write = (text: string | Uint8Array): boolean => {
      out += String(text);
      return true;
    };
  const before = process.exitCode;
  process.exitCode = undefined;
  let error: { exitCode?: number; message: string } | undefined;
  let result: unknown;
  try {
    result = await command.run([...args], { root: ROOT });
  } catch (thrown) {
    error = thrown as { exitCode?: number; message: string };
  } finally {
    for (const { stream, write } of writes) stream.write = write;
  }
  const code = error ? (error.exitCode ?? 1) : Number(process.exitCode ?? 0);
  process.exitCode = before;
  return { out: out + (error?.message ?? ''), code, result };
}

describe('the commands around a rollback, without an org', () => {
  let world: World;
  let store: string[];
  let RollbackDiff: Command;
  let RollbackList: Command;
  let RollbackShow: Command;
  let RollbackVerify: Command;
  let first: Snapshot;
  let second: Snapshot;
  let plan: RollbackPlan;

  before(async function () {
    this.timeout(60_000);
    [RollbackDiff, RollbackList, RollbackShow, RollbackVerify] = (await Promise.all(
      ['diff', 'list', 'show', 'verify'].map(loaded)
    )) as [Command, Command, Command, Command];
    world = await World.start();
    const scope = { flows: ['Machine_Finder'], records: [{ object: 'Product2' }] };
    first = await world.snapshot(scope);
    await deployAs(world, 'Dov Deployer', flow('Machine_Finder', 'bad'), ['Flow:Machine_Finder']);
    world.insert('Dov Deployer', 'Product2', { Name: 'Secret machine', IsActive: true });
    world.update('Cleo Colleague', 'Product2', CREMA_UNO, { Name: 'Her secret name' });
    plan = await world.plan(first);
    world.org.clock.advance(60_000);
    second = await world.snapshot(scope);
    await world.apply(plan);
    store = ['--store', `${world.folder}/.rollback`];
  });
  after(() => world.close());

  const views = (detail: boolean, json: boolean): Array<readonly [Command, readonly string[]]> => {
    const more = [...store, ...(json ? ['--json'] : [])];
    const deep = detail ? ['--detail'] : [];
    return [
      ...(detail ? [] : [[RollbackList, more] as const, [RollbackVerify, [first.id, ...more]] as const]),
      [RollbackShow, [first.id, ...deep, ...more]],
      [RollbackShow, [plan.id, ...deep, ...more]],
      [RollbackShow, ['latest', '--kind', 'run', ...deep, ...more]],
      [RollbackDiff, [first.id, second.id, ...deep, ...more]],
    ];
  };

  it('promise 12: show no record value and no token unless they are asked for, also not with --json', async () => {
    const people = ['Ada Admin', 'Dov Deployer', 'Cleo Colleague'] as const;
    const tokens = people.map((name) => world.user(name).token);
    for (const json of [false, true])
      for (const [command, args] of views(false, json)) {
        const { out, code, result } = await printed(command, args);
        expect(code, out).to.equal(0);
        for (const secret of [...VALUES, ...tokens])
          expect(out + JSON.stringify(result), args.join(' ')).to.not.include(secret);
      }
  });

  it('show them with --detail: what goes, what was there, what differs', async () => {
    const all: string[] = [];
    for (const [command, args] of views(true, false)) {
      const { out, code } = await printed(command, args);
      expect(code, out).to.equal(0);
      // A path is one word, and this store lies where the test put it.
      for (const line of out.replaceAll(world.folder, '').split('\n')) expect(line.length, line).to.be.at.most(80);
      all.push(out);
    }
    expect(all[1]).to.include('Name: "Secret machine"');
    expect(all[2]).to.include('Secret machine');
    expect(all[3])
      .to.include('Name: "Crema Uno" -> "Her secret name"')
      .and.to.include('+ ')
      .and.to.match(/version 2 against 4: elements: \d/);
  });

  it('end with the exit codes of the table', async () => {
    const code = async (command: Command, ...args: string[]): Promise<number> =>
      (await printed(command, [...args, ...store])).code;
    expect(await code(RollbackShow, '1999')).to.equal(3);
    expect(await code(RollbackShow, '2026')).to.equal(3);
    expect(await code(RollbackDiff, first.id, first.id)).to.equal(3);
    expect(await code(RollbackVerify, 'latest', '--deep')).to.equal(3);
    expect(await code(RollbackList, '--check')).to.equal(3);
    expect(await code(RollbackDiff, first.id, '--only', 'nonsense::')).to.equal(2);
    expect(await code(RollbackShow)).to.equal(2);
  });
});
