import { STAMPS, type Evidence } from './evidence.js';

/** A conflict needs somebody else's work: without a colleague there is none. */
export function checkConflicts(of: Evidence): void {
  const cleo = of.world.user('Cleo Colleague').id;
  const hers = new Set(of.badLog.filter((entry) => entry.user === cleo).map((entry) => entry.id));
  let open = of.plan?.conflicts ?? [];
  // What is kept for her sake keeps others in turn.
  for (let before = -1; before !== open.length;) {
    before = open.length;
    open = open.filter((conflict) => {
      const [, object = '', id = ''] = conflict.target.split(':');
      const found =
        hers.has(id) ||
        [...hers].some((other) => pointsTo(of, other, id, new Set())) ||
        needsOneOf(of, object, id, hers);
      if (found) hers.add(id);
      return !found;
    });
  }
  for (const conflict of open)
    of.problems.push(
      `needless conflict: ${conflict.kind} ${conflict.target} (${conflict.baseline} -> ${conflict.current})`
    );
}

/** Whether a row cannot be as it was because of one of `rows`: it pointed to it, or that row has its key now. */
function needsOneOf(of: Evidence, object: string, id: string, rows: ReadonlySet<string>): boolean {
  const before = of.before.get(object)?.get(id);
  if (!before) return false;
  if (Object.entries(before).some(([field, value]) => field !== 'Id' && rows.has(String(value)))) return true;
  return [...(of.bad.get(object) ?? [])].some(
    ([holder, row]) => rows.has(holder) && typeof row['Key__c'] === 'string' && row['Key__c'] === before['Key__c']
  );
}

/** Whether a row holds another by its lookups, at any depth, as the bad deployment left it. */
function pointsTo(of: Evidence, from: string, to: string, seen: Set<string>): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  const row = [...of.bad.values()].map((rows) => rows.get(from)).find((found) => found !== undefined);
  return Object.entries(row ?? {}).some(
    ([field, value]) =>
      typeof value === 'string' &&
      !STAMPS.has(field) &&
      (value === to || (/^[qa]\w{17}$/.test(value) && pointsTo(of, value, to, seen)))
  );
}
