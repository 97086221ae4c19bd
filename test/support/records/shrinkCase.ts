import type { CaseSpec } from './caseSpec.js';

/** A smaller case that still fails: acts, rows and links are taken out one after the other while the failure stays. */
export async function shrinkCase(
  spec: CaseSpec,
  fails: (spec: CaseSpec) => Promise<boolean>,
  budget = 400
): Promise<CaseSpec> {
  let best = spec;
  let left = budget;
  const tries = async (candidate: CaseSpec): Promise<boolean> => {
    if (left <= 0) return false;
    left -= 1;
    if (!(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let progress = true; progress && left > 0;) {
    progress = false;
    if (best.bin.kind !== 'kept' && (await tries({ ...best, bin: { kind: 'kept' } }))) progress = true;
    for (const key of ['acts', 'links', 'rows'] as const) {
      for (let size = Math.max(1, best[key].length >> 1); size >= 1; size >>= 1) {
        for (let at = best[key].length - size; at >= 0; at -= size) {
          const list = best[key].filter((_entry, index) => index < at || index >= at + size);
          if (await tries({ ...best, [key]: list })) progress = true;
        }
      }
    }
    for (const [at, act] of best.acts.entries()) {
      if (act.kind !== 'update' || act.changes.length < 2) continue;
      for (const change of act.changes) {
        const changes = act.changes.filter((other) => other !== change);
        const acts = best.acts.map((other, index) => (index === at ? { ...act, changes } : other));
        if (await tries({ ...best, acts })) progress = true;
      }
    }
    for (const [at, object] of best.objects.entries()) {
      for (const field of object.fields) {
        const fields = object.fields.filter((other) => other !== field);
        const objects = best.objects.map((other, index) => (index === at ? { ...object, fields } : other));
        if (await tries({ ...best, objects })) {
          progress = true;
          break;
        }
      }
    }
  }
  return best;
}
