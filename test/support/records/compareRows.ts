import type { FieldSchema, Row } from '../../org/engine/contracts.js';
import { isLookup } from './caseOrg.js';
import { STAMPS, type Evidence } from './evidence.js';

/** Every row is as in the snapshot up to the new Ids; a kept row is as its last editor left it. */
export function compareRows(of: Evidence): void {
  const kept = of.kept();
  const old = new Map([...of.ids].map(([from, to]) => [to, from]));
  for (const object of of.world.objects) {
    const before = of.before.get(object) ?? new Map<string, Row>();
    const after = of.after.get(object) ?? new Map<string, Row>();
    for (const [id, row] of before) {
      const now = after.get(of.ids.get(id) ?? id);
      if (now) compareRow(of, object, row, now, kept.has(id));
      else if (!kept.has(id)) of.problems.push(`missing: ${of.name(object, id)}`);
    }
    for (const [id] of after)
      if (!before.has(old.get(id) ?? id) && !kept.has(id)) of.problems.push(`left over: ${of.name(object, id)}`);
  }
}

function compareRow(of: Evidence, object: string, before: Row, now: Row, isKept: boolean): void {
  const newId = before['Id'] !== now['Id'];
  const bad = of.leftBehind.get(String(before['Id'])) ?? {};
  for (const field of of.world.org.schema.get(object)?.fields ?? []) {
    if (STAMPS.has(field.name) || field.calculated === true || (newId && field.autoNumber === true)) continue;
    const wanted = followed(of, field, before[field.name] ?? null);
    const is = now[field.name] ?? null;
    if (is === wanted) continue;
    if (isKept && is === (bad[field.name] ?? null)) continue;
    // Her own lookup, blanked by the deletion of its target, filled again by the org with that target.
    if (isKept && filledAgain(of, String(before['Id']), field.name)) continue;
    // It came back without what it pointed to, where that stays deleted.
    if (isKept && is === null && isLookup(field) && !lives(of, String(wanted))) continue;
    of.problems.push(
      `differs: ${of.name(object, String(before['Id']))}.${field.name} is ${JSON.stringify(is)}, was ${JSON.stringify(wanted)}${isKept ? ' (kept)' : ''}`
    );
  }
}

/** Whether the org restored a lookup on the way back whose value the colleague had set. */
function filledAgain(of: Evidence, id: string, field: string): boolean {
  const cleo = of.world.user('Cleo Colleague').id;
  const setLast = of.badLog.findLast(
    (entry) => entry.id === id && entry.operation === 'update' && entry.fields?.includes(field)
  );
  return (
    setLast?.user === cleo &&
    of.backLog.some((entry) => entry.id === id && entry.operation === 'restoreLookup' && entry.fields?.includes(field))
  );
}

function lives(of: Evidence, id: string): boolean {
  return [...of.after.values()].some((rows) => rows.has(id));
}

/** A value of the snapshot with the Ids that its targets have now. */
function followed(of: Evidence, field: FieldSchema, value: Row[string]): Row[string] {
  if (typeof value !== 'string' || of.ids.size === 0) return value;
  if (field.type === 'reference') return of.ids.get(value) ?? value;
  if (field.type !== 'string' && field.type !== 'textarea') return value;
  const [, to] = [...of.ids].find(([from]) => from === value || from.slice(0, 15) === value) ?? [];
  return to === undefined ? value : to.slice(0, value.length);
}
