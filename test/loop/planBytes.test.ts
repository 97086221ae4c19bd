import { expect } from 'chai';
import { CREMA_UNO } from '../../scripts/demo/story.js';
import type { StoreId } from '../../src/model/ids.js';
import { SILENT, type Chance } from '../../src/model/progress.js';
import type { OrgPorts } from '../../src/org/ports.js';
import { NO_CHOICE } from '../../src/plan/choice/choice.js';
import { makePlan } from '../../src/plan/makePlan.js';
import { openBaseline } from '../../src/snapshot/baseline.js';
import { apexClass, deployAs, flow, textField } from '../support/deploys.js';
import { Dice } from '../support/dice.js';
import { MemoryStore } from '../support/memoryStore.js';
import { World } from '../support/world.js';

const RULES = 'SBQQ__PriceRule__c';
const FIXED: Chance = { now: () => new Date('2026-03-03T00:00:00.000Z'), entropy: () => '000000' };
/** Set it to play one order again. */
const SEED = Number(process.env.SEED ?? Date.now() % 100_000);

/** The same org, whose lists come in another order at every answer. What has an order by itself keeps it. */
function shuffling(org: OrgPorts, dice: Dice): OrgPorts {
  const mixed = <T>(list: readonly T[]): T[] => dice.some(list, list.length);
  const mixedMap = <K, V>(map: ReadonlyMap<K, V>): Map<K, V> => new Map(mixed([...map]));
  return {
    ...org,
    query: async (soql, options) => mixed(await org.query(soql, options)),
    queryByPages: (soql, most, take, options) => org.queryByPages(soql, most, (rows) => take(mixed(rows)), options),
    queryTogether: async (soqls, options) =>
      mixedMap(new Map([...(await org.queryTogether(soqls, options))].map(([soql, rows]) => [soql, mixed(rows)]))),
    listFlows: async () => mixed(await org.listFlows()).map((entry) => ({ ...entry, versions: [...entry.versions] })),
    listComponents: async (types) => mixed(await org.listComponents(types)),
    retrieve: async (keys) => {
      const got = await org.retrieve(keys);
      return {
        ...got,
        components: mixed(got.components),
        properties: mixedMap(got.properties),
        files: mixedMap(got.files),
        notFound: mixed(got.notFound),
        messages: mixed(got.messages),
      };
    },
    deployReport: async (id) => {
      const report = await org.deployReport(id);
      return { ...report, components: mixed(report.components) };
    },
    describe: async (object) => {
      const describe = await org.describe(object);
      return { ...describe, childRelationships: mixed(describe.childRelationships) };
    },
    userNames: async (ids) => mixedMap(await org.userNames(ids)),
  };
}

describe('a plan', () => {
  it(`is the same bytes whatever order the org answers in (SEED=${SEED})`, async () => {
    const world = await World.start();
    try {
      const before = await world.snapshot({
        flows: 'all',
        metadata: [
          { type: 'ApexClass', fullName: '*' },
          { type: 'CustomField', fullName: 'Product2.Origin__c' },
        ],
        records: ['Product2', RULES, 'SBQQ__PriceCondition__c', 'SBQQ__PriceAction__c'].map((object) => ({ object })),
      });
      await deployAs(
        world,
        'Dov Deployer',
        {
          ...textField('Product2', 'Origin__c', 'Origin'),
          ...apexClass('DiscountLimits', 'public class DiscountLimits { }'),
          ...apexClass('Added', 'public class Added { }'),
          ...flow('Machine_Finder', 'bad'),
          ...flow('Quote_Approval_Router', 'bad'),
        },
        [
          ...['CustomField:Product2.Origin__c', 'ApexClass:DiscountLimits', 'ApexClass:Added'],
          ...['Flow:Machine_Finder', 'Flow:Quote_Approval_Router'],
        ]
      );
      await deployAs(world, 'Dov Deployer', apexClass('Elsewhere', 'public class Elsewhere { }'), [
        'ApexClass:Elsewhere',
      ]);
      world.update('Dov Deployer', 'Product2', CREMA_UNO, { Name: 'Bad', Description: 'Bad', Family: 'Bad' });
      world.update('Cleo Colleague', RULES, 'a0V5g00000Br006EAB', { SBQQ__EvaluationOrder__c: 5, Name: 'Hers' });
      world.delete('Dov Deployer', 'a0V5g00000Br005EAB');
      for (const n of [1, 2, 3]) world.insert('Dov Deployer', 'Product2', { Name: `New ${n}` });
      // Every request leaves fewer for the day, which a plan tells.
      const org: OrgPorts = { ...(await world.as('Ada Admin')), apiUsage: () => ({ used: 100, max: 15_000 }) };
      const bytes = async (ports: OrgPorts): Promise<string> => {
        const store = new MemoryStore();
        const baseline = await openBaseline(world.store, before.id as StoreId, org.identity.orgId);
        const request = { everybody: false, changedBy: [], full: false, acceptGaps: false, choice: NO_CHOICE };
        const { folder } = await makePlan(ports, store, baseline, request, FIXED, SILENT);
        const files = await folder.list();
        const contents = await Promise.all(
          files.sort().map(async (path) => `${path}\n${(await folder.read(path)).toString()}`)
        );
        return contents.join('\n');
      };
      const plain = await bytes(org);
      expect(plain).to.include('deleteRecords').and.to.include('changedByOther').and.to.include('activateFlowVersion');
      for (let round = 0; round < 4; round += 1)
        expect(await bytes(shuffling(org, new Dice(SEED + round)))).to.equal(plain);
    } finally {
      await world.close();
    }
  });
});
