import type { RecordReader } from '../../org/ports/records.js';
import type { ValueRow } from '../../records/fieldValue.js';
import { holdsId } from '../../records/idMap.js';
import { softReferences } from '../../records/knowledge.js';
import { comparableFields, fieldNamed, referencesTo } from '../../records/objectDescribe.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { baselineRowsMentioning } from '../../snapshot/baselineRows.js';
import type { ObjectNow } from './objectNow.js';
import { rereadByIds } from './readRowsById.js';
import type { TextReference } from './recordFacts.js';

/**
 * Deleting a parent blanks lookups of its children; whether that moves their stamps is not documented for every case,
 * so children that pointed to a deleted row are read again by id. On the way, rows that name a deleted row in text are
 * noted: if it comes back under a new Id, they must follow.
 */
export async function readChildrenOfDeleted(
  org: RecordReader,
  baseline: Baseline,
  objects: readonly ObjectNow[]
): Promise<TextReference[]> {
  const deleted = new Map<string, Set<string>>();
  const references: TextReference[] = [];
  for (const object of objects) {
    const ids = new Set([
      ...object.gone,
      ...[...object.rows.values()].filter((row) => row.deleted && object.baseline.has(row.id)).map((row) => row.id),
    ]);
    if (ids.size > 0) deleted.set(object.part.object, ids);
  }
  if (deleted.size === 0) return references;
  const all = new Set([...deleted.values()].flatMap((ids) => [...ids]));
  for (const object of objects) {
    const lookups = referencesTo(object.before, new Set(deleted.keys()));
    const texts = comparableFields(object.before).filter((field) => TEXT_TYPES.has(field.type));
    const soft = new Set(softReferences(baseline.knowledge, object.part.object));
    const pointsToDeleted = (row: ValueRow): boolean =>
      lookups.some((field) => {
        const target = row[field.name];
        return (
          target !== null && target !== undefined && field.referenceTo.some((name) => deleted.get(name)?.has(target))
        );
      });
    const orphans: string[] = [];
    const named = new Map<string, string[]>();
    for await (const row of baselineRowsMentioning(baseline, object.part, all)) {
      const id = row.Id as string;
      const fields = texts
        .filter((field) => holdsId(row[field.name], all, soft.has(field.name)))
        .map(({ name }) => name);
      if (fields.length > 0) named.set(id, fields);
      if (!pointsToDeleted(row) && fields.length === 0) continue;
      object.baseline.set(id, row);
      if (!object.rows.has(id) && !object.gone.has(id)) orphans.push(id);
    }
    await rereadByIds(
      org,
      object,
      orphans,
      object.part.fields.filter((name) => fieldNamed(object.now, name))
    );
    for (const [id, fields] of named) {
      const now = object.rows.get(id);
      if (!now || now.deleted) continue;
      const pick = (row: ValueRow): ValueRow => Object.fromEntries(fields.map((field) => [field, row[field] ?? null]));
      references.push({
        object: object.part.object,
        id,
        baseline: pick(object.baseline.get(id) as ValueRow),
        now: pick(now.values),
      });
    }
  }
  return references.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Types in which an Id can stand as text. */
const TEXT_TYPES = new Set(['string', 'textarea', 'url', 'combobox', 'picklist', 'multipicklist']);
