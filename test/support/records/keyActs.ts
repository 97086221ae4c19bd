import type { OrgUser, Row } from '../../org/engine/contracts.js';
import type { CaseOrg } from './caseOrg.js';
import type { Act } from './caseSpec.js';

/** Rows with a key, of one of the objects that have such. */
function keyed(world: CaseOrg, pick: number): { readonly object: string; readonly rows: Row[] } | undefined {
  const objects = world.spec.objects.filter(({ name }) =>
    world.rows(name).some((row) => typeof row['Key__c'] === 'string')
  );
  const object = objects[pick % Math.max(1, objects.length)]?.name;
  if (object === undefined) return undefined;
  return { object, rows: world.rows(object).filter((row) => typeof row['Key__c'] === 'string') };
}

/** Two rows exchange their keys, or three in a ring. */
export function swapKeys(world: CaseOrg, user: OrgUser, objectPick: number, first: number, ring: boolean): void {
  const found = keyed(world, objectPick);
  if (!found || found.rows.length < 2) return;
  const size = ring && found.rows.length > 2 ? 3 : 2;
  const members = Array.from({ length: size }, (_member, at) => found.rows[(first + at) % found.rows.length] as Row);
  const keys = members.map((row) => String(row['Key__c']));
  const set = (row: Row | undefined, key: string): boolean =>
    world.update(user, found.object, String(row?.['Id']), { Key__c: key });
  set(members[0], `K${world.nextKey()}`);
  for (let at = 1; at < size; at += 1) set(members[at], keys[at - 1] ?? '');
  set(members[0], keys[size - 1] ?? '');
}

/** A row lets go of its key, by a delete or a new key, and a new row takes it. */
export function takeKey(world: CaseOrg, user: OrgUser, act: Extract<Act, { kind: 'takeKey' }>): void {
  const found = keyed(world, act.object);
  const row = found?.rows[act.first % found.rows.length];
  if (!found || !row) return;
  const id = String(row['Id']);
  const gone = act.byDelete
    ? world.write(user, { operation: 'delete', id }) !== undefined
    : world.update(user, found.object, id, { Key__c: `K${world.nextKey()}` });
  if (gone) world.insert(user, found.object, act.salt, false, String(row['Key__c']));
}

/** The two objects that point to each other, or two rows of one object that points to itself. */
export function ring(world: CaseOrg, user: OrgUser, act: Extract<Act, { kind: 'ring' }>): void {
  const [a, b] = world.spec.objects
    .filter((object) => object.fields.some((field) => field.startsWith('Ring__c')))
    .map(({ name }) => name);
  if (a === undefined || b === undefined) return;
  if (act.how === 'insert') {
    const first = world.insert(user, a, act.salt, false);
    const second = first === undefined ? undefined : world.insert(user, b, act.salt + 1, false);
    if (first === undefined || second === undefined) return;
    world.update(user, a, first, { Ring__c: second });
    world.update(user, b, second, { Ring__c: first });
    return;
  }
  for (const row of world.rows(a)) {
    const other = world
      .rows(b)
      .find((candidate) => candidate['Id'] === row['Ring__c'] && candidate['Ring__c'] === row['Id']);
    // One that holds the other by a restricting lookup goes first.
    for (const found of other ? [other, row] : []) world.write(user, { operation: 'delete', id: String(found['Id']) });
    if (other) return;
  }
}
