import { expect } from 'chai';
import { checkPlan } from '../../src/apply/checkPlan.js';
import type { TestChoice } from '../../src/apply/components/validations.js';
import type { OrgPorts } from '../../src/org/ports.js';
import type { Finding } from '../../src/model/finding.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import { openBaseline } from '../../src/snapshot/baseline.js';
import { apexClass, deployAs, flow, textField } from '../support/deploys.js';
import { World } from '../support/world.js';

const SCOPE = {
  metadata: [
    { type: 'ApexClass', fullName: 'DiscountLimits' },
    { type: 'CustomField', fullName: 'Product2.Promo_Code__c' },
  ],
};

describe('the way back, checked before the emergency', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const check = async (plan: RollbackPlan, tests: TestChoice = { names: [] }): Promise<Finding[]> => {
    const org = await world.as('Ada Admin');
    const baseline = await openBaseline(world.store, parseStoreId(plan.snapshotId) as StoreId, plan.orgId);
    const folder = await world.store.open('plans', parseStoreId(plan.id) as StoreId);
    return checkPlan(org, baseline, plan, folder, tests, world.chance, SILENT);
  };
  const ada = (): string[] =>
    world.side.deployments
      .list()
      .filter(({ result }) => result.createdBy === world.user('Ada Admin').id)
      .map(
        ({ job, result }) =>
          `${job.validatedDeployRequestId ? 'quick' : result.checkOnly ? 'validation' : 'deploy'} ${result.numberTestsTotal > 0 ? 'with' : 'without'} tests`
      );
  const brokenClass = async (): Promise<void> =>
    void (await deployAs(world, 'Dov Deployer', apexClass('DiscountLimits', 'public class DiscountLimits { }'), [
      'ApexClass:DiscountLimits',
    ]));

  it('changes nothing, and its validation is what apply deploys', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await brokenClass();
    const plan = await world.plan(snapshot);
    let findings: Finding[] = [];
    const writes = await world.writesDuring(async () => (findings = await check(plan)));
    expect(writes).to.deep.equal([]);
    expect(findings.map(({ code }) => code)).to.deep.equal(['checkPassed']);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 1 });
    // A production org runs the tests for a package with Apex, once.
    expect(ada()).to.deep.equal(['validation with tests', 'quick without tests']);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('validates anew when the org no longer takes the validation, or other tests are asked for', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await brokenClass();
    const plan = await world.plan(snapshot);
    await check(plan);
    // A colleague deploys something else: the validation is void.
    await deployAs(world, 'Cleo Colleague', apexClass('Other', 'public class Other { }'), ['ApexClass:Other']);
    const run = await world.apply(plan, { testLevel: 'NoTestRun' });
    expect(run.status).to.equal('succeeded');
    expect(ada()).to.deep.equal(['validation with tests', 'validation without tests', 'deploy without tests']);
  });

  it('falls back to a validation of its own where the old one is void', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await brokenClass();
    const plan = await world.plan(snapshot);
    await check(plan);
    await deployAs(world, 'Cleo Colleague', apexClass('Other', 'public class Other { }'), ['ApexClass:Other']);
    const run = await world.apply(plan);
    expect(run.steps.flatMap(({ errors }) => errors)).to.deep.equal([]);
    expect(ada()).to.deep.equal(['validation with tests', 'validation with tests', 'quick without tests']);
  });

  it('names the component and the test that would fail', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(world, 'Dov Deployer', textField('Product2', 'Promo_Code__c', 'Promo Code'), [
      'CustomField:Product2.Promo_Code__c',
    ]);
    const plan = await world.plan(snapshot);
    // Deployed after the plan was made: a plan that knew of it would keep the field.
    const holder =
      'public class Holder { String code = new Product2().Promo_Code__c; Object f = Product2.Promo_Code__c; }';
    await deployAs(world, 'Dov Deployer', apexClass('Holder', holder), ['ApexClass:Holder']);
    const [held] = await check(plan);
    expect(held).to.include({ code: 'checkFailed', subject: 'metadata:CustomField:Product2.Promo_Code__c' });
    expect(held?.message).to.include('Holder');
    await deployAs(
      world,
      'Dov Deployer',
      {
        ...apexClass('Holder', 'public class Holder { }'),
        ...apexClass(
          'PriceTest',
          '@IsTest private class PriceTest { @IsTest static void adds() { FAIL_THIS_TEST(); } }'
        ),
      },
      ['ApexClass:Holder', 'ApexClass:PriceTest'],
      [],
      'NoTestRun'
    );
    const findings = await check(plan, { level: 'RunLocalTests', names: [] });
    expect(findings.map(({ code, subject }) => [code, subject])).to.deep.equal([['checkFailed', 'PriceTest.adds']]);
  });

  it('covers flows that are redeployed, and says when nothing is deployed', async () => {
    const FLOW = 'Machine_Finder';
    const snapshot = await world.snapshot({ flows: 'all' });
    await deployAs(world, 'Dov Deployer', flow(FLOW, 'bad'), [`Flow:${FLOW}`]);
    expect((await check(await world.plan(snapshot))).map(({ code }) => code)).to.deep.equal(['nothingToCheck']);
    const version = world.side.flows.get(FLOW)?.versions.find(({ number }) => number === 2);
    world.side.tooling.deleteVersion(world.user('Dov Deployer'), version?.id ?? '');
    const [passed] = await check(await world.plan(snapshot, { everybody: true }));
    expect(passed?.message).to.include('1 flow ').and.to.include('no tests');
  });

  it('leaves alone what somebody deployed while a validation was under way, and takes the rest back', async () => {
    const names = ['DiscountLimits', 'MachineSizing'];
    const classes = (text: string, ...of: string[]): Record<string, string> =>
      Object.assign({}, ...of.map((name) => apexClass(name, `public class ${name} { /* ${text} */ }`))) as Record<
        string,
        string
      >;
    const snapshot = await world.snapshot({ metadata: names.map((fullName) => ({ type: 'ApexClass', fullName })) });
    await deployAs(
      world,
      'Dov Deployer',
      classes('bad', ...names),
      names.map((name) => `ApexClass:${name}`)
    );
    const plan = await world.plan(snapshot);
    const org = (await world.as('Ada Admin')) as { -readonly [key in keyof OrgPorts]: OrgPorts[key] };
    const { awaitDeploy } = org;
    let hers = false;
    org.awaitDeploy = async (id) => {
      const report = await awaitDeploy(id);
      if (!hers)
        await deployAs(world, 'Cleo Colleague', classes('Cleo', 'DiscountLimits'), ['ApexClass:DiscountLimits']);
      hers = true;
      return report;
    };
    const run = await world.apply(plan, { testLevel: 'NoTestRun' });
    org.awaitDeploy = awaitDeploy;
    expect(run.totals).to.deep.equal({ restored: 1, conflict: 1 });
    expect(run.steps.flatMap(({ errors }) => errors.map(({ target, code }) => [target, code]))).to.deep.equal([
      ['metadata:ApexClass:DiscountLimits', 'MOVED'],
    ]);
    const content = world.side.components.get('ApexClass', 'DiscountLimits')?.content;
    expect(content?.kind === 'files' && [...content.files.values()].map(String).join()).to.include('Cleo');
    expect(ada()).to.deep.equal(['validation without tests', 'validation without tests', 'deploy without tests']);
  });
});
