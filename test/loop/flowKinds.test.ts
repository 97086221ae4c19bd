import { expect } from 'chai';
import { flowJson } from '../org/engine/flows/flowJson.js';
import type { FlowVersion } from '../org/engine/flows/flowStore.js';
import { deployAs, flow } from '../support/deploys.js';
import { World } from '../support/world.js';

/** A flow file with other or further elements than `flow` makes. */
function changed(
  name: string,
  text: string,
  change: (xml: string) => string,
  status = 'Active'
): Record<string, string> {
  const path = `flows/${name}.flow`;
  return { [path]: change(flow(name, text, status)[path] ?? '') };
}

const ofType =
  (processType: string) =>
  (xml: string): string =>
    xml.replace('<processType>Flow<', `<processType>${processType}<`);
const calling =
  (subflow: string) =>
  (xml: string): string =>
    xml.replace(
      '<start>',
      `<subflows><name>Call</name><label>Call</label><locationX>1</locationX><locationY>1</locationY><flowName>${subflow}</flowName></subflows><start>`
    );
const scheduled = (xml: string): string =>
  ofType('AutoLaunchedFlow')(xml).replace(
    '</start>',
    '<schedule><frequency>Daily</frequency><startDate>2026-01-01</startDate><startTime>06:00:00.000Z</startTime></schedule><triggerType>Scheduled</triggerType></start>'
  );

