import { expect } from 'chai';
import { apexClass, deployAs } from '../support/deploys.js';
import { World } from '../support/world.js';

describe('the Setup Audit Trail as a second witness', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const TARGET = 'metadata:ValidationRule:Installation_Visit__c.Date_Once_Confirmed';
  const SCOPE = {
    metadata: [
      { type: 'ValidationRule', fullName: 'Installation_Visit__c.Date_Once_Confirmed' },
      { type: 'ApexClass', fullName: 'DiscountLimits' },
    ],
  };
  /** Dov deploys; somebody deletes a rule in Setup, which leaves no editor behind. */
  const incident = async (): Promise<void> => {
    await deployAs(world, 'Dov Deployer', apexClass('DiscountLimits', 'public class DiscountLimits { }'), [
      'ApexClass:DiscountLimits',
    ]);
    world.org.clock.advance(60_000);
    world.side.components.remove('ValidationRule', 'Installation_Visit__c.Date_Once_Confirmed');
  };

  it('names who may have deleted a component by hand, and decides nothing', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await incident();
    const before = await world.plan(snapshot);
    expect(before.conflicts.map(({ target, kind, changedBy }) => [target, kind, changedBy])).to.deep.equal([
      [TARGET, 'unknownAuthor', null],
    ]);
    world.side.auditTrail.log(
      world.user('Cleo Colleague'),
      'Validation Rules',
      'Deleted validation rule "Date Once Confirmed" of Installation Visit'
    );
    const plan = await world.plan(snapshot);
    expect(
      plan.conflicts.map(({ target, kind, changedBy, decision }) => [target, kind, changedBy, decision])
    ).to.deep.equal([[TARGET, 'unknownAuthor', 'cleo.colleague@brightcup.example', 'keep']]);
    expect(plan.steps.map(({ target }) => target)).to.deep.equal(before.steps.map(({ target }) => target));
    const [finding] = plan.findings.filter(({ code }) => code === 'auditTrail');
    expect(finding?.message).to.include('Deleted validation rule').and.to.include('cleo.colleague');
  });

  it("makes a deployer's line no reason to take the change back, and names nobody where several were at it", async () => {
    const snapshot = await world.snapshot(SCOPE);
    await incident();
    const line = 'Changed validation rule Date_Once_Confirmed';
    world.side.auditTrail.log(world.user('Dov Deployer'), 'Validation Rules', line);
    expect((await world.plan(snapshot)).conflicts[0]?.decision).to.equal('keep');
    world.side.auditTrail.log(world.user('Cleo Colleague'), 'Validation Rules', line);
    const plan = await world.plan(snapshot);
    expect(plan.conflicts[0]?.changedBy).to.equal(null);
    expect(plan.findings.some(({ code, subject }) => code === 'auditTrail' && subject === TARGET)).to.equal(true);
  });

  it('is not asked where everybody is known', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(world, 'Dov Deployer', apexClass('DiscountLimits', 'public class DiscountLimits { }'), [
      'ApexClass:DiscountLimits',
    ]);
    world.side.auditTrail.log(world.user('Cleo Colleague'), 'Apex', 'Changed DiscountLimits Apex class');
    expect((await world.plan(snapshot)).findings.map(({ code }) => code)).to.not.include('auditTrail');
  });
});
