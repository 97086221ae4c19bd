import { expect } from 'chai';
import { DEPLOY_LIMITS } from '../../src/org/deployLimits.js';
import type { DeployLimits } from '../../src/model/deployLimits.js';
import type { OrgPorts } from '../../src/org/ports.js';
import { apexClass, deployAs, flow, textField } from '../support/deploys.js';
import { World } from '../support/world.js';

describe('a way back that is too much for one deployment', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  /** As if an org took no more than this many files: a real limit would need as many components. */
  const takesAtMost = async (files: number): Promise<void> => {
    const org = (await world.as('Ada Admin')) as OrgPorts & { deployLimits: DeployLimits };
    org.deployLimits = { ...DEPLOY_LIMITS, files };
    world.org.switches.filesPerPackage = files;
  };
  const NAMES = ['AlphaPart', 'BetaPart', 'GammaPart'];
  const release = (text: string): Record<string, string> => ({
    // Alpha uses Beta, Beta uses Gamma: by name alone the order would be wrong.
    ...apexClass('AlphaPart', `public class AlphaPart { BetaPart beta = new BetaPart(); /* ${text} */ }`),
    ...apexClass('BetaPart', `public class BetaPart { GammaPart gamma = new GammaPart(); /* ${text} */ }`),
    ...apexClass('GammaPart', `public class GammaPart { /* ${text} */ }`),
  });
  const KEYS = NAMES.map((name) => `ApexClass:${name}`);
  const SCOPE = {
    metadata: [
      ...NAMES.map((fullName) => ({ type: 'ApexClass', fullName })),
      { type: 'ApexClass', fullName: 'NewPart' },
      { type: 'CustomField', fullName: 'Product2.Promo_Code__c' },
    ],
  };
  const textsOf = (name: string): string[] => {
    const content = world.side.components.get('ApexClass', name)?.content;
    return content?.kind === 'files' ? [...content.files.values()].map(String) : [];
  };
  const deployed = (): string[][] =>
    world.side.deployments
      .list()
      .filter(({ result }) => result.createdBy === world.user('Ada Admin').id && !result.checkOnly)
      .map(({ result }) =>
        [result.details?.componentSuccesses ?? []]
          .flat()
          .filter(({ componentType }) => Boolean(componentType))
          .map(({ fullName }) => fullName)
          .sort()
      );

  it('goes in several, what is used before what uses it, deletions with the last; the plan says so', async () => {
    await deployAs(world, 'Ada Admin', release('good'), KEYS);
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(
      world,
      'Dov Deployer',
      { ...apexClass('NewPart', 'public class NewPart { }'), ...textField('Product2', 'Promo_Code__c', 'Promo') },
      ['ApexClass:NewPart', 'CustomField:Product2.Promo_Code__c']
    );
    await deployAs(world, 'Dov Deployer', {}, [], KEYS);
    await takesAtMost(6);
    const before = deployed().length;
    const plan = await world.plan(snapshot);
    const [finding] = plan.findings.filter(({ code }) => code === 'severalDeployments');
    expect(finding?.message).to.include('They go in 3');
    expect(
      plan.steps.map(({ operation, target, waitsFor }) => [operation, target.split(':').at(-1), waitsFor])
    ).to.deep.equal([
      ['recreateComponent', 'GammaPart', []],
      ['recreateComponent', 'BetaPart', ['s001']],
      ['recreateComponent', 'AlphaPart', ['s002']],
      ['deleteComponent', 'NewPart', ['s002']],
      ['deleteComponent', 'Product2.Promo_Code__c', ['s002']],
    ]);
    expect(plan.steps[2]?.reason).to.include('in deployment 3 of 3');
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 5 });
    expect(deployed().slice(before)).to.deep.equal([
      ['GammaPart'],
      ['BetaPart'],
      ['AlphaPart', 'NewPart', 'Product2.Promo_Code__c'],
    ]);
    world.org.switches.filesPerPackage = 10_000;
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('brings an object back before its layout, which names it only by its own name', async () => {
    const NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"';
    const files = {
      'objects/Trip__c.object': `<?xml version="1.0" encoding="UTF-8"?>\n<CustomObject ${NS}><deploymentStatus>Deployed</deploymentStatus><label>Trip</label><nameField><label>Name</label><type>Text</type></nameField><pluralLabel>Trips</pluralLabel><sharingModel>ReadWrite</sharingModel></CustomObject>`,
      'layouts/Trip__c-A Layout.layout': `<?xml version="1.0" encoding="UTF-8"?>\n<Layout ${NS}><layoutSections><label>Facts</label><layoutColumns/><style>OneColumn</style></layoutSections></Layout>`,
    };
    const [OBJECT, LAYOUT] = ['CustomObject:Trip__c', 'Layout:Trip__c-A Layout'];
    await deployAs(world, 'Ada Admin', files, [OBJECT ?? '', LAYOUT ?? '']);
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot({
      metadata: [
        { type: 'CustomObject', fullName: 'Trip__c' },
        { type: 'Layout', fullName: 'Trip__c-A Layout' },
      ],
    });
    await deployAs(world, 'Dov Deployer', {}, [], [LAYOUT ?? '']);
    await deployAs(world, 'Dov Deployer', {}, [], [OBJECT ?? '']);
    await takesAtMost(4);
    const resolve = [{ selector: `metadata:${OBJECT}`, decision: 'restore' as const }];
    const plan = await world.plan(snapshot, { choice: { resolve } });
    expect(plan.steps.map(({ target, waitsFor }) => [target, waitsFor])).to.deep.equal([
      [`metadata:${OBJECT}`, []],
      [`metadata:${LAYOUT}`, ['s001']],
    ]);
    const run = await world.apply(plan);
    expect(run.steps.flatMap(({ errors }) => errors)).to.deep.equal([]);
    expect(run.totals).to.deep.equal({ restored: 2 });
  });

  it('leaves alone what a colleague changed while an earlier part was deployed', async () => {
    await deployAs(world, 'Ada Admin', release('good'), KEYS);
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(world, 'Dov Deployer', release('bad'), KEYS);
    await takesAtMost(6);
    const plan = await world.plan(snapshot);
    expect(plan.steps.map(({ target }) => target.split(':').at(-1))).to.deep.equal([
      'GammaPart',
      'BetaPart',
      'AlphaPart',
    ]);
    const org = (await world.as('Ada Admin')) as { -readonly [key in keyof OrgPorts]: OrgPorts[key] };
    const { startDeploy } = org;
    let hers = false;
    org.startDeploy = async (request) => {
      if (!hers) {
        hers = true;
        await deployAs(
          world,
          'Cleo Colleague',
          apexClass('BetaPart', 'public class BetaPart { GammaPart gamma = new GammaPart(); Integer cleo; }'),
          ['ApexClass:BetaPart']
        );
      }
      return startDeploy(request);
    };
    const run = await world.apply(plan);
    org.startDeploy = startDeploy;
    expect(run.totals).to.deep.equal({ restored: 1, conflict: 1, skipped: 1 });
    const errors = run.steps.flatMap((step) => step.errors);
    expect(errors.map(({ target, code }) => [target, code])).to.deep.equal([
      ['metadata:ApexClass:BetaPart', 'MOVED'],
      ['metadata:ApexClass:AlphaPart', 'DEPENDS_ON_FAILED'],
    ]);
    expect(JSON.stringify([...textsOf('BetaPart')])).to.include('Integer cleo');
  });

  it('deploys the content of flows in several, each after those it calls; one that is refused holds nobody back', async () => {
    const calling = (name: string, called: string): Record<string, string> => flow(name, `calls ${called}`, 'Active');
    const names = ['Alpha_Flow', 'Beta_Flow', 'Gamma_Flow'];
    const first = {
      ...calling('Alpha_Flow', 'Beta_Flow'),
      ...calling('Beta_Flow', 'Gamma_Flow'),
      ...flow('Gamma_Flow', 'x'),
    };
    await deployAs(
      world,
      'Ada Admin',
      first,
      names.map((name) => `Flow:${name}`)
    );
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot({ flows: names });
    const dov = world.user('Dov Deployer');
    for (const name of names) {
      await deployAs(world, 'Dov Deployer', flow(name, 'bad'), [`Flow:${name}`]);
      const version = world.side.flows.get(name)?.versions.find(({ number }) => number === 1);
      world.side.tooling.deleteVersion(dov, version?.id ?? '');
    }
    const org = (await world.as('Ada Admin')) as OrgPorts & { deployLimits: DeployLimits };
    org.deployLimits = { ...DEPLOY_LIMITS, files: 4 };
    const before = deployed().length;
    const plan = await world.plan(snapshot, { everybody: true });
    expect(
      plan.steps.map(({ operation, target, detail }) => [operation, target, detail.kind === 'flow' && detail.part])
    ).to.deep.equal([
      ['redeployFlow', 'flow:Alpha_Flow', 3],
      ['redeployFlow', 'flow:Beta_Flow', 2],
      ['redeployFlow', 'flow:Gamma_Flow', 1],
    ]);
    expect(plan.steps[0]?.reason).to.include('in deployment 3 of 3');
    expect(plan.findings.map(({ code }) => code)).to.include('severalFlowDeployments');
    // Somebody fills the one up that the others call.
    for (let n = 2; n < 51; n += 1)
      await deployAs(world, 'Cleo Colleague', flow('Gamma_Flow', `draft ${n}`, 'Draft'), ['Flow:Gamma_Flow']);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 2, failed: 1 });
    expect(run.steps.flatMap(({ errors }) => errors.map(({ target }) => target))).to.deep.equal(['flow:Gamma_Flow']);
    expect(deployed().slice(before)).to.deep.equal([[], ['Beta_Flow'], ['Alpha_Flow']]);
  }).timeout(30_000);

  it('stops where one of them fails: what waits for it is skipped, what came through stays', async () => {
    await deployAs(world, 'Ada Admin', release('good'), KEYS);
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(world, 'Dov Deployer', {}, [], KEYS);
    await takesAtMost(6);
    const plan = await world.plan(snapshot);
    // The second one is refused: somebody takes away what it names after the first.
    world.org.switches.filesPerPackage = 10_000;
    const org = (await world.as('Ada Admin')) as { -readonly [key in keyof OrgPorts]: OrgPorts[key] };
    const { startDeploy } = org;
    let validations = 0;
    org.startDeploy = async (request) => {
      if (request.checkOnly) validations += 1;
      if (request.checkOnly && validations === 2)
        await deployAs(world, 'Cleo Colleague', {}, [], ['ApexClass:GammaPart']);
      return startDeploy(request);
    };
    const run = await world.apply(plan);
    org.startDeploy = startDeploy;
    expect(run.status).to.equal('partial');
    expect(run.totals).to.deep.equal({ restored: 1, failed: 1, skipped: 1 });
    const [skipped] = run.steps.filter(({ counts }) => counts.skipped === 1);
    expect(skipped?.errors[0]?.message).to.include('step s002 did not succeed');
  });
});