describe('flows of every kind go back', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const active = (name: string): number | null =>
    world.side.flows.get(name)?.versions.find((version) => version.status === 'Active')?.number ?? null;
  const numbers = (name: string): number[] =>
    (world.side.flows.get(name)?.versions ?? []).map((version) => version.number);
  const rowOf = (name: string, number: number): FlowVersion =>
    world.side.flows.get(name)?.versions.find((version) => version.number === number) as FlowVersion;
  const before = async (files: Record<string, string>): Promise<void> => {
    await deployAs(
      world,
      'Ada Admin',
      files,
      Object.keys(files).map((path) => `Flow:${path.slice('flows/'.length, -'.flow'.length)}`)
    );
    world.org.clock.advance(60_000);
  };

  for (const [what, processType] of [
    ['on record change', 'Workflow'],
    ['called by other processes', 'InvocableProcess'],
    ['on a platform event', 'CustomEvent'],
  ] as const)
    it(`a process of Process Builder, ${what} (${processType})`, async () => {
      await before(changed('Lead_Process', 'good', ofType(processType)));
      const { snapshot, plan, run } = await world.rolledBack(
        { flows: 'all' },
        async () =>
          void (await deployAs(world, 'Dov Deployer', changed('Lead_Process', 'bad', ofType(processType)), [
            'Flow:Lead_Process',
          ]))
      );
      expect(plan.steps.map(({ operation, target }) => [operation, target])).to.deep.equal([
        ['activateFlowVersion', 'flow:Lead_Process'],
      ]);
      expect(run.totals).to.deep.equal({ restored: 1 });
      expect(active('Lead_Process')).to.equal(1);
      expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
    });

  it('a scheduled flow, with the warning that its schedule is made anew', async () => {
    await before(changed('Nightly', 'good', scheduled));
    const { plan, run } = await world.rolledBack(
      { flows: 'all' },
      async () => void (await deployAs(world, 'Dov Deployer', changed('Nightly', 'bad', scheduled), ['Flow:Nightly']))
    );
    expect(run.totals).to.deep.equal({ restored: 1 });
    const [finding] = plan.findings.filter(({ code }) => code === 'scheduledFlow');
    expect(finding).to.include({ subject: 'flow:Nightly', severity: 'warning' });
    expect(finding?.action).to.include('Scheduled Jobs');
  });

  it('a subflow that others call: they are named, and call the version that is active', async () => {
    await before({ ...flow('Shared_Part', 'good'), ...changed('Caller', 'x', calling('Shared_Part')) });
    const { plan, run } = await world.rolledBack(
      { flows: 'all' },
      async () => void (await deployAs(world, 'Dov Deployer', flow('Shared_Part', 'bad'), ['Flow:Shared_Part']))
    );
    expect(run.totals).to.deep.equal({ restored: 1 });
    const [finding] = plan.findings.filter(({ code }) => code === 'usedAsSubflow');
    expect(finding?.message).to.include('Caller-1');
  });

  it('a version that calls a subflow the deployment deleted: the subflow comes back, and both run again', async () => {
    await before({ ...flow('Shared_Part', 'good') });
    await before(changed('Caller', 'good', calling('Shared_Part')));
    const { snapshot, run } = await world.rolledBack(
      { flows: 'all' },
      async () => {
        await deployAs(world, 'Dov Deployer', flow('Caller', 'bad'), ['Flow:Caller']);
        const user = world.user('Dov Deployer');
        world.side.tooling.deleteVersion(user, rowOf('Caller', 1).id);
        const id = world.side.flows.get('Shared_Part')?.id ?? '';
        world.side.tooling.setActive(user, id, { activeVersionNumber: 0 });
        world.side.tooling.deleteVersion(user, rowOf('Shared_Part', 1).id);
      },
      { everybody: true }
    );
    expect(run.steps.map(({ operation, target }) => [operation, target])).to.deep.equal([
      ['redeployFlow', 'flow:Caller'],
      ['redeployFlow', 'flow:Shared_Part'],
    ]);
    expect(run.totals).to.deep.equal({ restored: 2 });
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('a new flow that a running one calls: switching it off is said to break its callers', async () => {
    await before({ ...flow('Caller', 'x') });
    const snapshot = await world.snapshot({ flows: ['Shared_Part', 'Caller'] });
    await deployAs(world, 'Dov Deployer', flow('Shared_Part', 'new'), ['Flow:Shared_Part']);
    await deployAs(world, 'Cleo Colleague', changed('Caller', 'hers', calling('Shared_Part')), ['Flow:Caller']);
    const plan = await world.plan(snapshot, { deployments: [lastBy('Dov Deployer')] });
    const [finding] = plan.findings.filter(({ code }) => code === 'calledByOthers');
    expect(finding).to.include({ subject: 'flow:Shared_Part', severity: 'warning' });
    expect(finding?.message).to.include('Caller-2');
  });

  const lastBy = (person: 'Dov Deployer'): string =>
    world.side.deployments
      .list()
      .map(({ result }) => result)
      .filter((result) => result.createdBy === world.user(person).id)
      .at(-1)?.id ?? '';

  it('a version edited in place: the number is the same, so its old body is deployed as a new version', async () => {
    await before(flow('Edited', 'good'));
    const { snapshot, plan, run } = await world.rolledBack(
      { flows: 'all' },
      () => {
        const version = rowOf('Edited', 1);
        world.side.tooling.saveVersion(world.user('Dov Deployer'), version.id, {
          ...flowJson(version),
          interviewLabel: 'Edited by hand',
        });
      },
      { everybody: true }
    );
    expect(plan.steps.map(({ operation, reason }) => [operation, reason])).to.deep.equal([
      ['redeployFlow', 'version 1 was edited in place: its old body becomes a new version'],
    ]);
    expect(run.totals).to.deep.equal({ restored: 1 });
    expect([numbers('Edited'), active('Edited')]).to.deep.equal([[1, 2], 2]);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('a template flow, and one that was made from it: pointer and content go back like those of any other', async () => {
    const template = (xml: string): string =>
      xml.replace('<interviewLabel>', '<isTemplate>true</isTemplate><interviewLabel>');
    const made = (xml: string): string =>
      xml.replace('<interviewLabel>', '<sourceTemplate>Template</sourceTemplate><interviewLabel>');
    await deployAs(world, 'Ada Admin', { ...changed('Template', 'a', template), ...changed('Made', 'a', made) }, [
      'Flow:Template',
      'Flow:Made',
    ]);
    world.org.clock.advance(60_000);
    const { snapshot, plan, run } = await world.rolledBack({ flows: 'all' }, async () => {
      await deployAs(world, 'Dov Deployer', changed('Template', 'b', template), ['Flow:Template']);
      await deployAs(world, 'Dov Deployer', changed('Made', 'b', made), ['Flow:Made']);
      const gone = world.side.flows.get('Made')?.versions.find(({ number }) => number === 1);
      world.side.tooling.deleteVersion(world.user('Dov Deployer'), gone?.id ?? '');
    });
    expect(plan.steps.map(({ operation, target }) => [operation, target])).to.deep.equal([
      ['activateFlowVersion', 'flow:Template'],
      ['redeployFlow', 'flow:Made'],
    ]);
    expect(run.totals).to.deep.equal({ restored: 2 });
    expect([active('Template'), active('Made')]).to.deep.equal([1, 3]);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it("a flow that runs in place of a package's: it goes back like one's own, and the package's is named", async () => {
    const overriding = (xml: string): string =>
      xml.replace('<processType>', '<overriddenFlow>SBQQ__Guide</overriddenFlow><processType>');
    const { plan, run } = await world.rolledBack(
      { flows: 'all' },
      async () =>
        void (await deployAs(world, 'Dov Deployer', changed('Own_Guide', 'x', overriding), ['Flow:Own_Guide']))
    );
    expect(run.totals).to.deep.equal({ neutralised: 1 });
    const [finding] = plan.findings.filter(({ code }) => code === 'overridesFlow');
    expect(finding?.severity).to.equal('warning');
    expect(finding?.message).to.include('SBQQ__Guide').and.to.include('runs again');
  });

  describe('of a package', () => {
    const NAME = 'SBQQ__Guide';
    const seed = (...statuses: Array<'Active' | 'Obsolete'>): void =>
      world.side.seed({
        flows: [
          {
            name: 'Guide',
            namespacePrefix: 'SBQQ',
            versions: statuses.map((status, n) => ({ status, xml: flow('Guide', `v${n}`)['flows/Guide.flow'] ?? '' })),
          },
        ],
      });
    /** What an upgrade of the package does: versions come and go with it. */
    const upgrade = (...statuses: Array<'Active' | 'Obsolete'>): void => {
      world.side.flows.remove(NAME);
      seed(...statuses);
    };

    it('a version that the package no longer brings is left to a person: only the package can bring it', async () => {
      seed('Obsolete', 'Active');
      const snapshot = await world.snapshot({ flows: 'all' });
      upgrade('Active');
      const plan = await world.plan(snapshot, { everybody: true });
      expect(plan.steps).to.deep.equal([]);
      expect(plan.manual.map(({ target }) => target)).to.deep.equal([`flow:${NAME}`]);
      expect(plan.manual[0]?.what).to.include('package');
    });

    it('none of its versions is deleted, also when versions shall go: it is switched off', async () => {
      const snapshot = await world.snapshot({ flows: 'all' });
      world.org.clock.advance(60_000);
      seed('Active');
      const plan = await world.plan(snapshot, { everybody: true, choice: { deleteFlows: true } });
      expect(plan.steps.map(({ operation, target }) => [operation, target])).to.deep.equal([
        ['deactivateFlow', `flow:${NAME}`],
      ]);
      expect((await world.apply(plan)).totals).to.deep.equal({ neutralised: 1 });
      expect(active(NAME)).to.equal(null);
    });
  });
});
