import { expect } from 'chai';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import type { Snapshot } from '../../src/snapshot/snapshotFormat.js';
import { CREMA_UNO } from '../../scripts/demo/story.js';
import { logInAs, runCommand as printed, type CommandName } from '../support/commands.js';
import { deployAs, flow } from '../support/deploys.js';
import { World } from '../support/world.js';

/** Record values that a release and a colleague wrote, and one of the company's own. */
const VALUES = ['Her secret name', 'Secret machine', 'Crema Uno'];

describe('the commands around a rollback, without an org', () => {
  let world: World;
  let store: string[];
  let first: Snapshot;
  let second: Snapshot;
  let plan: RollbackPlan;

  before(async function () {
    this.timeout(60_000);
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

  const views = (detail: boolean, json: boolean): Array<readonly [CommandName, readonly string[]]> => {
    const more = [...store, ...(json ? ['--json'] : [])];
    const deep = detail ? ['--detail'] : [];
    return [
      ...(detail ? [] : [['list', more] as const, ['verify', [first.id, ...more]] as const]),
      ['show', [first.id, ...deep, ...more]],
      ['show', [plan.id, ...deep, ...more]],
      ['show', ['latest', '--kind', 'run', ...deep, ...more]],
      ['diff', [first.id, second.id, ...deep, ...more]],
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

  it('compare the undo point of a run with the org, and with the snapshot as far as it reaches', async () => {
    await logInAs(world, 'Ada Admin', 'practice');
    const runs = (await printed('list', [...store, '--json'])).result as { runs: Array<{ id: string }> };
    const run = runs.runs[0]?.id ?? '';
    expect((await printed('diff', [run, ...store])).code, 'it needs the org').to.equal(3);
    const now = await printed('diff', [run, 'org', '-o', 'practice', ...store]);
    expect(now.code, now.out).to.equal(0);
    // What the run did: the flow switched back and the row deleted; her row it never touched.
    expect(now.stdout).to.include('From A to B: 1 flow, 1 row').and.to.not.include(CREMA_UNO);
    const then = await printed('diff', [first.id, run, ...store]);
    expect(then.stdout).to.include('From A to B: 1 flow, 1 row').and.to.include('covers only the rows');
  });

  it('end with the exit codes of the table', async () => {
    const code = async (command: CommandName, ...args: string[]): Promise<number> =>
      (await printed(command, [...args, ...store])).code;
    expect(await code('show', '1999')).to.equal(3);
    expect(await code('show', '2026')).to.equal(3);
    expect(await code('diff', first.id, first.id)).to.equal(3);
    expect(await code('verify', 'latest', '--deep')).to.equal(3);
    expect(await code('list', '--check')).to.equal(3);
    expect(await code('diff', first.id, '--only', 'nonsense::')).to.equal(2);
    expect(await code('show')).to.equal(2);
  });
});

describe('the nightly check after a rollback', () => {
  let world: World;
  before(async () => {
    world = await World.start();
    await world.rolledBack({ records: [{ object: 'Product2' }] }, () =>
      world.update('Dov Deployer', 'Product2', CREMA_UNO, { Name: 'Spring' })
    );
    await logInAs(world, 'Ada Admin', 'practice');
  });
  after(() => world.close());

  const check = async (): Promise<number> => {
    const args = ['--store', `${world.folder}/.rollback`, '-o', 'practice', '--drift-only', '--exit-code'];
    return (await printed('plan', args)).code;
  };

  it('compares the org with the snapshot to which it was taken back', async () => {
    expect(await check()).to.equal(0);
    world.update('Cleo Colleague', 'Product2', CREMA_UNO, { Name: 'Hers' });
    expect(await check()).to.equal(5);
  });
});
