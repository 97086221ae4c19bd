import type { ComponentChange } from '../../metadata/diffComponents.js';
import { isApiName } from '../../model/ids.js';
import type { OrgPorts } from '../../org/ports.js';
import { unlessRefused } from '../../org/ports/refusals.js';
import { fieldNamed } from '../../records/objectDescribe.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { baselineRows } from '../../snapshot/baselineRows.js';

/**
 * How many rows hold data in each field that was created since, and how many each created object has; of a field or object
 * that was deleted, how many there were in the snapshot. What cannot be counted is missing; created fields that this user
 * does not see are in `unseen`.
 */
export async function readFilledRows(
  org: OrgPorts,
  baseline: Baseline,
  changes: readonly ComponentChange[]
): Promise<{ readonly filledRows: Map<string, number>; readonly unseen: Set<string> }> {
  const counts = await heldInSnapshot(baseline, changes);
  const unseen = new Set<string>();
  await Promise.all(
    changes
      .filter(({ type, kind }) => (type === 'CustomField' || type === 'CustomObject') && kind === 'created')
      .map(async ({ type: componentType, fullName }) => {
        if (componentType === 'CustomObject') {
          // Only objects that hold rows: custom metadata types and events have none to lose.
          const rows = !isApiName(fullName)
            ? undefined
            : /__(c|x|b)$/.test(fullName)
              ? await org.count(`SELECT COUNT() FROM ${fullName}`).catch(() => undefined)
              : 0;
          if (rows !== undefined) counts.set(fullName, rows);
          return;
        }
        const [object = '', field = ''] = fullName.split('.');
        // Events are not kept, so their fields hold nothing.
        if (object.endsWith('__e')) return void counts.set(fullName, 0);
        const describe = isApiName(object) ? await org.describe(object).catch(unlessRefused) : undefined;
        const known = describe && fieldNamed(describe, field);
        // What is worked out whenever it is read holds nothing of its own.
        if (known?.calculated) return void counts.set(fullName, 0);
        if (!known) return void unseen.add(fullName);
        const condition = known.type === 'boolean' ? `${field} = true` : `${field} != null`;
        const count = await org.count(`SELECT COUNT() FROM ${object} WHERE ${condition}`).catch(unlessRefused);
        if (count !== undefined) counts.set(fullName, count);
      })
  );
  return { filledRows: counts, unseen };
}

async function heldInSnapshot(baseline: Baseline, changes: readonly ComponentChange[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const deleted = changes.filter(({ kind }) => kind === 'deleted');
  for (const { fullName } of deleted.filter(({ type }) => type === 'CustomObject')) {
    const part = baseline.snapshot.objects.find(({ object, where }) => object === fullName && where === undefined);
    if (part) counts.set(fullName, part.rows);
  }
  const fields: string[][] = [];
  for (const { fullName } of deleted.filter(({ type }) => type === 'CustomField')) {
    const saved = baseline.fieldData?.get(fullName);
    if (saved) counts.set(fullName, saved.part.rows);
    else fields.push(fullName.split('.'));
  }
  for (const [object, names] of Map.groupBy(fields, ([name]) => name)) {
    const part = baseline.snapshot.objects.find((entry) => entry.object === object);
    const known = names.flatMap(([, field]) => (field !== undefined && part?.fields.includes(field) ? [field] : []));
    if (!part || known.length === 0) continue;
    for (const field of known) counts.set(`${object}.${field}`, 0);
    for await (const row of baselineRows(baseline, part))
      for (const field of known) {
        const name = `${object}.${field}`;
        if (row[field] !== null && row[field] !== undefined && row[field] !== 'false')
          counts.set(name, (counts.get(name) ?? 0) + 1);
      }
  }
  return counts;
}
