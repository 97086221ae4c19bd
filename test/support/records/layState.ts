import type { OrgUser, Row } from '../../org/engine/contracts.js';
import { isLookup, type CaseOrg } from './caseOrg.js';
import type { Family, LinkPlan, RowPlan } from './caseSpec.js';

/** Lays the rows and links of a case into its org: the state of which the snapshot is taken. */
export function layState(world: CaseOrg): void {
  for (const row of world.spec.rows) layRow(world, row);
  for (const link of world.spec.links) layLink(world, link);
  layRing(world);
  world.org.clock.advance(world.spec.pause * 1000);
}

function layRow(world: CaseOrg, plan: RowPlan): void {
  const ada = world.user('Ada Admin');
  if (plan.kind === 'rule') {
    layRule(world, ada, plan.conditions, plan.custom);
    return;
  }
  const object = world.spec.objects[plan.object % world.spec.objects.length]?.name ?? '';
  world.insert(ada, object, plan.salt, false);
}

/** A rule as a careful person makes it: plain first, then its conditions, then the logic that names them. */
export function layRule(world: CaseOrg, user: OrgUser, conditions: number, custom: boolean): string | undefined {
  const { family } = world.spec;
  if (!family) return undefined;
  const number = world.nextKey();
  const values = {
    Name: `Rule ${number}`,
    SBQQ__Active__c: true,
    ...(family.rule === 'SBQQ__QuoteTerm__c' ? { SBQQ__PrintOrder__c: number } : {}),
  };
  const { Name: name, ...others } = values;
  const hasName = world.schema(family.rule).fields.some((field) => field.name === 'Name' && field.createable === true);
  const rule = world.write(user, {
    operation: 'insert',
    object: family.rule,
    values: hasName ? { Name: name, ...others } : others,
  });
  if (rule === undefined) return undefined;
  for (let index = 1; index <= conditions; index += 1) layCondition(world, user, rule, index);
  if (custom) setCustom(world, user, rule);
  return rule;
}

export function layCondition(world: CaseOrg, user: OrgUser, rule: string, index: number): string | undefined {
  const { condition, link } = world.spec.family as Family;
  return world.write(user, {
    operation: 'insert',
    object: condition,
    values: { [link]: rule, SBQQ__Index__c: index, SBQQ__Operator__c: 'equals' },
  });
}

export function conditionsOf(world: CaseOrg, rule: string): Row[] {
  const { condition, link } = world.spec.family as Family;
  return world.rows(condition).filter((row) => row[link] === rule);
}

export function setCustom(world: CaseOrg, user: OrgUser, rule: string): boolean {
  const numbers = conditionsOf(world, rule).map((row) => Number(row['SBQQ__Index__c']));
  return world.update(user, (world.spec.family as Family).rule, rule, {
    SBQQ__ConditionsMet__c: 'Custom',
    SBQQ__AdvancedCondition__c: numbers.join(numbers.length % 2 === 0 ? ' AND ' : ' OR ') || '1',
  });
}

function layLink(world: CaseOrg, link: LinkPlan): void {
  const ada = world.user('Ada Admin');
  const rows = world.spec.objects.flatMap((object) =>
    world.rows(object.name).map((row) => ({ object: object.name, row }))
  );
  const entry = rows[link.row % Math.max(1, rows.length)];
  if (!entry) return;
  const lookups = world
    .schema(entry.object)
    .fields.filter((field) => isLookup(field) && field.updateable === true && field.name !== 'OwnerId');
  const field = lookups[link.field % Math.max(1, lookups.length)];
  if (!field) return;
  const targets = world.rows(field.referenceTo?.[0] ?? '');
  const target = targets[link.target % Math.max(1, targets.length)];
  if (target) world.update(ada, entry.object, String(entry.row['Id']), { [field.name]: String(target['Id']) });
}

/** Where a ring is to be deleted, there is one. */
function layRing(world: CaseOrg): void {
  const ada = world.user('Ada Admin');
  const act = world.spec.acts.find((candidate) => candidate.kind === 'ring' && candidate.how === 'delete');
  const [a, b] = world.spec.objects
    .filter((object) => object.fields.some((field) => field.startsWith('Ring__c')))
    .map(({ name }) => name);
  if (act?.kind !== 'ring' || a === undefined || b === undefined) return;
  const [left, right] = [world.rows(a), world.rows(b)].map(
    (rows) => rows[act.first % Math.max(1, rows.length)]?.['Id']
  );
  if (typeof left !== 'string' || typeof right !== 'string') return;
  world.update(ada, a, left, { Ring__c: right });
  world.update(ada, b, right, { Ring__c: left });
}
