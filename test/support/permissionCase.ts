import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import type { Scope } from '../../src/snapshot/scope.js';
import { runQuery } from '../org/engine/soql/runQuery.js';
import { Dice } from './dice.js';
import { deployAs } from './deploys.js';
import { fieldGrant, objectGrant, permissionsOf } from './permissions.js';
import type { World } from './world.js';

const FIELDS = [
  'Product2.Cups_Per_Day__c',
  'Product2.Water_Connection__c',
  'Product2.Bean_Hoppers__c',
  'Installation_Visit__c.Visit_Date__c',
  'Installation_Visit__c.Site_Notes__c',
];
const CLASSES = ['DiscountLimits', 'InstallationPlanner', 'MachineSizing'];
/** Each right with those it needs. */
const RIGHTS = [
  ['allowRead'],
  ['allowRead', 'allowCreate'],
  ['allowRead', 'allowEdit'],
  ['allowRead', 'allowEdit', 'allowDelete', 'viewAllRecords', 'modifyAllRecords'],
];
const OBJECTS = ['Product2', 'Installation_Visit__c', 'SBQQ__Quote__c'];
const USER_PERMISSIONS = ['RunFlow', 'ApiEnabled', 'ManageFlow', 'ViewSetup'];
const SETS = ['Alpha', 'Beta', 'Gamma'];

/** Entries of a file by what they are about. */
type Entries = Map<string, string>;

function randomEntries(dice: Dice, tabs: 'tabSettings' | 'tabVisibilities'): Entries {
  const entries: Entries = new Map();
  for (const object of OBJECTS) if (dice.chance(0.5)) entries.set(object, objectGrant(object, ...dice.one(RIGHTS)));
  for (const field of FIELDS) if (dice.chance(0.5)) entries.set(field, fieldGrant(field, dice.chance(0.5)));
  for (const name of CLASSES)
    if (dice.chance(0.5))
      entries.set(name, `<classAccesses><apexClass>${name}</apexClass><enabled>true</enabled></classAccesses>`);
  if (dice.chance(0.5))
    entries.set(
      'permission',
      '<customPermissions><enabled>true</enabled><name>Override_Discount_Limit</name></customPermissions>'
    );
  const visibility = tabs === 'tabSettings' ? ['Available', 'Visible'] : ['DefaultOff', 'DefaultOn'];
  if (dice.chance(0.5))
    entries.set(
      'tab',
      `<${tabs}><tab>Installation_Visit__c</tab><visibility>${dice.one(visibility)}</visibility></${tabs}>`
    );
  for (const name of USER_PERMISSIONS)
    if (dice.chance(0.4))
      entries.set(name, `<userPermissions><enabled>true</enabled><name>${name}</name></userPermissions>`);
  return entries;
}

/** The same file with about a third of its entries given, taken or changed. */
function changedEntries(dice: Dice, entries: Entries, tabs: 'tabSettings' | 'tabVisibilities'): Entries {
  const other = randomEntries(dice, tabs);
  const changed: Entries = new Map();
  for (const key of new Set([...entries.keys(), ...other.keys()])) {
    const entry = (dice.chance(0.35) ? other : entries).get(key);
    if (entry !== undefined) changed.set(key, entry);
  }
  return changed;
}

function file(type: 'PermissionSet' | 'Profile', entries: Entries): string {
  const own = type === 'Profile' ? '<custom>true</custom>' : '<label>Any</label>';
  const parts = [...entries.values(), own].sort((a, b) => {
    const name = (text: string): string => /^<(\w+)/.exec(text)?.[1] ?? '';
    return name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0;
  });
  return `<?xml version="1.0" encoding="UTF-8"?><${type} xmlns="http://soap.sforce.com/2006/04/metadata">${parts.join('')}</${type}>`;
}

/** A profile deploy leaves alone what the file does not name: what is to go is named with a no. */
function profileFile(before: Entries, after: Entries): string {
  const entries: Entries = new Map(after);
  for (const [key, entry] of before)
    if (!after.has(key))
      entries.set(
        key,
        key === 'tab' ? entry.replace(/>Default\w+</, '>Hidden<') : entry.replaceAll('>true<', '>false<')
      );
  return file('Profile', entries);
}

export interface PermissionCase {
  readonly before: readonly string[];
  /** Rows that the colleague gave or took after the deployment, as lines: what has to be there at the end, and what not. */
  readonly colleague: { readonly gave: readonly string[]; readonly took: readonly string[] };
  readonly exact: boolean;
  readonly plan: RollbackPlan;
  readonly status: string;
  readonly errors: readonly unknown[];
  readonly after: readonly string[];
  readonly verdict: string;
  readonly again: RollbackPlan;
}

/**
 * One random case: permission sets and a profile in a random state, a deployment that changes them, a colleague who
 * changes other rows by hand, and the way back. With a snapshot right after the deployment in half of the cases.
 */
