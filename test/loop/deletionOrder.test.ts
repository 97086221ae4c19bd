import { expect } from 'chai';
import { deployAs } from '../support/deploys.js';
import { World } from '../support/world.js';

const lookup = (name: string): Record<string, string> => ({
  'objects/Installation_Visit__c.object': `<?xml version="1.0" encoding="UTF-8"?>\n<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata"><fields><fullName>${name}</fullName><deleteConstraint>SetNull</deleteConstraint><label>${name}</label><referenceTo>User</referenceTo><relationshipName>Installation_Visits</relationshipName><type>Lookup</type></fields></CustomObject>\n`,
});

describe('what is deleted goes before what needs its name', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
    world.side.habits.fieldHolders = new Set();
  });
  afterEach(() => world.close());

  it('a lookup that took the relationship of a deleted one, in the one deployment that brings that back', async () => {
    const [OLD, NEW] = ['Technician__c', 'Engineer__c'].map((name) => `CustomField:Installation_Visit__c.${name}`);
    const snapshot = await world.snapshot({
      metadata: [
        { type: 'CustomField', fullName: 'Installation_Visit__c.Technician__c' },
        { type: 'CustomField', fullName: 'Installation_Visit__c.Engineer__c' },
      ],
    });
    await deployAs(world, 'Dov Deployer', {}, [], [OLD ?? '']);
    await deployAs(world, 'Dov Deployer', lookup('Engineer__c'), [NEW ?? '']);
    const resolve = [{ selector: `metadata:${OLD}`, decision: 'restore' as const }];
    const plan = await world.plan(snapshot, { choice: { resolve } });
    expect(plan.steps.map(({ operation, target }) => [operation, target])).to.deep.equal([
      ['recreateComponent', `metadata:${OLD}`],
      ['deleteComponent', `metadata:${NEW}`],
    ]);
    expect(plan.steps[1]?.reason).to.include('it holds the child relationship Installation_Visits of User');
    const run = await world.apply(plan);
    expect(run.steps.flatMap(({ errors }) => errors)).to.deep.equal([]);
    expect(run.totals).to.deep.equal({ restored: 2 });
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });
});
