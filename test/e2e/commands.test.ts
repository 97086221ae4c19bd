import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { COLLEAGUES_NAME, CREMA_UNO } from '../../scripts/demo/story.js';
import type { FieldValue } from '../org/engine/contracts.js';
import { apexClass, flow } from '../support/deploys.js';
import { changesSince, rowsOf, writesBeyondPlan, type Rows } from './support/orgState.js';
import { Office, type Desk } from './support/practiceDesk.js';
import { expectFitForLogs, expectUsable, jsonOf, refusedText, stagesOf } from './support/printed.js';
import { hasCommands, PLUGIN_ROOT, stockSf, type RunResult } from './support/stockCli.js';

const RULE = 'SBQQ__PriceRule__c';
const rule = (number: number): string => `a0V5g00000Br${String(number).padStart(3, '0')}EAB`;
/** Many build servers set `CI`, which some libraries take as a wish for colours; and the org may be a default. */
const IN_A_PIPELINE = { env: { CI: 'true', SF_TARGET_ORG: 'practice' } };
const MANIFEST = manifest({ ApexClass: ['DiscountLimits', 'SpringPromotion'], Flow: ['Machine_Finder'] });

describe('The commands, as processes', function () {
  this.timeout(120_000);

  let office: Office;
  /** Where the one long story is played: snapshot, release, plan, apply, validate. */
  let desk: Desk;
  let snapshotId: string;
  let atFirst: Rows;

  before(async function () {
    if (!hasCommands()) return this.skip();
    office = await Office.open();
    desk = office.desk('spring');
    writeFileSync(join(desk.folder, 'package.xml'), MANIFEST);
    atFirst = rowsOf(office.org);
  });

  after(async () => office?.close());

  describe('snapshot', () => {
    let json: RunResult;
    let text: RunResult;
    let blind: RunResult;

    before(async () => {
      let other: RunResult;
      [json, text, blind, other] = await Promise.all([
        desk.run([
          'snapshot',
          '-o',
          'practice',
          '-x',
          'package.xml',
          '--records',
          'cpq',
          '--label',
          'before spring',
          '--json',
        ]),
        office
          .desk('text')
          .run([
            'snapshot',
            '-o',
            'practice',
            '--flows',
            'Machine_Finder',
            '-m',
            'ApexClass:Kettle',
            '--records',
            'Product2:IsActive = true',
          ]),
        office.desk('blind').run(['snapshot', '-o', 'restricted', '--records', 'Product2']),
        desk.run(['snapshot', '-o', 'elsewhere', '--records', 'Product2']),
      ]);
      expect(other.code, other.stderr).to.equal(0);
      snapshotId = json.json?.result?.id;
    });

    it('gives its result as JSON', () => {
      const { status, result, warnings } = jsonOf(json);
      expect([json.code, status, warnings]).to.deep.equal([0, 0, []]);
      expect(result).to.have.all.keys(
        'id label follows orgId username apiVersion createdAt path digest complete scope counts gaps requests durationMs'.split(
          ' '
        )
      );
      expect(result.counts).to.have.all.keys(
        'components absent flows flowVersions permissionRows objects records bytes'.split(' ')
      );
      expect(result).to.include({
        label: 'before spring',
        follows: null,
        orgId: office.org.orgId,
        username: 'ada.admin@brightcup.example',
        apiVersion: '66.0',
        path: `.rollback/snapshots/${result.id}`,
        complete: true,
      });
      expect(result.counts).to.include({ components: 1, absent: 1, flows: 1, records: 173 });
      expect(result.digest).to.match(/^[0-9a-f]{64}$/);
    });

    it('tells people the same, stage by stage', () => {
      expect(text.code, text.stderr).to.equal(0);
      expectFitForLogs(text);
      expect(stagesOf(text).map(stage)).to.deep.equal([
        'Looking at the org',
        'Reading permissions',
        'Retrieving metadata',
        'Backing up records',
        'Looking at the org once more',
      ]);
      expect(text.stdout)
        .to.match(/^Snapshot \d{8}T\d{6}Z-practice-/)
        .and.to.include('1 proven absent')
        .and.to.include('sf rollback plan -o practice');
    });

    it('is incomplete, and says so, for a user who may not see all rows', () => {
      expect(blind.code).to.equal(68);
      expectFitForLogs(blind);
      expect(blind.stdout)
        .to.include('INCOMPLETE: 1 hole')
        .and.to.include('all objects: the user may not see all rows (View All Data)')
        .and.to.match(/^ {2}sf rollback snapshot -o \S+$/m)
        .and.to.not.include('sf rollback plan');
    });
  });

  refusals('snapshot refuses', [
    {
      title: 'broken XML',
      exit: 3,
      name: 'UnreadableManifestError',
      says: /broken\.xml/,
      type: () => ['snapshot', '-o', 'practice', '-x', file('broken.xml', '<Package><types>')],
    },
    {
      title: 'the CPQ preset without the package',
      exit: 3,
      name: 'PackageMissingError',
      says: /SBQQ.*elsewhere/,
      org: 'elsewhere',
      type: () => ['snapshot', '-o', 'elsewhere', '--records', 'cpq'],
    },
  ]);

  describe('plan', () => {
    let json: RunResult;
    let text: RunResult;
    let log: number;

    before(async () => {
      await badRelease();
      log = office.org.opLog.entries.length;
      json = await desk.run(['plan', '-o', 'practice', '--exit-code', '--out', 'plan-copy.json', '--json']);
      text = await desk.run(['plan', '-o', 'practice', '--snapshot', snapshotId.slice(0, -3)]);
    });

    it('gives its result as JSON, and with --exit-code says that there is something to do', () => {
      const { status, result, warnings } = jsonOf(json);
      expect([json.code, status, warnings]).to.deep.equal([5, 5, []]);
      expect(result).to.have.all.keys(
        'id snapshotId orgId apiVersion createdAt path digest applicable complete empty deployers summary steps conflicts manual findings estimate advice'.split(
          ' '
        )
      );
      for (const step of result.steps)
        expect(step).to.have.all.keys('id lane operation fallbacks target count risk waitsFor reason'.split(' '));
      for (const conflict of result.conflicts)
        expect(conflict).to.have.all.keys(
          'target kind baseline current changedBy changedAt decision fields'.split(' ')
        );
      expect(result.estimate).to.have.all.keys('requests', 'seconds', 'limit', 'remaining');
      expect(result).to.include({ snapshotId, applicable: true, complete: true, empty: false });
      expect(result.deployers).to.deep.equal(['dov.deployer@brightcup.example']);
      expect(result.summary).to.deep.equal({
        activateFlowVersion: 1,
        restoreComponent: 1,
        deleteComponent: 1,
        undeleteRecords: 4,
        updateRecords: 3,
        deleteRecords: 1,
      });
      expect(result.conflicts.map(({ target }: any) => target)).to.deep.equal([`record:Product2:${CREMA_UNO}`]);
    });

    it('writes the plan to a file of its own', () => {
      const copy = join(desk.folder, 'plan-copy.json');
      expect(JSON.parse(readFileSync(copy, 'utf8')).digest).to.equal(jsonOf(json).result.digest);
      expect(statSync(copy).mode & 0o777).to.equal(0o600);
    });

    it('tells people the same, stage by stage', () => {
      expect(text.code, text.stderr).to.equal(0);
      expectFitForLogs(text);
      expect(stagesOf(text).map(stage)).to.deep.equal([
        'Looking at the org',
        'Comparing flows and metadata',
        'Comparing permissions',
        'Comparing records',
        'Working out the way back',
      ]);
      for (const part of [
        'dov.deployer@brightcup.example',
        'Conflicts: 1 ',
        'Flows: 1 item',
        'Metadata: 2 items',
        'Records: 8 items',
        'sf rollback apply -o practice --plan 2',
      ])
        expect(text.stdout).to.include(part);
    });

    it('takes by itself only what is of its org', async () => {
      const elsewhere = await desk.run(['plan', '-o', 'elsewhere', '--exit-code']);
      expect(elsewhere.code, elsewhere.stderr).to.equal(0);
      expect(elsewhere.stdout)
        .to.match(/^Plan \S+-elsewhere-/)
        .and.to.include('Nothing to take back');
    });

    it('changes nothing', () => expect(changesSince(office.org, log)).to.deep.equal([]));
  });

  describe('before the first write', () => {
    let log: number;
    let planId: string;
    const applyWith = (id: string, ...more: string[]): string[] => [
      'apply',
      '-o',
      'practice',
      '--plan',
      id,
      '--confirm',
      'practice',
      ...more,
    ];
    const copies = new Map<string, Desk>();

    before(() => {
      planId = firstPlan();
      log = office.org.opLog.entries.length;
      for (const name of ['editedItems', 'flipped', 'locked']) copies.set(name, office.copyOf(desk, name));
      const items = join(copies.get('editedItems')?.store ?? '', 'plans', planId, 'steps');
      const [first = ''] = readdirSync(items);
      writeFileSync(
        join(items, first),
        readFileSync(join(items, first), 'utf8').replace(/"(after|before)":/, '"$1" :')
      );
      flipByte(join(copies.get('flipped')?.store ?? '', 'snapshots', snapshotId, 'records', 'Product2.csv.gz'));
      const locks = join(copies.get('locked')?.store ?? '', 'locks');
      mkdirSync(locks, { recursive: true });
      writeFileSync(
        join(locks, `${office.org.orgId}.json`),
        JSON.stringify({
          holder: 'rollback apply of another plan',
          host: hostname(),
          pid: process.pid,
          since: '2026-11-21T08:00:00.000Z',
        })
      );
    });

    refusals('plan, apply and validate refuse', [
      {
        title: 'another org in --confirm',
        exit: 3,
        name: 'ConfirmOtherOrgError',
        says: /"prod".*practice/,
        type: () => ['apply', '-o', 'practice', '--plan', planId, '--confirm', 'prod'],
      },
      {
        title: 'to write without --confirm where nobody can be asked',
        exit: 2,
        name: 'ConfirmMissingError',
        says: /--confirm missing/,
        type: () => ['apply', '--plan', planId],
      },
      {
        title: 'to write without --plan where nobody can be asked',
        exit: 2,
        name: 'ConfirmMissingError',
        says: /--plan missing/,
        type: () => ['apply', '-o', 'practice', '--confirm', 'practice'],
      },
      {
        title: 'an unknown plan',
        exit: 3,
        name: 'NotInStoreError',
        says: /no plan "1999"/,
        type: () => applyWith('1999'),
      },
      {
        title: 'more changes than --max-changes',
        exit: 3,
        name: 'TooManyChangesError',
        says: /11 items.*--max-changes 10/,
        type: () => applyWith(planId, '--max-changes', '10'),
      },
      {
        title: "an API version other than the snapshot's, in apply",
        exit: 3,
        name: 'OtherApiVersionError',
        says: /60\.0.*66\.0/,
        type: () => applyWith(planId, '--api-version', '60.0'),
      },
      {
        title: "an API version other than the snapshot's, in plan",
        exit: 3,
        name: 'OtherApiVersionError',
        says: /60\.0.*66\.0/,
        type: () => ['plan', '-o', 'practice', '--api-version', '60.0'],
      },
      {
        title: 'a plan whose rows were edited by hand',
        exit: 3,
        name: 'PlanDamagedError',
        says: /steps\/s\d+\.ndjson/,
        at: () => copies.get('editedItems'),
        type: () => applyWith(planId),
      },
      {
        title: 'to plan with a snapshot with one flipped byte',
        exit: 3,
        name: 'SnapshotDamagedError',
        says: /records\/Product2\.csv\.gz/,
        at: () => copies.get('flipped'),
        type: () => ['plan', '-o', 'practice'],
      },
      {
        title: 'to apply with a snapshot with one flipped byte',
        exit: 3,
        name: 'SnapshotDamagedError',
        says: /records\/Product2\.csv\.gz/,
        at: () => copies.get('flipped'),
        type: () => applyWith(planId),
      },
      {
        title: 'to run while another run holds the lock',
        exit: 4,
        name: 'LockedError',
        says: new RegExp(`another plan on .* \\(process ${process.pid}\\)`),
        at: () => copies.get('locked'),
        type: () => applyWith(planId),
      },
      {
        title: 'a snapshot of another org',
        exit: 3,
        name: 'WrongOrgError',
        says: /snapshot .*00D5g00000Cup01EAB.*00D5g00000Els02/,
        org: 'elsewhere',
        type: () => ['plan', '-o', 'elsewhere', '--snapshot', snapshotId],
      },
      {
        title: 'a plan of another org',
        exit: 3,
        name: 'WrongOrgError',
        says: /plan .*00D5g00000Cup01EAB.*00D5g00000Els02/,
        org: 'elsewhere',
        type: () => ['apply', '-o', 'elsewhere', '--plan', planId, '--confirm', 'elsewhere'],
      },
      {
        title: 'to look for deleted rows as a user who may not see all',
        exit: 3,
        name: 'ViewAllNeededError',
        says: /Product2/,
        org: 'restricted',
        type: () => ['plan', '-o', 'restricted', '--snapshot', snapshotId],
      },
      {
        title: 'an incomplete snapshot',
        exit: 3,
        name: 'SnapshotIncompleteError',
        says: /View All Data/,
        at: () => deskNamed('blind'),
        type: () => ['plan', '-o', 'practice', '--snapshot', '20'],
      },
      {
        title: 'to choose an incomplete snapshot by itself',
        exit: 3,
        name: 'NoSnapshotError',
        says: /none is complete/,
        at: () => deskNamed('blind'),
        type: () => ['plan', '-o', 'practice'],
      },
      {
        title: 'to validate where no run was',
        exit: 3,
        name: 'NoRunError',
        says: /no finished run/,
        type: () => ['validate', '-o', 'practice'],
      },
    ]);

    it('refuses bad flags in the words of the official CLI', async () => {
      const wrong = await Promise.all([
        desk.run(['plan', '-o', 'practice', '--sudo']),
        desk.run(['plan', '-o', 'practice', '--on-conflict', 'perhaps']),
        desk.run(['apply', '-o', 'practice', '--max-changes', '0', '--json']),
      ]);
      expect(wrong.map(({ code }) => code)).to.deep.equal([2, 2, 2]);
      expect(jsonOf(wrong[2]).message).to.include('max-changes');
    });

    it('refuses a plan from which the org moved on, naming each row', async () => {
      office.update('Cleo Colleague', RULE, rule(4), { SBQQ__EvaluationOrder__c: 777 });
      const moved = office.org.opLog.entries.length;
      const args = applyWith(planId, '--json');
      // Not side by side: the one would find the lock of the other.
      const json = await desk.run(args);
      const text = await desk.run(args.slice(0, -1));
      office.update('Cleo Colleague', RULE, rule(4), { SBQQ__EvaluationOrder__c: 940 });
      expect([json.code, text.code]).to.deep.equal([3, 3]);
      const target = `record:${RULE}:${rule(4)}`;
      expect(jsonOf(json)).to.include({ name: 'PlanStaleError', exitCode: 3 });
      expect(jsonOf(json).data.moved.map((item: any) => [item.target, item.what, item.by])).to.deep.equal([
        [target, 'SBQQ__EvaluationOrder__c changed', 'cleo.colleague@brightcup.example'],
      ]);
      const refused = refusedText(text);
      expectUsable(refused, 'practice');
      expect(refused.message).to.include(target).and.to.include('cleo.colleague@brightcup.example');
      expect(changesSince(office.org, moved)).to.have.length(1);
    });

    it('wrote nothing with all that', () => {
      const cleo = office.org.user('Cleo Colleague').id;
      expect(
        changesSince(office.org, log).filter((entry) => entry.kind === 'request' || entry.user !== cleo)
      ).to.deep.equal([]);
      expect(readdirSync(desk.store)).to.not.include('runs');
    });
  });

  describe('apply', () => {
    let log: number;
    let planId: string;

    before(() => {
      planId = firstPlan();
      log = office.org.opLog.entries.length;
    });

    it('gives its result as JSON, with its warnings in it', async () => {
      // The org's id in the short form of a URL is consent, too.
      const applied = await desk.run([
        'apply',
        '-o',
        'practice',
        '--plan',
        planId,
        '--confirm',
        office.org.orgId.slice(0, 15),
        '--reason',
        'quotes are wrong',
        '--json',
      ]);
      const { status, result, warnings } = jsonOf(applied);
      expect([applied.code, status], JSON.stringify(result)).to.deep.equal([0, 0]);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include('--cpq-triggers attested-off');
      expect(result).to.have.all.keys(
        'runId planId status steps totals undoPoint idMap validation durationMs'.split(' ')
      );
      for (const step of result.steps) expect(step).to.have.all.keys('id operation target counts errors'.split(' '));
      expect(result).to.include({ planId, status: 'succeeded', undoPoint: `.rollback/runs/${result.runId}/undo` });
      expect(result.totals).to.deep.equal({ restored: 11 });
      expect(result.validation).to.include({ verdict: 'restoredExceptKept', valid: false });
    });

    it('wrote what the plan names, and nothing else', () => {
      expect(writesBeyondPlan(join(desk.store, 'plans', planId), changesSince(office.org, log))).to.deep.equal([]);
      const now = rowsOf(office.org);
      Object.assign(now.Product2?.[CREMA_UNO] ?? {}, { Name: 'Crema Uno' });
      expect(now).to.deep.equal(atFirst);
    });

    it('applied again, says that it is done and writes nothing', async () => {
      const done = office.org.opLog.entries.length;
      const again = await desk.run(['apply', '--plan', planId, '--confirm', 'practice'], IN_A_PIPELINE);
      expect(again.code, again.stderr).to.equal(0);
      // Nothing is written, so there is nothing to warn of.
      expect(again.stderr).to.not.include('CPQ');
      expectFitForLogs(again);
      expect(again.stdout).to.match(/^Nothing to do: this plan was carried out already, by the run below\./);
      expect(changesSince(office.org, done)).to.deep.equal([]);
    });
  });

  describe('validate', () => {
    it('gives its result as JSON: restored except for what was kept', async () => {
      const log = office.org.opLog.entries.length;
      const validated = await desk.run(['validate', '-o', 'practice', '--json']);
      const { status, result, warnings } = jsonOf(validated);
      expect([validated.code, status, warnings]).to.deep.equal([68, 68, []]);
      expect(result).to.have.all.keys('id verdict valid checked findings files'.split(' '));
      expect(result.checked).to.have.all.keys('flows components permissions records notChecked'.split(' '));
      expect(result).to.include({ verdict: 'restoredExceptKept', valid: false });
      expect(result.checked).to.include({ flows: 1, components: 2, records: 173 });
      expect(result.findings.map(({ code, subject }: any) => [code, subject])).to.deep.equal([
        ['kept', `record:Product2:${CREMA_UNO}`],
      ]);
      for (const file of result.files) expect(readFileSync(join(desk.folder, file), 'utf8')).to.include(result.id);
      expect(changesSince(office.org, log)).to.deep.equal([]);
    });

    it('tells people the verdict: restored, and not restored', async () => {
      office.update('Cleo Colleague', 'Product2', CREMA_UNO, { Name: 'Crema Uno' });
      const good = await desk.run(['validate', '-o', 'practice']);
      office.update('Dov Deployer', RULE, rule(6), { SBQQ__Active__c: false });
      const bad = await desk.run(['validate', '-o', 'practice', '--run', 'latest']);
      office.update('Dov Deployer', RULE, rule(6), { SBQQ__Active__c: true });
      expect([good.code, bad.code]).to.deep.equal([0, 1]);
      for (const result of [good, bad]) expectFitForLogs(result);
      expect(good.stdout).to.match(/^RESTORED: the org is as in the snapshot\./);
      expect(bad.stdout)
        .to.match(/^NOT RESTORED/)
        .and.to.include(`record:${RULE}:${rule(6)}`)
        .and.to.include('dov.deployer@brightcup.example');
      expect(stagesOf(bad)).to.have.length(4);
    });
  });

  describe('whose changes', () => {
    it('are left open where several people changed something and nobody deployed: the candidates are named', async () => {
      const unclear = office.desk('unclear');
      office.org.clock.advance(60_000);
      expect((await unclear.run(['snapshot', '-o', 'practice', '--records', RULE])).code).to.equal(0);
      for (const number of [1, 2])
        office.update('Dov Deployer', RULE, rule(number), { SBQQ__EvaluationOrder__c: 900 + number });
      office.update('Cleo Colleague', RULE, rule(8), { SBQQ__EvaluationOrder__c: 980 });
      const [json, text] = await Promise.all([
        unclear.run(['plan', '-o', 'practice', '--json']),
        unclear.run(['plan', '-o', 'practice']),
      ]);
      expect([json.code, text.code]).to.deep.equal([3, 3]);
      expect(jsonOf(json)).to.include({ name: 'UnclearAttributionError' });
      expect(jsonOf(json).data.candidates).to.deep.equal([
        { user: 'dov.deployer@brightcup.example', changes: 2 },
        { user: 'cleo.colleague@brightcup.example', changes: 1 },
      ]);
      const refused = refusedText(text);
      expectUsable(refused, 'practice');
      expect(refused.actions.join('\n'))
        .to.include('sf rollback plan --changed-by dov.deployer@brightcup.example -o practice')
        .and.to.include('sf rollback plan --all-changes -o practice');
      for (const number of [1, 2, 8])
        office.update('Ada Admin', RULE, rule(number), { SBQQ__EvaluationOrder__c: number * 10 });
    });
  });

  describe('Ctrl-C', () => {
    let stop: Desk;
    let asItWas: Rows;

    before(async () => {
      stop = office.desk('stop');
      office.org.clock.advance(60_000);
      asItWas = rowsOf(office.org);
      expect(
        (
          await stop.run([
            'snapshot',
            '-o',
            'practice',
            '--records',
            RULE,
            '--records',
            'SBQQ__PriceAction__c',
            '--records',
            'SBQQ__PriceCondition__c',
            '--records',
            'Product2',
          ])
        ).code
      ).to.equal(0);
    });

    /** A bad load, and a plan that takes it back in several steps. */
    async function plannedBack(): Promise<{ planId: string; bad: Rows }> {
      const [snapshot = ''] = readdirSync(join(stop.store, 'snapshots'));
      for (const number of [1, 2, 4])
        office.update('Dov Deployer', RULE, rule(number), { SBQQ__EvaluationOrder__c: 900 + number });
      office.delete('Dov Deployer', rule(9));
      office.insert('Dov Deployer', 'Product2', { Name: 'Spring Bundle', IsActive: true });
      const bad = rowsOf(office.org);
      const { json, stdout } = await stop.run([
        'plan',
        '-o',
        'practice',
        '--snapshot',
        snapshot,
        '--changed-by',
        'dov.deployer@brightcup.example',
        '--json',
      ]);
      expect(json?.result?.steps, stdout).to.have.length.of.at.least(3);
      return { planId: json.result.id, bad };
    }

    // The store is named from the root on: that must not get into its files.
    const apply = (planId: string): string[] => [
      'apply',
      '-o',
      'practice',
      '--plan',
      planId,
      '--confirm',
      'practice',
      '--store',
      stop.store,
    ];
    const resume = (): string[] => [
      ...['apply', '-o', 'practice', '--resume', '--confirm', 'practice'],
      ...['--store', stop.store, '--json'],
    ];
    const finish = (): Promise<RunResult> => stop.run(resume());

    /** Types a command while the org is slow, and presses Ctrl-C as soon as it says `first`, and again at `second`. */
    async function interrupted(typed: readonly string[], first: string, second?: string): Promise<RunResult> {
      office.org.switches.latency = 150;
      try {
        const running = stop.start(typed);
        await running.seen(first);
        running.kill('SIGINT');
        if (second !== undefined) {
          await running.seen(second);
          running.kill('SIGINT');
        }
        return await running.ended;
      } finally {
        office.org.switches.latency = 0;
      }
    }

    it('in apply, once: settles what is in flight and ends with 69; apply --resume goes on', async () => {
      const { planId, bad } = await plannedBack();
      const stopped = await interrupted(apply(planId), 'Restoring records');
      expect(stopped.code, stopped.stdout + stopped.stderr).to.equal(69);
      expectFitForLogs(stopped);
      const [warning = '', more = '', ...stages] = stagesOf(stopped);
      expect(`${warning} ${more}`).to.match(/^Warning: The CPQ triggers are on.*--help\.$/);
      expect(stages).to.deep.equal([
        'Checking that the plan still fits',
        'Restoring records',
        'Stopping after the step in flight. Press Ctrl-C again to stop at once.',
      ]);
      expect(stopped.stdout)
        .to.include('Stopped before the end.')
        .and.to.match(/sf rollback apply -o practice --store \S+ --resume 2\S+/);
      expect((await stop.run([...apply(planId), '--json'])).code).to.equal(3);
      expect(eachRowIsOneOf(rowsOf(office.org), asItWas, bad)).to.deep.equal([]);
      expect(rowsOf(office.org)).to.not.deep.equal(asItWas);
      expect(rowsOf(office.org)).to.not.deep.equal(bad);

      const finished = await finish();
      expect(finished.code, finished.stdout).to.equal(0);
      expect(jsonOf(finished).result).to.include({ status: 'succeeded' });
      expect(rowsOf(office.org)).to.deep.equal(asItWas);
    });

    it('in apply, twice: ends at once; apply --resume goes on', async () => {
      const { planId, bad } = await plannedBack();
      const stopped = await interrupted(apply(planId), 'Restoring records', 'Press Ctrl-C again');
      expect(stopped.code, stopped.stdout + stopped.stderr).to.equal(130);
      expect(eachRowIsOneOf(rowsOf(office.org), asItWas, bad)).to.deep.equal([]);

      const finished = await finish();
      expect(finished.code, finished.stdout).to.equal(0);
      expect(rowsOf(office.org)).to.deep.equal(asItWas);
    });

    it('in apply, twice, with the triggers off: every command warns until it is said that they are on', async () => {
      const { planId } = await plannedBack();
      const off = [...apply(planId), '--cpq-triggers', 'attested-off'];
      const stopped = await interrupted(off, 'Restoring records', 'Press Ctrl-C again');
      expect(stopped.code, stopped.stdout + stopped.stderr).to.equal(130);
      expect(stopped.stderr)
        .to.include('Stopped at once.')
        .and.match(/sf rollback apply -o practice --store \S+ --resume/)
        .and.include('Switch the CPQ triggers on again');
      const [snapshot = ''] = readdirSync(join(stop.store, 'snapshots'));
      const look = (): Promise<RunResult> => stop.run(['validate', '-o', 'practice', '--snapshot', snapshot, '--json']);
      const [warning, ...others] = jsonOf(await look()).warnings as string[];
      expect(others).to.deep.equal([]);
      expect(warning).to.match(/^Run \S+ was cut off while the CPQ triggers were switched off/);
      expect(warning).to.include(`sf rollback apply -o practice --resume`);
      const finished = await stop.run([...resume(), '--cpq-triggers', 'leave-on']);
      expect(finished.code, finished.stdout).to.equal(0);
      expect(jsonOf(finished).warnings).to.deep.equal([]);
      expect(jsonOf(await look()).warnings).to.deep.equal([]);
      expect(rowsOf(office.org)).to.deep.equal(asItWas);
    });

    it('in the comparison at the end of apply: ends at once, with everything restored', async () => {
      const { planId } = await plannedBack();
      const stopped = await interrupted(apply(planId), 'Looking at the org');
      expect(stopped.code, stopped.stdout + stopped.stderr).to.equal(130);
      expect(stopped.stdout).to.include('Rolled back.');
      expect(rowsOf(office.org)).to.deep.equal(asItWas);
    });

    it('in a command that only reads: ends at once, without a stack trace, and leaves no snapshot that counts', async () => {
      const ids = readdirSync(join(stop.store, 'snapshots'));
      const stopped = await interrupted(['snapshot', '-o', 'practice', '--records', RULE], 'Backing up records');
      expect(stopped.code, stopped.stderr).to.equal(130);
      expect(stagesOf(stopped).map(stage)).to.deep.equal(['Looking at the org', 'Backing up records']);
      const [unfinished = ''] = readdirSync(join(stop.store, 'snapshots')).filter((id) => !ids.includes(id));
      expect(readdirSync(join(stop.store, 'snapshots', unfinished))).to.not.include('snapshot.json');
      expect((await stop.run(['plan', '-o', 'practice', '--snapshot', unfinished])).stderr).to.include(
        'the snapshot was never finished'
      );
    });
  });

  describe('the store', () => {
    it('is private: 0600, 0700, out of git', () => {
      for (const { store } of [desk, deskNamed('text'), deskNamed('stop')]) {
        expect(readFileSync(join(store, '.gitignore'), 'utf8')).to.equal('*\n');
        expect(statSync(store).mode & 0o777).to.equal(0o700);
        for (const entry of readdirSync(store, { recursive: true, withFileTypes: true })) {
          const path = join(entry.parentPath, entry.name);
          expect((statSync(path).mode & 0o777).toString(8), path).to.equal(entry.isDirectory() ? '700' : '600');
        }
      }
    });

    it('holds no token and no path of this machine', () => {
      const secrets = [...Object.values(office.company.tokens), ...Object.values(office.other.tokens)].map(
        (token) => token.split('!')[1] ?? ''
      );
      const forbidden = [
        ...secrets,
        office.home,
        PLUGIN_ROOT,
        hostname(),
        office.company.url.replace('http://', ''),
      ].filter((word) => word.length > 3);
      let files = 0;
      for (const { store } of office.allDesks) {
        for (const entry of readdirSync(store, { recursive: true, withFileTypes: true })) {
          // A lock names the host that holds it, for as long as it does.
          if (!entry.isFile() || entry.parentPath.endsWith('locks')) continue;
          const bytes = readFileSync(join(entry.parentPath, entry.name));
          const text = (
            entry.name.endsWith('.gz') && store !== deskNamed('flipped').store ? gunzipSync(bytes) : bytes
          ).toString('latin1');
          expect(
            forbidden.filter((word) => text.includes(word)),
            entry.name
          ).to.deep.equal([]);
          files += 1;
        }
      }
      expect(files).to.be.greaterThan(500);
    });
  });

  describe('--help in the official CLI', () => {
    const help = new Map<string, string>();

    before(async () => {
      const sf = stockSf({ home: office.home, cwd: office.home });
      await sf.linkPlugin();
      await Promise.all(
        ['', 'snapshot', 'plan', 'apply', 'validate'].map(async (command) => {
          const { code, stdout, stderr } = await sf.run(['rollback', ...(command ? [command] : []), '--help']);
          expect(code, stderr).to.equal(0);
          help.set(command, stdout);
        })
      );
    });

    it('lists the commands', () => {
      for (const command of ['snapshot', 'plan', 'apply', 'validate'])
        expect(help.get('')).to.match(new RegExp(`^ {2}rollback ${command} +\\S`, 'm'));
    });

    for (const [command, flags] of Object.entries({
      snapshot: 'manifest metadata source-dir flows records label allow-in-flight wait',
      plan: 'snapshot changed-by all-changes only exclude on-conflict resolve delete-flows full accept-gaps exit-code out wait',
      apply: 'plan confirm no-prompt test-level tests cpq-triggers max-changes reason no-validate wait',
      validate: 'run snapshot wait',
    })) {
      it(`shows flags, examples and exit codes of ${command}`, () => {
        const text = help.get(command) ?? '';
        for (const flag of [...flags.split(' '), 'target-org', 'api-version', 'store', 'json', 'flags-dir'])
          expect(text, flag).to.match(new RegExp(`^ +(-\\w, )?--${flag}\\b`, 'm'));
        expect(text).to.match(new RegExp(`^EXAMPLES[\\s\\S]+\\$ sf rollback ${command} `, 'm'));
        const codes = [...(/^EXIT CODES\n([\s\S]*)/m.exec(text)?.[1] ?? '').matchAll(/^ {2}(\d+) +\S/gm)].map((match) =>
          Number(match[1])
        );
        expect(codes).to.deep.equal([0, 1, 2, 3, 4, 5, 68, 69, 130]);
        expect(text).to.not.match(
          /--(junit|html|pages?|notify|approvals?|git|encrypt|s3|retention|pin|watch|gate|drill|maintenance)\b|billing|revenue-cloud|%s|undefined/i
        );
        expect(text.split('\n').filter((line) => line.length > 80)).to.deep.equal([]);
      });
    }
  });

  interface Refusal {
    readonly title: string;
    readonly exit: number;
    /** Left out where another library finds the fault. */
    readonly name?: string;
    readonly says: RegExp;
    readonly type: () => readonly string[];
    /** The org as it is typed; `practice` when left out. */
    readonly org?: string;
    readonly at?: () => Desk | undefined;
  }

  /** Runs all of them side by side, then looks at each. */
  function refusals(title: string, cases: readonly Refusal[]): void {
    describe(title, () => {
      const results = new Map<string, RunResult>();

      before(async () => {
        await Promise.all(
          cases.map(async (one) => results.set(one.title, await (one.at?.() ?? desk).run(one.type(), IN_A_PIPELINE)))
        );
      });

      for (const { title: what, exit, name, says, org = 'practice' } of cases) {
        it(what, () => {
          const result = results.get(what) as RunResult;
          expect(result.code, result.stdout + result.stderr).to.equal(exit);
          expectFitForLogs(result);
          const refused = refusedText(result);
          if (name) expect(refused.name).to.equal(name);
          expect(refused.message).to.match(says);
          expectUsable(refused, org);
        });
      }
    });
  }

  /** The plan that was made first, and is the one to be applied. */
  function firstPlan(): string {
    return readdirSync(join(desk.store, 'plans')).sort()[0] ?? '';
  }

  function deskNamed(name: string): Desk {
    return office.allDesks.find(({ folder }) => basename(folder) === name) as Desk;
  }

  /** A file beside the commands; its name as it is typed. */
  function file(name: string, content: string): string {
    writeFileSync(join(desk.folder, name), content);
    return name;
  }

  /** Dov's release and loads, and what Cleo did meanwhile. */
  async function badRelease(): Promise<void> {
    const files = {
      ...apexClass('DiscountLimits', 'public class DiscountLimits { }'),
      ...apexClass('SpringPromotion', 'public class SpringPromotion { }'),
      ...flow('Machine_Finder', 'Everybody gets the big one.'),
    };
    await office.deploy('Dov Deployer', files, [
      { type: 'ApexClass', fullName: 'DiscountLimits' },
      { type: 'ApexClass', fullName: 'SpringPromotion' },
      { type: 'Flow', fullName: 'Machine_Finder' },
    ]);
    const load: Record<number, Record<string, FieldValue>> = {
      1: { SBQQ__Active__c: false },
      2: { SBQQ__EvaluationOrder__c: 920 },
      4: { SBQQ__EvaluationOrder__c: 940 },
    };
    for (const [number, values] of Object.entries(load))
      office.update('Dov Deployer', RULE, rule(Number(number)), values);
    office.delete('Dov Deployer', rule(12));
    office.insert('Dov Deployer', 'Product2', { Name: 'Spring Bundle', IsActive: true });
    office.update('Cleo Colleague', 'Product2', CREMA_UNO, { Name: COLLEAGUES_NAME });
  }
});

function manifest(types: Readonly<Record<string, readonly string[]>>): string {
  const listed = Object.entries(types).map(
    ([name, members]) =>
      `<types>${members.map((member) => `<members>${member}</members>`).join('')}<name>${name}</name></types>`
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Package xmlns="http://soap.sforce.com/2006/04/metadata">${listed.join('')}<version>66.0</version></Package>\n`;
}

/** The name of a stage without its detail. */
function stage(line: string): string {
  return line.replace(/:.*/, '');
}

function flipByte(path: string): void {
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

/** Rows that are neither as they were nor as the bad load left them. */
function eachRowIsOneOf(now: Rows, ...states: readonly Rows[]): string[] {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const ids = new Set(
    [now, ...states].flatMap((rows) =>
      Object.entries(rows).flatMap(([object, table]) => Object.keys(table).map((id) => `${object} ${id}`))
    )
  );
  return [...ids].filter((key) => {
    const [object = '', id = ''] = key.split(' ');
    return !states.some((rows) => same(rows[object]?.[id], now[object]?.[id]));
  });
}
