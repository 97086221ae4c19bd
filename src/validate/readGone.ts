import { keyText } from '../metadata/component.js';
import { componentTarget } from '../model/selector.js';
import type { ComponentReader } from '../org/ports/components.js';
import { unlessRefused } from '../org/ports/refusals.js';
import type { ChangeSet } from '../plan/changeSet.js';
import type { NotCompared } from '../plan/records/notCompared.js';
import { baselineRows } from '../snapshot/baselineRows.js';
import type { Baseline } from '../snapshot/baseline.js';
import type { Difference } from './verdict.js';

/**
 * Objects and fields that held values in the snapshot and do not exist any more, as differences. listMetadata shows custom
 * ones whoever may read their values: what it lists is only hidden. Of others, and where it may not be asked, nobody knows.
 */
export async function readGone(
  org: Pick<ComponentReader, 'listComponents'>,
  baseline: Baseline,
  missing: readonly NotCompared[],
  changes: Pick<ChangeSet, 'components'>
): Promise<Difference[]> {
  const known = new Set(changes.components.map(keyText));
  const custom = missing.filter((one) => /__(c|mdt)$/i.test(one.fullName) && !known.has(keyText(one)));
  if (custom.length === 0) return [];
  const listed = await org.listComponents([...new Set(custom.map(({ type }) => type))]).catch(unlessRefused);
  if (!listed) return [];
  const there = new Set(listed.map((key) => keyText(key).toLowerCase()));
  const gone: Difference[] = [];
  for (const one of custom) {
    if (there.has(keyText(one).toLowerCase()) || !(await heldValues(baseline, one))) continue;
    const target = componentTarget(one.type, one.fullName);
    gone.push({ target, kind: 'deleted', author: { userId: undefined, at: undefined } });
  }
  return gone;
}

async function heldValues(baseline: Baseline, { type, fullName, object }: NotCompared): Promise<boolean> {
  const part = baseline.snapshot.objects.find((entry) => entry.object === object);
  if (!part) return false;
  if (type === 'CustomObject') return part.rows > 0;
  const field = fullName.slice(object.length + 1);
  for await (const row of baselineRows(baseline, part)) if ((row[field] ?? null) !== null) return true;
  return false;
}
