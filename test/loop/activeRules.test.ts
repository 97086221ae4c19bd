import { expect } from 'chai';
import type { OrgPorts } from '../../src/org/ports.js';
import { deployAs } from '../support/deploys.js';
import { World } from '../support/world.js';

const NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"';
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const matching = (status: string): Record<string, string> => ({
  'matchingRules/Account.matchingRule': `${HEAD}<MatchingRules ${NS}><matchingRules><fullName>Same_Site</fullName><label>Same Site</label><matchingRuleItems><blankValueBehavior>NullNotAllowed</blankValueBehavior><fieldName>Site</fieldName><matchingMethod>Exact</matchingMethod></matchingRuleItems><ruleStatus>${status}</ruleStatus></matchingRules></MatchingRules>\n`,
});
const duplicate = (active: boolean): Record<string, string> => ({
  'duplicateRules/Account.One_Per_Site.duplicateRule': `${HEAD}<DuplicateRule ${NS}><actionOnInsert>Block</actionOnInsert><actionOnUpdate>Block</actionOnUpdate><duplicateRuleMatchRules><matchRuleSObjectType>Account</matchRuleSObjectType><matchingRule>Same_Site</matchingRule></duplicateRuleMatchRules><isActive>${active}</isActive><masterLabel>One Per Site</masterLabel><securityOption>EnforceSharingRules</securityOption><sortOrder>1</sortOrder></DuplicateRule>\n`,
});
const [DUPLICATE, MATCHING] = ['DuplicateRule:Account.One_Per_Site', 'MatchingRule:Account.Same_Site'] as const;

describe('active rules that the deployment created', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const SCOPE = {
    metadata: [
      { type: 'DuplicateRule', fullName: 'Account.One_Per_Site' },
      { type: 'MatchingRule', fullName: 'Account.Same_Site' },
    ],
  };
  const exists = (key: string): boolean => {
    const [type = '', fullName = ''] = key.split(':');
    return world.side.components.get(type, fullName) !== undefined;
  };
  const release = async (active: boolean): Promise<void> => {
    await deployAs(world, 'Dov Deployer', matching(active ? 'Active' : 'Inactive'), [MATCHING]);
    await deployAs(world, 'Dov Deployer', duplicate(active), [DUPLICATE]);
  };

  it('are refused by the org as they are; switched off first, each in its turn, they go', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await release(true);
    for (const key of [DUPLICATE, MATCHING]) {
      const refused = await deployAs(world, 'Ada Admin', {}, [], [key]).catch(String);
      expect(refused).to.include("You can't delete an active");
    }
    const plan = await world.plan(snapshot, { changedBy: ['dov.deployer@brightcup.example'] });
    expect(plan.steps.map(({ operation, target, waitsFor }) => [operation, target, waitsFor])).to.deep.equal([
      ['deactivateComponent', `metadata:${DUPLICATE}`, []],
      ['deactivateComponent', `metadata:${MATCHING}`, ['s001']],
      ['deleteComponent', `metadata:${DUPLICATE}`, ['s001']],
      ['deleteComponent', `metadata:${MATCHING}`, ['s002', 's003']],
    ]);
    expect(plan.steps[0]?.reason).to.include('does not delete an active DuplicateRule');
    const run = await world.apply(plan);
    expect(run.steps.flatMap(({ errors }) => errors)).to.deep.equal([]);
    expect(run.totals).to.deep.equal({ restored: 4 });
    expect([exists(DUPLICATE), exists(MATCHING)]).to.deep.equal([false, false]);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
    expect((await world.apply(plan)).status).to.equal('alreadyApplied');
  });

  it('come back, the matching rule before the duplicate rule that needs it to be active', async () => {
    await release(true);
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(world, 'Dov Deployer', duplicate(false), [DUPLICATE]);
    await deployAs(world, 'Dov Deployer', matching('Inactive'), [MATCHING]);
    await deployAs(world, 'Dov Deployer', {}, [], [DUPLICATE, MATCHING]);
    const plan = await world.plan(snapshot);
    expect(plan.steps.map(({ operation, target, waitsFor }) => [operation, target, waitsFor])).to.deep.equal([
      ['recreateComponent', `metadata:${MATCHING}`, []],
      ['recreateComponent', `metadata:${DUPLICATE}`, ['s001']],
    ]);
    const run = await world.apply(plan);
    expect(run.steps.flatMap(({ errors }) => errors)).to.deep.equal([]);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('go in one deployment where they are off already', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await release(false);
    const plan = await world.plan(snapshot);
    expect(plan.steps.map(({ operation, waitsFor }) => [operation, waitsFor])).to.deep.equal([
      ['deleteComponent', []],
      ['deleteComponent', []],
    ]);
    expect((await world.apply(plan)).totals).to.deep.equal({ restored: 2 });
  });

  it('are waited for where the org switches them in the background', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(world, 'Dov Deployer', matching('Active'), [MATCHING]);
    const plan = await world.plan(snapshot);
    const org = (await world.as('Ada Admin')) as { -readonly [key in keyof OrgPorts]: OrgPorts[key] };
    const { retrieve } = org;
    let looks = 0;
    org.retrieve = async (keys) => {
      const found = await retrieve(keys);
      const components = found.components.map((component) => ({
        ...component,
        files: component.files.map((file) => {
          const text = file.content.toString('utf8');
          if (!text.includes('>Inactive<') || looks > 0) return file;
          looks += 1;
          return { ...file, content: Buffer.from(text.replace('>Inactive<', '>Deactivating<')) };
        }),
      }));
      return { ...found, components };
    };
    const run = await world.apply(plan);
    org.retrieve = retrieve;
    expect(looks).to.equal(1);
    expect(run.totals).to.deep.equal({ restored: 2 });
  });
});