export async function playPermissionCase(world: World, seed: number): Promise<PermissionCase> {
  const dice = new Dice(seed);
  const ada = world.user('Ada Admin');
  const state = (): string[] => permissionsOf(world.org, ada);
  const sets = new Map(SETS.map((name) => [name, randomEntries(dice, 'tabSettings')]));
  const profile = randomEntries(dice, 'tabVisibilities');
  world.side.seed({
    components: [
      ...[...sets].map(([fullName, entries]) => ({
        type: 'PermissionSet',
        fullName,
        xml: file('PermissionSet', entries),
      })),
      { type: 'Profile', fullName: 'Sales', xml: file('Profile', profile) },
    ],
  });
  const scope: Partial<Scope> = {
    metadata: [
      { type: 'PermissionSet', fullName: 'Alpha' },
      { type: 'PermissionSet', fullName: 'Beta' },
      { type: 'Profile', fullName: 'Sales' },
      ...FIELDS.map((fullName) => ({ type: 'CustomField', fullName })),
      ...CLASSES.map((fullName) => ({ type: 'ApexClass', fullName })),
    ],
  };
  world.org.clock.advance(60_000);
  const before = state();
  const snapshot = await world.snapshot(scope);
  world.org.clock.advance(60_000);
  const touched = dice.some(SETS, dice.between(1, 3));
  const deployed = new Map(
    touched.map((name) => [name, changedEntries(dice, sets.get(name) ?? new Map(), 'tabSettings')])
  );
  // Rows of a set outside the scope that are about nothing in it are not the snapshot's to take back.
  for (const [name, entries] of deployed)
    if (name === 'Gamma')
      for (const key of [...OBJECTS, ...USER_PERMISSIONS, 'permission', 'tab']) {
        const entry = sets.get(name)?.get(key);
        if (entry === undefined) entries.delete(key);
        else entries.set(key, entry);
      }
  const files: Record<string, string> = {};
  for (const [name, entries] of deployed)
    files[`permissionsets/${name}.permissionset`] = file('PermissionSet', entries);
  const members = touched.map((name) => `PermissionSet:${name}`);
  if (dice.chance(0.6)) {
    files['profiles/Sales.profile'] = profileFile(profile, changedEntries(dice, profile, 'tabVisibilities'));
    members.push('Profile:Sales');
  }
  await deployAs(world, 'Dov Deployer', files, members);
  world.org.clock.advance(60_000);
  const exact = dice.chance(0.5);
  if (exact) await world.following(snapshot);
  world.org.clock.advance(60_000);
  const colleague = dice.chance(0.7) ? colleagueChanges(world, dice, before) : { gave: [], took: [] };
  world.org.clock.advance(60_000);
  const plan = await world.plan(snapshot);
  const run = plan.steps.length > 0 ? await world.apply(plan) : undefined;
  const validation = await world.validate(snapshot, run);
  return {
    before,
    colleague,
    exact,
    plan,
    status: run?.status ?? 'nothing',
    errors: run?.steps.flatMap(({ errors }) => errors) ?? [],
    after: state(),
    verdict: validation.verdict,
    again: await world.plan(snapshot),
  };
}

/** The colleague gives and takes field rows that the deployment left as they were. */
function colleagueChanges(world: World, dice: Dice, before: readonly string[]): PermissionCase['colleague'] {
  const cleo = world.user('Cleo Colleague');
  const ask = (soql: string): Array<Record<string, any>> =>
    runQuery(world.org, cleo, 'data', soql).records as Array<Record<string, any>>;
  const now = new Set(permissionsOf(world.org, cleo));
  const gave: string[] = [];
  const took: string[] = [];
  for (const name of dice.some(SETS, 2)) {
    const parent = `PermissionSet ${name}`;
    const parentId = String(ask(`SELECT Id FROM PermissionSet WHERE Name = '${name}'`)[0]?.Id);
    for (const field of dice.some(FIELDS, 2)) {
      const is = [...now].find((line) => line.startsWith(`${parent} ${field} `));
      const was = before.find((line) => line.startsWith(`${parent} ${field} `));
      if (is !== was) continue;
      if (is === undefined) {
        const object = field.slice(0, field.indexOf('.'));
        world.insert('Cleo Colleague', 'FieldPermissions', {
          ParentId: parentId,
          SobjectType: object,
          Field: field,
          PermissionsRead: true,
          PermissionsEdit: false,
        });
        gave.push(`${parent} ${field} Read`);
      } else {
        world.delete(
          'Cleo Colleague',
          String(ask(`SELECT Id FROM FieldPermissions WHERE ParentId = '${parentId}' AND Field = '${field}'`)[0]?.Id)
        );
        took.push(is);
      }
    }
  }
  return { gave, took };
}

/** What is wrong with the end of a case; empty when everything is as promised. */
export function faultsOf(played: PermissionCase): string[] {
  const faults: string[] = [];
  const { before, colleague, exact, after, plan } = played;
  if (!['succeeded', 'nothing', 'alreadyApplied'].includes(played.status))
    faults.push(`the run ended as ${played.status}: ${JSON.stringify(played.errors)}`);
  if (played.verdict === 'notRestored') faults.push('validate says that the org is not restored');
  for (const line of colleague.gave) if (!after.includes(line)) faults.push(`the colleague's "${line}" is gone`);
  for (const line of colleague.took)
    if (after.includes(line)) faults.push(`"${line}" is back, which the colleague took`);
  const wanted = new Set([...before.filter((line) => !colleague.took.includes(line)), ...colleague.gave]);
  const differing = [
    ...after.filter((line) => !wanted.has(line)).map((line) => `too much: ${line}`),
    ...[...wanted].filter((line) => !after.includes(line)).map((line) => `missing: ${line}`),
  ];
  // Without a snapshot after the deployment what bears no time is nobody's where the colleague was in the same set since.
  if (exact || colleague.gave.length + colleague.took.length === 0) {
    faults.push(...differing);
    const kept = plan.conflicts.length;
    const own = colleague.gave.length + colleague.took.length;
    if (kept !== own) faults.push(`${kept} conflicts, and the colleague changed ${own} rows`);
  } else if (differing.length > 0 && plan.conflicts.length === 0) faults.push(...differing);
  if (played.again.steps.length > 0)
    faults.push(`a second plan has steps: ${played.again.steps.map(({ target }) => target).join(', ')}`);
  return faults;
}
