import type { RecordFacts } from './recordFacts.js';
import type { RecordSheets } from './recordSheet.js';
import type { RecordItem } from './rollbackPlan.js';

/**
 * Rows that go, in waves: a row waits for all that hold it (details, and lookups that would refuse its delete). Objects
 * whose new rows hold each other crosswise are so taken apart row by row. Row Id to wave, from 0.
 */
export function wavesOf(sheets: RecordSheets, facts: RecordFacts): Map<string, number> {
  const rows = new Map<string, { readonly object: string; readonly item: RecordItem }>();
  for (const object of sheets.objects()) {
    for (const item of sheets.items(object, 'delete').values()) rows.set(item.id, { object, item });
  }
  const holders = new Map<string, string[]>();
  for (const [id, { object, item }] of rows) {
    const fields = facts.describes.get(object)?.fields ?? [];
    for (const field of fields.filter((entry) => entry.cascadeDelete || entry.restrictedDelete || !entry.nillable)) {
      const target = item.before?.[field.name];
      if (target && target !== id && rows.has(target)) holders.set(target, [...(holders.get(target) ?? []), id]);
    }
  }
  const waves = new Map<string, number>();
  const wave = (id: string, path: ReadonlySet<string>): number => {
    const known = waves.get(id);
    if (known !== undefined) return known;
    const before = (holders.get(id) ?? []).filter((holder) => !path.has(holder));
    const own = Math.max(-1, ...before.map((holder) => wave(holder, new Set([...path, id])))) + 1;
    waves.set(id, own);
    return own;
  };
  for (const id of rows.keys()) wave(id, new Set());
  return waves;
}

/** The rows of one object by wave, numbered from 0 as this object needs them. */
export function deleteWaves(
  items: readonly RecordItem[],
  waves: ReadonlyMap<string, number>
): Array<readonly [number, readonly RecordItem[]]> {
  const byWave = Map.groupBy(items, (item) => waves.get(item.id) ?? 0);
  return [...byWave.keys()].sort((a, b) => a - b).map((key, at) => [at, byWave.get(key) ?? []] as const);
}
