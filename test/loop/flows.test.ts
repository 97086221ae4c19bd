import { expect } from 'chai';
import { deployAs, flow } from '../support/deploys.js';
import { flowJson } from '../org/engine/flows/flowJson.js';
import type { FlowVersion } from '../org/engine/flows/flowStore.js';
import { World } from '../support/world.js';

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

  it('leaves an inactive flow that was deleted to a person, who is told what to deploy', async () => {
    const { snapshot, plan, run } = await world.rolledBack(
      { flows: 'all' },
      async () => {
        await deployAs(world, 'Dov Deployer', flow(FLOW, 'bad'), [`Flow:${FLOW}`]);
        const gone = world.side.flows.get('Approve_Quote_Discount');
        for (const version of [...(gone?.versions ?? [])])
          world.side.tooling.deleteVersion(world.user('Dov Deployer'), version.id);
      },
      { everybody: true }
    );
    expect(plan.steps.map((step) => step.target)).to.deep.equal([`flow:${FLOW}`]);
    expect(plan.manual.map((item) => item.target)).to.deep.equal(['flow:Approve_Quote_Discount']);
    const path = /flows\/\S+\.flow-meta\.xml/.exec(plan.manual[0]?.what ?? '')?.[0] ?? '';
    const folder = await world.store.open('snapshots', snapshot.id as never);
    expect(await folder.exists(path)).to.equal(true);
    expect(run.status).to.equal('succeeded');
    expect((await world.validate(snapshot, run)).verdict).to.equal('restoredExceptKept');
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
});
