import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { CREMA_UNO } from '../../scripts/demo/story.js';
import { deployZip } from '../../src/apply/components/deployZip.js';
import { digestOf } from '../../src/model/digest.js';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import { jsonText } from '../../src/snapshot/jsonFile.js';
import type { Snapshot } from '../../src/snapshot/snapshotFormat.js';
import { expectUsable, refusedText } from '../e2e/support/printed.js';
import { logInAs, runCommand, type Printed } from '../support/commands.js';
import { apexClass } from '../support/deploys.js';
import { World } from '../support/world.js';

const RULE = 'a0V5g00000Br006EAB';
const RULES = 'SBQQ__PriceRule__c';
const SCOPE = {
  flows: ['Machine_Finder'],
  metadata: ['Good', 'Bad', 'Early'].map((fullName) => ({ type: 'ApexClass', fullName })),
  records: [{ object: 'Product2' }, { object: RULES }],
};

/** How it is refused: exit code, name, the cause, and a part of what to type next. */
type Refusal = readonly [exit: number, name: string, says: RegExp, next: RegExp];

/** The commands run in this process: what is typed, what is printed, the exit code. */
describe('bad input is refused with the cause and the next command', () => {
  let world: World;
  let early: Snapshot;
  let snapshot: Snapshot;
  let plan: RollbackPlan;
  let old: string;
  let oldLoad: string;
  const from = process.cwd();
  const home = process.env.HOME;
  const later = (): void => world.org.clock.advance(60_000);

  before(async function () {
    this.timeout(90_000);
    world = await World.start();
    await logInAs(world, 'Ada Admin', 'practice');
    process.chdir(world.folder);
    old = await deploy({ Early: 'public class Early { }' });
    oldLoad = load();
    early = await world.snapshot(SCOPE);
    later();
    snapshot = await world.snapshot(SCOPE);
    later();
  });
  after(async () => {
    process.chdir(from);
    if (home !== undefined) process.env.HOME = home;
    await world.close();
  });

  const command = (name: 'plan' | 'apply' | 'snapshot', ...args: readonly string[]): Promise<Printed> =>
    runCommand(name, [...args, '-o', 'practice']);
  const planned = (...args: readonly string[]): Promise<Printed> =>
    command('plan', ...(args.includes('--snapshot') ? [] : ['--snapshot', snapshot.id]), ...args);

  async function refused(printed: Promise<Printed>, [exit, name, says, next]: Refusal): Promise<void> {
    const { code, stdout, stderr, out } = await printed;
    expect(code, out).to.equal(exit);
    const told = refusedText({ stdout, stderr } as Parameters<typeof refusedText>[0]);
    expect(told.name, out).to.equal(name);
    expect(told.message).to.match(says);
    expect(told.actions.join('\n')).to.match(next);
    expectUsable(told, 'practice');
  }

  /** A deployment of classes by Dov; one that uses `Missing` fails. */
  async function deploy(
    classes: Readonly<Record<string, string>>,
    options: { rollbackOnError?: boolean; checkOnly?: boolean } = {},
    toItsEnd = true
  ): Promise<string> {
    const files = Object.entries(classes).flatMap(([name, body]) => Object.entries(apexClass(name, body)));
    const zip = await deployZip(
      files.map(([path, content]) => ({ path, content: Buffer.from(content) })),
      Object.keys(classes).map((fullName) => ({ type: 'ApexClass', fullName })),
      [],
      '66.0'
    );
    const all = { rollbackOnError: true, singlePackage: true, ...options };
    const job = await world.side.deployments.submit(zip, all, world.user('Dov Deployer'));
    if (toItsEnd) world.side.deployments.finish(job);
    later();
    return job;
  }

  function load(state = 'UploadComplete'): string {
    const { ingest } = world.org.jobs;
    const user = world.user('Dov Deployer');
    const id = String(ingest.create(user, '66.0', { operation: 'update', object: 'Product2' })['id']);
    if (state === 'Open') return id;
    ingest.upload(id, `Id,Family\n${CREMA_UNO},Loaded\n`);
    ingest.changeState(id, state);
    ingest.poll(id);
    later();
    return id;
  }

  /** A copy of a snapshot in which something is different, whole otherwise. */
  function forge(suffix: string, change: Partial<Snapshot>): string {
    const root = join(world.folder, '.rollback', 'snapshots');
    const id = `${snapshot.id.slice(0, -6)}${suffix}`;
    cpSync(join(root, snapshot.id), join(root, id), { recursive: true });
    const { digest: dropped, ...body } = { ...snapshot, ...change, id };
    void dropped;
    writeFileSync(join(root, id, 'snapshot.json'), jsonText({ ...body, digest: digestOf(body) }));
    return id;
  }

  it('deployments and loads: of another org, from before the snapshot, without effect, not over, of another kind', async () => {
    const checkOnly = await deploy({ Good: 'public class Good { }' }, { checkOnly: true });
    const classic = world.org.jobs.ingest.addClassic(world.user('Dov Deployer'), 'Product2');
    const cases: Array<readonly [flag: string, id: string, ...Refusal]> = [
      [
        '--deploy-id',
        '0Af5g00000Othr1AAA',
        3,
        'UnknownDeploymentError',
        /practice.*another org/,
        /sf data query .*DeployRequest/,
      ],
      ['--deploy-id', old, 3, 'DeploymentBeforeSnapshotError', /before snapshot/, /sf rollback list -o practice/],
      ['--deploy-id', checkOnly, 3, 'DeploymentCheckOnlyError', /changed nothing/, /sf data query .*DeployRequest/],
      ['--bulk-job', '7505g00000Othr1AAA', 3, 'UnknownLoadError', /practice/, /sf rollback plan --changed-by/],
      ['--bulk-job', oldLoad, 3, 'LoadBeforeSnapshotError', /before snapshot/, /sf rollback list -o practice/],
      ['--bulk-job', classic, 3, 'LoadOtherKindError', /Classic/, /sf rollback plan --changed-by .* --since \S+Z/],
    ];
    for (const [flag, id, ...refusal] of cases) await refused(planned(flag, id), refusal);
    world.org.switches.jobPolls = 1_000;
    const running = await deploy({ Good: 'public class Good { }' }, {}, false);
    world.org.switches.jobPolls = 0;
    await refused(planned('--deploy-id', running), [
      3,
      'DeploymentRunningError',
      /not over yet/,
      new RegExp(`deploy report --job-id ${running}`),
    ]);
    world.side.deployments.cancel(running, world.user('Dov Deployer'));
    const open = load('Open');
    await refused(planned('--bulk-job', open), [3, 'LoadRunningError', /Open/, new RegExp(`--bulk-job ${open}`)]);
    world.org.jobs.ingest.changeState(open, 'Aborted');
  });

  it('a deployment that failed has nothing to take back, and says so; of one that partly succeeded goes back what went through', async () => {
    const classes = { Good: 'public class Good { }', Bad: 'public class Bad { void go() { new Missing(); } }' };
    const failed = await planned('--deploy-id', await deploy(classes));
    expect(failed.code, failed.out).to.equal(0);
    expect(failed.stdout).to.include('ended as Failed').and.to.include('Nothing to take back');
    const partly = await planned('--deploy-id', await deploy(classes, { rollbackOnError: false }));
    expect(partly.code, partly.out).to.equal(0);
    expect(partly.stdout)
      .to.match(/s001 {2}ApexClass:Good {2}delete/)
      .and.to.not.include('ApexClass:Bad');
  });

  it('flags that contradict each other, and times and selectors that mean nothing', async () => {
    const cases: Array<readonly [typed: string, ...Refusal]> = [
      [
        '--since 2026-11-21T05:30Z --until 2026-11-20T05:30Z',
        2,
        'WindowTurnedRoundError',
        /later than/,
        /--since 2026-11-20T05:30:00.000Z --until 2026-11-21T05:30:00.000Z/,
      ],
      ['--only record:Product2:', 2, 'BadSelectorError', /"--only record:Product2:" selects nothing/, /flow:\*/],
      ['--resolve flow:X=perhaps', 2, 'BadResolveError', /"flow:X=perhaps"/, /flow:Quote_Approval=keep/],
      ['--snapshot 2031', 3, 'NotInStoreError', /no snapshot "2031"/, /sf rollback list/],
      ['--snapshot 20', 3, 'AmbiguousIdError', /More than one snapshot begins with "20"/, /longer part/],
      ['--since yesterday', 2, 'BadTimeError', /--since yesterday/, /2026-11-21T05:30Z/],
      ['--until 2026-11-21T05:30', 2, 'BadTimeError', /offset/, /2026-11-21T05:30Z/],
      ['--only flow:A --exclude flow:A', 2, 'ContradictionError', /--only flow:A --exclude flow:A/, /Leave one/],
      [
        '--resolve flow:A=keep --resolve flow:A=restore',
        2,
        'ContradictionError',
        /--resolve flow:A=keep --resolve flow:A=restore/,
        /Leave one/,
      ],
      ['--drift-only --on-conflict restore', 2, 'ContradictionError', /--drift-only/, /Leave one/],
      ['--interactive', 2, 'InteractiveNeedsTerminalError', /nobody can be asked/, /--only, --exclude and --resolve/],
    ];
    for (const [typed, ...refusal] of cases) await refused(planned(...typed.split(' ')), refusal);
    // In the words of the official CLI.
    for (const typed of [
      '--all-changes --changed-by x',
      '--all-changes --deploy-id 0Af5g00000Othr1AAA',
      '--drift-only --resolve flow:A=keep',
      '--drift-only --all-changes',
      '--deploy-id 0Af',
      '--deploy-id 7505g00000Othr1AAA',
      '--refresh 2026 --only flow:A',
    ])
      expect((await planned(...typed.split(' '))).code, typed).to.equal(2);
  });

  it('selectors that match nothing, users nobody knows, an attribution that is open', async () => {
    world.update('Dov Deployer', RULES, RULE, { SBQQ__EvaluationOrder__c: 999 });
    world.update('Cleo Colleague', 'Product2', CREMA_UNO, { Family: 'Hers' });
    for (const flag of ['--only', '--exclude', '--resolve']) {
      const typed = `record:Produkt2${flag === '--resolve' ? '=keep' : ''}`;
      await refused(planned('--changed-by', 'dov.deployer@brightcup.example', flag, typed), [
        3,
        'SelectorMatchesNothingError',
        new RegExp(`${flag} record:Produkt2\\.\\s+What changed: .*record:SBQQ__PriceRule__c:${RULE}`),
        new RegExp(`sf rollback plan --snapshot ${snapshot.id} --drift-only -o practice`),
      ]);
    }
    await refused(planned('--changed-by', 'nobody@brightcup.example'), [
      3,
      'UnknownUserError',
      /nobody@brightcup\.example/,
      /sf data query -o practice/,
    ]);
    await refused(planned('--since', new Date(world.org.clock.millis() - 5_000).toISOString()), [
      3,
      'UnclearAttributionError',
      /cleo\.colleague@brightcup\.example \(1 change\), dov\.deployer@brightcup\.example \(1 change\)/,
      /sf rollback plan --changed-by cleo\.colleague@brightcup\.example -o practice/,
    ]);
  });

  it('a following snapshot that cannot tell: older, the same, incomplete, of another API version, or none', async () => {
    const holes = [{ kind: 'object' as const, name: RULES, severity: 'hole' as const, reason: 'not read' }];
    const finishedAt = new Date(Date.parse(snapshot.finishedAt) + 2_000).toISOString();
    const createdAt = new Date(Date.parse(snapshot.finishedAt) + 1_000).toISOString();
    const after = { follows: snapshot.id, createdAt, finishedAt };
    const incomplete = forge('00000b', { ...after, complete: false, gaps: holes });
    const otherVersion = forge('00000c', { ...after, apiVersion: '65.0' });
    const without = new RegExp(`sf rollback plan --snapshot ${snapshot.id} -o practice`);
    await refused(planned('--after', early.id), [3, 'AfterOlderError', /cannot tell/, without]);
    await refused(planned('--after', snapshot.id), [3, 'AfterOlderError', /cannot tell/, without]);
    await refused(planned('--after', incomplete), [3, 'AfterIncompleteError', /incomplete/, without]);
    await refused(planned('--after', otherVersion), [3, 'AfterOtherVersionError', /65\.0 and 66\.0/, without]);
    await refused(planned('--after', '1999'), [3, 'NotInStoreError', /no snapshot "1999"/, /sf rollback list/]);
    await refused(command('plan', '--snapshot', early.id, '--after', 'latest'), [
      3,
      'NoFollowerError',
      /No snapshot follows/,
      new RegExp(`sf rollback snapshot --follows ${early.id} -o practice`),
    ]);
    // None of them is taken by itself, and nobody is left to believe that one was.
    const { stdout } = await planned('--changed-by', 'dov.deployer@brightcup.example');
    expect(stdout).to.not.include('told apart by');
    for (const [id, why] of [
      [incomplete, 'is incomplete'],
      [otherVersion, 'was taken with API version 65.0'],
    ] as const)
      expect(stdout.replace(/\s+/g, ' ')).to.include(`${id}: It follows the snapshot, but ${why}`);
  });

  it('a scope that cannot be taken: manifests, types, objects and conditions that are wrong or name nothing', async () => {
    const file = (name: string, types: string): string => {
      writeFileSync(
        join(world.folder, name),
        `<Package xmlns="http://soap.sforce.com/2006/04/metadata">${types}</Package>`
      );
      return name;
    };
    const teapot = '<types><members>Brown_Betty</members><name>Teapot</name></types><version>66.0</version>';
    const cases: Array<readonly [typed: string, ...Refusal]> = [
      ['-x nowhere.xml', 3, 'UnreadableManifestError', /nowhere\.xml.*no such file/, /sf project generate manifest/],
      [
        `-x ${file('empty.xml', '<version>66.0</version>')}`,
        3,
        'EmptyScopeError',
        /Nothing is in scope/,
        /--flows all/,
      ],
      ['-m Teapot:Brown_Betty', 3, 'BadMetadataError', /Teapot:Brown_Betty/, /sf org list metadata-types/],
      ['--records Teapot__c', 3, 'UnknownObjectError', /"Teapot__c"/, /sf sobject list -o practice/],
      ['--records cpq!', 3, 'BadRecordScopeError', /"cpq!"/, /--records cpq/],
    ];
    for (const [typed, ...refusal] of cases) await refused(command('snapshot', ...typed.split(' ')), refusal);
    await refused(command('snapshot', '--records', 'Product2:Spout__c = 1'), [
      3,
      'BackupRefusedError',
      /Spout__c/,
      /--records "Product2:IsActive = true"/,
    ]);
    const unknownType = await command('snapshot', '-x', file('teapot.xml', teapot));
    expect([unknownType.code, unknownType.out.includes('Teapot')], unknownType.out).to.deep.equal([3, true]);
  });

  it('a plan that the org has left behind, and one that was edited by hand', async () => {
    plan = await world.plan(snapshot, { changedBy: ['dov.deployer@brightcup.example'] });
    const apply = (): Promise<Printed> => command('apply', '--plan', plan.id, '--confirm', 'practice');
    world.update('Cleo Colleague', RULES, RULE, { SBQQ__EvaluationOrder__c: 5 });
    await refused(apply(), [
      3,
      'PlanStaleError',
      new RegExp(`record:${RULES}:${RULE}: SBQQ__EvaluationOrder__c changed[\\s\\S]*cleo\\.colleague`),
      new RegExp(`sf rollback plan --refresh ${plan.id} -o practice`),
    ]);
    const refreshed = await command('plan', '--refresh', plan.id);
    expect(refreshed.code, refreshed.out).to.equal(0);
    expect(refreshed.stdout)
      .to.include(`Against plan ${plan.id}`)
      .and.to.include(`- updateRecords record:${RULES}:${RULE}`);
    const path = join(world.folder, '.rollback', 'plans', plan.id, 'plan.json');
    const text = readFileSync(path, 'utf8');
    for (const [edit, says] of [
      [text.replace('"lossless"', '"lossy"'), /edited after it was made/],
      [`${text} `, /edited after it was made/],
      [text.replace('"decision"', '"choice"'), /can't be used/],
      [text.slice(0, -20), /can't be used/],
    ] as const) {
      writeFileSync(path, edit);
      for (const act of [apply, (): Promise<Printed> => command('plan', '--refresh', plan.id)])
        await refused(act(), [3, 'PlanDamagedError', says, /sf rollback plan -o practice/]);
    }
  });
});
