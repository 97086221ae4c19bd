import type { FieldValue, OrgUser, Row } from '../../org/engine/contracts.js';
import { Dice } from '../dice.js';
import { changeRule } from './changeRule.js';
import { isLookup, type CaseOrg } from './caseOrg.js';
import type { Act } from './caseSpec.js';
import { ring, swapKeys, takeKey } from './keyActs.js';

/** The bad deployment, with what the colleague did meanwhile. Acts that the org refuses did not happen. */
export function deployBadly(world: CaseOrg): void {
  for (const act of world.spec.acts) play(world, act);
  const { bin } = world.spec;
  if (bin.kind === 'emptied' && bin.by === 'switch') world.org.switches.binEmptied = true;
  else if (bin.kind === 'emptied')
    for (const id of binRoots(world)) world.write(world.user('Dov Deployer'), { operation: 'purge', id });
  else if (bin.kind === 'single')
    for (const pick of bin.picks) {
      const roots = binRoots(world);
      const id = roots[pick % Math.max(1, roots.length)];
      if (id) world.write(world.user('Dov Deployer'), { operation: 'purge', id });
    }
}

function binRoots(world: CaseOrg): string[] {
  return [...world.org.store.binEntries()]
    .filter(([id, entry]) => entry.root === id && !entry.purged)
    .map(([id]) => id);
}

function play(world: CaseOrg, act: Act): void {
  const user = world.user(act.who);
  switch (act.kind) {
    case 'insert': {
      const object = world.spec.objects[act.object % world.spec.objects.length]?.name ?? '';
      world.insert(user, object, act.salt, act.underNew);
      return;
    }
    case 'update':
      change(world, user, act.row, act.changes);
      return;
    case 'delete': {
      const rows = plainRows(world);
      const parents = act.parents ? rows.filter(({ row }) => hasChildren(world, String(row['Id']))) : [];
      const pool = parents.length > 0 ? parents : rows;
      const entry = pool[act.row % Math.max(1, pool.length)];
      if (entry) world.write(user, { operation: 'delete', id: String(entry.row['Id']) });
      return;
    }
    case 'swapKeys':
      swapKeys(world, user, act.object, act.first, act.ring);
      return;
    case 'takeKey':
      takeKey(world, user, act);
      return;
    case 'ring':
      ring(world, user, act);
      return;
    case 'rule':
      changeRule(world, user, act.row, act.how, act.salt);
      return;
  }
}

function plainRows(world: CaseOrg): Array<{ readonly object: string; readonly row: Row }> {
  return world.spec.objects.flatMap(({ name }) => world.rows(name).map((row) => ({ object: name, row })));
}

function hasChildren(world: CaseOrg, id: string): boolean {
  return world.spec.objects.some(({ name }) =>
    world
      .schema(name)
      .fields.some(
        (field) =>
          isLookup(field) && field.name !== 'OwnerId' && world.org.store.rowsWith(name, field.name, id).length > 0
      )
  );
}

function change(
  world: CaseOrg,
  user: OrgUser,
  pick: number,
  changes: ReadonlyArray<{ readonly field: number; readonly salt: number; readonly blank: boolean }>
): void {
  const rows = plainRows(world);
  const entry = rows[pick % Math.max(1, rows.length)];
  if (!entry) return;
  const fields = world
    .schema(entry.object)
    .fields.filter((field) => field.updateable === true && field.calculated !== true);
  const values: Record<string, FieldValue> = {};
  for (const change of changes) {
    const field = fields[change.field % Math.max(1, fields.length)];
    if (!field) continue;
    const value =
      field.name === 'OwnerId'
        ? world.user('Cleo Colleague').id
        : change.blank && field.nillable === true
          ? null
          : world.valueFor(field, new Dice(change.salt), change.salt % 2 === 0);
    if (value !== undefined) values[field.name] = value;
  }
  if (Object.keys(values).length > 0) world.update(user, entry.object, String(entry.row['Id']), values);
}
