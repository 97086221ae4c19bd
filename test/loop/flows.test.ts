import { expect } from 'chai';
import { requestsOf } from '../support/criticalPath.js';
import { deployAs, flow } from '../support/deploys.js';
import { flowJson } from '../org/engine/flows/flowJson.js';
import type { FlowVersion } from '../org/engine/flows/flowStore.js';
import { World } from '../support/world.js';
import { resumeRun } from '../../src/apply/resumeRun.js';
import type { RunResult } from '../../src/apply/runResult.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import type { Snapshot } from '../../src/snapshot/snapshotFormat.js';
import { ToolingFlows } from '../../src/org/toolingFlows.js';

const FLOW = 'Machine_Finder';

describe('flows go back', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const active = (name: string): number | null =>
    world.side.flows.get(name)?.versions.find((version) => version.status === 'Active')?.number ?? null;
  const versions = (name: string): number[] =>
    (world.side.flows.get(name)?.versions ?? []).map((version) => version.number);

  it('switches the pointer back without a new version when the old one still exists', async () => {
    const before = versions(FLOW);
    const { snapshot, plan, run } = await world.rolledBack(
      { flows: 'all' },
      async () => void (await deployAs(world, 'Dov Deployer', flow(FLOW, 'bad'), [`Flow:${FLOW}`]))
    );
    expect(plan.steps.map((step) => [step.operation, step.target])).to.deep.equal([
      ['activateFlowVersion', `flow:${FLOW}`],
    ]);
    expect(run.status).to.equal('succeeded');
    expect(active(FLOW)).to.equal(2);
    expect(versions(FLOW)).to.deep.equal([...before, 4]);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('deactivates a flow that was absent and says that it is only made harmless', async () => {
    const { snapshot, plan, run } = await world.rolledBack(
      { flows: 'all' },
      async () => void (await deployAs(world, 'Dov Deployer', flow('Spring_Banner', 'bad'), ['Flow:Spring_Banner']))
    );
    expect(plan.steps.map((step) => step.operation)).to.deep.equal(['deactivateFlow']);
    expect(run.totals).to.deep.equal({ neutralised: 1 });
    expect(active('Spring_Banner')).to.equal(null);
    // Its inactive version is there for the asking.
    expect(versions('Spring_Banner')).to.deep.equal([1]);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restoredExceptKept');
    // Harmless it is only as long as it does not run.
    await deployAs(world, 'Cleo Colleague', flow('Spring_Banner', 'again'), ['Flow:Spring_Banner']);
    const { verdict, findings } = await world.validate(snapshot, run);
    expect([verdict, findings[0]?.subject]).to.deep.equal(['notRestored', 'flow:Spring_Banner']);
  });

  it('deletes the versions that were added since when asked at plan time, and keeps their bodies', async () => {
    const { snapshot, plan, run } = await world.rolledBack(
      { flows: 'all' },
      async () => {
        await deployAs(world, 'Dov Deployer', { ...flow('Spring_Banner', 'bad'), ...flow(FLOW, 'bad') }, [
          'Flow:Spring_Banner',
          `Flow:${FLOW}`,
        ]);
      },
      { choice: { deleteFlows: true } }
    );
    expect(plan.steps.map((step) => `${step.operation} ${step.target}`)).to.have.members([
      `activateFlowVersion flow:${FLOW}`,
      `deleteFlowVersion flow:${FLOW}`,
      'deactivateFlow flow:Spring_Banner',
      'deleteFlowVersion flow:Spring_Banner',
    ]);
    expect(run.status).to.equal('succeeded');
    expect(world.side.flows.get('Spring_Banner')).to.equal(undefined);
    expect(versions(FLOW)).to.deep.equal([1, 2, 3]);
    const folder = await world.store.open('runs', run.runId as never);
    expect((await folder.list('bad')).sort()).to.deep.equal([
      `bad/${FLOW}-4.flow-meta.xml`,
      'bad/Spring_Banner-1.flow-meta.xml',
    ]);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it("keeps a colleague's version when versions are deleted, and names her", async () => {
    const snapshot = await world.snapshot({ flows: 'all' });
    await deployAs(world, 'Dov Deployer', flow(FLOW, 'bad'), [`Flow:${FLOW}`]);
    await deployAs(world, 'Dov Deployer', flow(FLOW, 'next', 'Draft'), [`Flow:${FLOW}`]);
    // Cleo goes on with the draft in Flow Builder.
    const draft = world.side.flows.get(FLOW)?.versions.find((version) => version.number === 5) as FlowVersion;
    world.side.tooling.saveVersion(world.user('Cleo Colleague'), draft.id, {
      ...flowJson(draft),
      interviewLabel: 'Mine',
    });
    const choice = { deleteFlows: true };
    const plan = await world.plan(snapshot, { choice });
    expect(
      plan.conflicts.map(({ target, kind, changedBy, decision }) => [target, kind, changedBy, decision])
    ).to.deep.equal([[`flow:${FLOW}-5`, 'changedByOther', 'cleo.colleague@brightcup.example', 'keep']]);
    const run = await world.apply(plan);
    expect(run.status).to.equal('succeeded');
    expect(versions(FLOW)).to.deep.equal([1, 2, 3, 5]);
    expect(active(FLOW)).to.equal(2);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('says that an inactive newcomer stays, and proves the rest', async () => {
    const { snapshot, plan, run } = await world.rolledBack({ flows: 'all' }, async () => {
      await deployAs(world, 'Dov Deployer', { ...flow(FLOW, 'bad'), ...flow('Spring_Draft', 'x', 'Draft') }, [
        `Flow:${FLOW}`,
        'Flow:Spring_Draft',
      ]);
    });
    expect(plan.leftOut).to.deep.equal([
      { target: 'flow:Spring_Draft', why: 'it does not run; plan with --delete-flows to delete it' },
    ]);
    const validation = await world.validate(snapshot, run);
    expect(validation.verdict).to.equal('restoredExceptKept');
    expect(validation.findings.map(({ subject, message }) => `${subject} ${message}`).join()).to.match(
      /flow:Spring_Draft .*--delete-flows/
    );
  });

  it('puts an inactive flow that was deleted back as a version that does not run', async () => {
    const GONE = 'Approve_Quote_Discount';
    // As in an org that lets deployed flows become active: this one must not.
    const { snapshot, plan, run } = await world.rolledBack(
      { flows: 'all' },
      async () => {
        await deployAs(world, 'Dov Deployer', flow(FLOW, 'bad'), [`Flow:${FLOW}`]);
        for (const version of [...(world.side.flows.get(GONE)?.versions ?? [])])
          world.side.tooling.deleteVersion(world.user('Dov Deployer'), version.id);
      },
      { everybody: true }
    );
    expect(plan.manual).to.deep.equal([]);
    expect(plan.steps.map((step) => [step.operation, step.target, step.risk])).to.deep.equal([
      ['activateFlowVersion', `flow:${FLOW}`, 'lossless'],
      ['redeployFlow', `flow:${GONE}`, 'lossy'],
    ]);
    expect(plan.steps[1]?.reason).to.include('stays inactive');
    expect(run.totals).to.deep.equal({ restored: 2 });
    expect(world.side.flows.get(GONE)?.versions.map(({ number, status }) => [number, status])).to.deep.equal([
      [1, 'Draft'],
    ]);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
    expect((await world.plan(snapshot, { everybody: true })).steps).to.deep.equal([]);
  });

  it('saves that there was no flow at all, before the only one comes back', async () => {
    for (const { name } of world.side.flows.all()) if (name !== FLOW) world.side.flows.remove(name);
    const { run } = await world.rolledBack({ flows: 'all' }, () => world.side.flows.remove(FLOW), { everybody: true });
    expect(run.totals).to.deep.equal({ restored: 1 });
    const saved = await (await world.store.open('runs', run.runId as never)).read('undo/flows.json');
    expect(JSON.parse(saved.toString())).to.deep.equal({ flows: [] });
  });

  it('refuses the plan when a flow of that name came back meanwhile, unless it is the same', async () => {
    const GONE = 'Approve_Quote_Discount';
    const snapshot = await world.snapshot({ flows: 'all' });
    const body = (
      await (await world.store.open('snapshots', snapshot.id as never)).read(`flows/${GONE}/3.flow-meta.xml`)
    )
      .toString()
      .replace(/<status>\w+<.status>/, '<status>Draft</status>');
    const remove = (): void => {
      for (const version of [...(world.side.flows.get(GONE)?.versions ?? [])])
        world.side.tooling.deleteVersion(world.user('Dov Deployer'), version.id);
    };
    remove();
    const plan = await world.plan(snapshot, { everybody: true });
    await deployAs(world, 'Cleo Colleague', flow(GONE, 'mine', 'Draft'), [`Flow:${GONE}`]);
    const error = await world.apply(plan).then(
      () => undefined,
      (refusal: { key: string }) => refusal
    );
    expect(error?.key).to.equal('planStale');
    remove();
    await deployAs(world, 'Cleo Colleague', { [`flows/${GONE}.flow`]: body }, [`Flow:${GONE}`]);
    expect((await world.apply(plan)).totals).to.deep.equal({ alreadyRestored: 1 });
  });

  it('redeploys the body of a version that is gone, as a new version that runs', async () => {
    const { snapshot, plan, run } = await world.rolledBack({ flows: 'all' }, async () => {
      await deployAs(world, 'Dov Deployer', flow(FLOW, 'bad'), [`Flow:${FLOW}`]);
      const version = world.side.flows.get(FLOW)?.versions.find((candidate) => candidate.number === 2);
      world.side.tooling.deleteVersion(world.user('Dov Deployer'), version?.id ?? '');
    });
    expect(plan.steps.map((step) => [step.operation, step.risk])).to.deep.equal([['redeployFlow', 'lossy']]);
    expect(run.status).to.equal('succeeded');
    expect(active(FLOW)).to.equal(5);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('makes a redeployed flow active where the org lets deployed flows land inactive', async () => {
    const snapshot = await world.snapshot({ flows: 'all' });
    await deployAs(world, 'Dov Deployer', flow(FLOW, 'bad'), [`Flow:${FLOW}`]);
    world.side.tooling.deleteVersion(
      world.user('Dov Deployer'),
      world.side.flows.get(FLOW)?.versions.find((candidate) => candidate.number === 2)?.id ?? ''
    );
    world.org.switches.deployFlowsActive = false;
    const run = await world.apply(await world.plan(snapshot));
    expect(run.status).to.equal('succeeded');
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('activates a flow again that the deployment switched off', async () => {
    const { run } = await world.rolledBack(
      { flows: [FLOW] },
      () => {
        world.side.tooling.setActive(world.user('Dov Deployer'), world.side.flows.get(FLOW)?.id ?? '', {
          activeVersionNumber: 0,
        });
      },
      { changedBy: ['dov.deployer@brightcup.example'] }
    );
    expect(run.status).to.equal('succeeded');
    expect(active(FLOW)).to.equal(2);
  });

  it('switches off a flow that was inactive', async () => {
    const { run } = await world.rolledBack({ flows: 'all' }, () => {
      world.side.tooling.setActive(
        world.user('Dov Deployer'),
        world.side.flows.get('Approve_Quote_Discount')?.id ?? '',
        { activeVersionNumber: 3 }
      );
    });
    expect(run.totals).to.deep.equal({ restored: 1 });
    expect(active('Approve_Quote_Discount')).to.equal(null);
  });

  it("keeps a colleague's later version and names her", async () => {
    const snapshot = await world.snapshot({ flows: 'all' });
    await deployAs(world, 'Dov Deployer', flow('Approve_Quote_Discount', 'bad'), ['Flow:Approve_Quote_Discount']);
    world.side.tooling.setActive(world.user('Cleo Colleague'), world.side.flows.get(FLOW)?.id ?? '', {
      activeVersionNumber: 3,
    });
    const plan = await world.plan(snapshot);
    expect(plan.conflicts.map((conflict) => [conflict.target, conflict.changedBy, conflict.decision])).to.deep.equal([
      [`flow:${FLOW}`, 'cleo.colleague@brightcup.example', 'keep'],
    ]);
    const run = await world.apply(plan);
    expect(active(FLOW)).to.equal(3);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restoredExceptKept');
  });

  const rowOf = (name: string, number: number): string =>
    world.side.flows.get(name)?.versions.find((version) => version.number === number)?.id ?? '';
  const kept = async (run: RunResult): Promise<string[]> =>
    (await (await world.store.open('runs', run.runId as never)).list('bad')).sort();

  it('reads flows again where a version was activated between the two queries, and never takes it for inactive', async () => {
    const org = await world.as('Ada Admin');
    let deployed = false;
    let hidden = false;
    const versionsRead = Promise.withResolvers<undefined>();
    const flows = new ToolingFlows({} as never, {
      count: (soql) => org.count(soql),
      query: async (soql, options) => {
        const ofVersions = / FROM Flow$/.test(soql);
        if (!ofVersions && !deployed) {
          deployed = true;
          await versionsRead.promise;
          await deployAs(world, 'Cleo Colleague', flow(FLOW, 'hers'), [`Flow:${FLOW}`]);
        }
        const rows = await org.query(soql, options);
        if (ofVersions) versionsRead.resolve(undefined);
        return ofVersions && hidden ? rows.filter((row) => row.VersionNumber !== 4) : rows;
      },
    });
    expect((await flows.listFlows()).find(({ name }) => name === FLOW)?.activeVersion).to.equal(4);
    hidden = true;
    const error = await flows.listFlows().then(
      () => undefined,
      (reason: Error) => reason
    );
    expect(error?.message).to.include(`a version of ${FLOW} runs`);
  });

  it('takes one flow back in at most four requests one after the other, and keeps what ran', async () => {
    const snapshot = await world.snapshot({ flows: 'all' });
    await deployAs(world, 'Dov Deployer', flow(FLOW, 'bad'), [`Flow:${FLOW}`]);
    const plan = await world.plan(snapshot);
    let run: RunResult | undefined;
    const { sequential } = await requestsOf(world, async () => (run = await world.apply(plan)));
    expect(run?.status).to.equal('succeeded');
    expect(sequential).to.be.at.most(4);
    expect(await kept(run as RunResult)).to.deep.equal([`bad/${FLOW}-4.flow-meta.xml`]);
  });

  it('takes fifty flows back in at most eight requests', async () => {
    const names = Array.from({ length: 50 }, (_, n) => `Bulk_Flow_${n + 10}`);
    const all = (text: string): Record<string, string> =>
      Object.assign({}, ...names.map((name) => flow(name, text))) as Record<string, string>;
    const members = names.map((name) => `Flow:${name}`);
    await deployAs(world, 'Dov Deployer', all('good'), members);
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot({ flows: 'all' });
    await deployAs(world, 'Dov Deployer', all('bad'), members);
    const plan = await world.plan(snapshot);
    let run: RunResult | undefined;
    const { sent, sequential } = await requestsOf(world, async () => (run = await world.apply(plan)));
    expect(run?.totals).to.deep.equal({ restored: 50 });
    expect(names.map(active)).to.deep.equal(names.map(() => 1));
    expect(sent).to.be.at.most(8);
    expect(sequential).to.be.at.most(4);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('deploys the pointer where the org refuses to set it', async () => {
    const snapshot = await world.snapshot({ flows: 'all' });
    await deployAs(world, 'Dov Deployer', flow(FLOW, 'bad'), [`Flow:${FLOW}`]);
    const plan = await world.plan(snapshot);
    expect(plan.steps[0]?.fallbacks.map(({ operation }) => operation)).to.deep.equal(['activateFlowVersion']);
    world.org.switches.toolingActivationNeedsTests = true;
    const run = await world.apply(plan);
    expect(run.status).to.equal('succeeded');
    expect(active(FLOW)).to.equal(2);
  });

  it('refuses the plan when the version it would activate was edited in place since', async () => {
    const snapshot = await world.snapshot({ flows: 'all' });
    await deployAs(world, 'Dov Deployer', flow(FLOW, 'bad'), [`Flow:${FLOW}`]);
    const plan = await world.plan(snapshot);
    const version = world.side.flows.get(FLOW)?.versions.find(({ number }) => number === 2) as FlowVersion;
    world.side.tooling.saveVersion(world.user('Cleo Colleague'), version.id, {
      ...flowJson(version),
      interviewLabel: 'Mine',
    });
    const error = await world.apply(plan).then(
      () => undefined,
      (refusal: { key: string }) => refusal
    );
    expect(error?.key).to.equal('planStale');
    expect(active(FLOW)).to.equal(4);
    // A new plan sees that the number is the same and the body is not.
    expect((await world.plan(snapshot)).steps.map(({ operation, reason }) => [operation, reason])).to.deep.equal([
      ['redeployFlow', 'version 2 was edited in place: its old body becomes a new version'],
    ]);
  });

  it('redeploys several flows in one deployment, and one that is refused does not hold back the others', async () => {
    const FULL = 'Approve_Quote_Discount';
    const user = world.user('Dov Deployer');
    world.side.tooling.setActive(user, world.side.flows.get(FULL)?.id ?? '', { activeVersionNumber: 1 });
    const snapshot = await world.snapshot({ flows: 'all' });
    const names = [FLOW, 'Opportunity_Request_Installation', FULL];
    const ran = new Map(names.map((name) => [name, active(name) ?? 0]));
    for (const name of names) {
      await deployAs(world, 'Dov Deployer', flow(name, 'bad'), [`Flow:${name}`]);
      world.side.tooling.deleteVersion(user, rowOf(name, ran.get(name) ?? 0));
    }
    const plan = await world.plan(snapshot, { everybody: true });
    expect(plan.steps.map(({ operation }) => operation)).to.deep.equal(names.map(() => 'redeployFlow'));
    // Somebody fills one of them up before the plan is applied.
    for (let n = versions(FULL).length; n < 50; n += 1)
      await deployAs(world, 'Cleo Colleague', flow(FULL, `draft ${n}`, 'Draft'), [`Flow:${FULL}`]);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 2, failed: 1 });
    expect(run.steps.flatMap(({ errors }) => errors.map(({ target }) => target))).to.deep.equal([`flow:${FULL}`]);
  }).timeout(30_000);

  it('keeps a version with paused interviews, and deletes both only when the version is named', async () => {
    const snapshot = await world.snapshot({ flows: 'all' });
    await deployAs(world, 'Dov Deployer', flow(FLOW, 'bad'), [`Flow:${FLOW}`]);
    const interview = world.side.pauseInterview(FLOW, 4);
    const general = await world.plan(snapshot, { choice: { deleteFlows: true } });
    expect(general.steps.map(({ operation }) => operation)).to.deep.equal(['activateFlowVersion']);
    expect(general.conflicts.map(({ target, kind }) => [target, kind])).to.deep.equal([
      [`flow:${FLOW}-4`, 'interviewsOnVersion'],
    ]);
    const named = await world.plan(snapshot, {
      choice: { deleteFlows: true, resolve: [{ selector: `flow:${FLOW}-4`, decision: 'restore' }] },
    });
    expect(named.steps.map(({ operation, risk }) => [operation, risk])).to.deep.equal([
      ['activateFlowVersion', 'lossless'],
      ['deleteFlowVersion', 'irreversible'],
    ]);
    const run = await world.apply(named);
    expect(run.totals).to.deep.equal({ restored: 2 });
    expect(versions(FLOW)).to.deep.equal([1, 2, 3]);
    expect(world.side.flows.interviews.map(({ id }) => id)).to.not.include(interview);
    const folder = await world.store.open('runs', run.runId as never);
    expect(await folder.list('undo/records')).to.have.length(1);
  });

  it('leaves a version alone on which an interview was paused after the plan', async () => {
    const snapshot = await world.snapshot({ flows: 'all' });
    await deployAs(world, 'Dov Deployer', flow(FLOW, 'bad'), [`Flow:${FLOW}`]);
    const plan = await world.plan(snapshot, { choice: { deleteFlows: true } });
    world.side.pauseInterview(FLOW, 4);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 1, neutralised: 1 });
    expect(active(FLOW)).to.equal(2);
    expect(versions(FLOW)).to.include(4);
  });

  it('leaves a new flow that another one calls inactive, and says who calls it', async () => {
    const calls = flow('Caller', 'x')['flows/Caller.flow']?.replace(
      '<start>',
      '<subflows><name>Call</name><label>Call</label><locationX>1</locationX><locationY>1</locationY><flowName>Spring_Banner</flowName></subflows><start>'
    );
    const snapshot = await world.snapshot({ flows: ['Spring_Banner'] });
    await deployAs(world, 'Dov Deployer', { ...flow('Spring_Banner', 'x'), 'flows/Caller.flow': calls ?? '' }, [
      'Flow:Spring_Banner',
      'Flow:Caller',
    ]);
    const run = await world.apply(await world.plan(snapshot, { choice: { deleteFlows: true } }));
    expect(run.totals).to.deep.equal({ neutralised: 2 });
    expect(active('Spring_Banner')).to.equal(null);
    const csv = (await (await world.store.open('runs', run.runId as never)).read('outcomes.csv')).toString();
    expect(csv).to.include('Caller-1');
  });

  /** Fifty versions: the one that ran is gone, and two were added since. */
  const fullFlow = async (): Promise<Snapshot> => {
    for (let n = 4; n < 50; n += 1)
      await deployAs(world, 'Cleo Colleague', flow(FLOW, `draft ${n}`, 'Draft'), [`Flow:${FLOW}`]);
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot({ flows: 'all' });
    await deployAs(world, 'Dov Deployer', flow(FLOW, 'bad'), [`Flow:${FLOW}`]);
    world.side.tooling.deleteVersion(world.user('Dov Deployer'), rowOf(FLOW, 2));
    await deployAs(world, 'Dov Deployer', flow(FLOW, 'worse'), [`Flow:${FLOW}`]);
    return snapshot;
  };

  it('makes room in a full flow with a version that was added since', async () => {
    const snapshot = await fullFlow();
    const plan = await world.plan(snapshot);
    expect(plan.steps).to.deep.equal([]);
    expect(plan.manual[0]?.what).to.include('50 versions');
    const roomy = await world.plan(snapshot, { choice: { deleteFlows: true } });
    const run = await world.apply(roomy);
    expect(run.status).to.equal('succeeded');
    expect(versions(FLOW)).to.have.length(49);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  }).timeout(30_000);

  it('makes a full flow run again where the run was stopped after it had switched it off', async () => {
    const snapshot = await fullFlow();
    const plan = await world.plan(snapshot, { choice: { deleteFlows: true } });
    expect(plan.steps[0]?.operation).to.equal('deactivateFlow');
    let steps = 0;
    const { status, runId } = await world.apply(plan, { stopAsked: () => (steps += 1) > 1 });
    expect([status, active(FLOW)]).to.deep.equal(['interrupted', null]);
    const org = await world.as('Ada Admin');
    const options = { tests: [], stopAsked: () => false };
    const run = await resumeRun(org, world.store, parseStoreId(runId) as StoreId, options, world.chance, SILENT);
    expect([run.status, run.totals.conflict ?? 0]).to.deep.equal(['succeeded', 0]);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  }).timeout(30_000);

  it('switches a flow of a package among the versions that it brought', async () => {
    const [first, second] = ['one', 'two'].map((text) => flow('Guide', text)['flows/Guide.flow'] ?? '');
    world.side.seed({
      flows: [
        {
          name: 'Guide',
          namespacePrefix: 'SBQQ',
          versions: [
            { status: 'Active', xml: first ?? '' },
            { status: 'Obsolete', xml: second ?? '' },
          ],
        },
      ],
    });
    const { snapshot, plan, run } = await world.rolledBack({ flows: 'all' }, () =>
      world.side.tooling.setActive(world.user('Dov Deployer'), world.side.flows.get('SBQQ__Guide')?.id ?? '', {
        activeVersionNumber: 2,
      })
    );
    expect(snapshot.complete).to.equal(true);
    expect(plan.findings.map(({ code }) => code)).to.include('managedFlow');
    expect(run.totals).to.deep.equal({ restored: 1 });
    expect(active('SBQQ__Guide')).to.equal(1);
  });

  it('lists the flow tests of what it takes back', async () => {
    world.side.seed({
      components: [
        {
          type: 'FlowTest',
          fullName: 'Finder_Happy',
          xml: `<FlowTest><flowApiName>${FLOW}</flowApiName><label>Finder Happy</label></FlowTest>`,
        },
      ],
    });
    const snapshot = await world.snapshot({ flows: 'all' });
    await deployAs(world, 'Dov Deployer', flow(FLOW, 'bad'), [`Flow:${FLOW}`]);
    const plan = await world.plan(snapshot);
    expect(plan.findings.filter(({ code }) => code === 'flowTests').map(({ message }) => message)).to.deep.equal([
      'Its flow tests: Finder_Happy.',
    ]);
  });
});
