import { keyText } from '../../metadata/component.js';
import type { DraftStep } from '../rollbackPlan.js';

/** What the order of deletions is decided from. Components are named `Type:FullName`. */
export interface DeletionFacts {
  /** What stands in changed and created components now. */
  readonly texts: ReadonlyMap<string, string>;
  /** Created components that hold a name or place which something that goes back needs. */
  readonly inTheWay: ReadonlyMap<string, string>;
}

/**
 * Deletions go after what comes back, which lets go of what is deleted. Some have to go before: what uses a component that
 * changes under it (the org refuses to change a field or class that something else relies on), and what holds a name that
 * comes back. Only what nothing relies on that stays in place until then can go before.
 */
export function deletedFirst(steps: readonly DraftStep[], { texts, inTheWay }: DeletionFacts): DraftStep[] {
  const deleted = steps.filter(({ operation }) => operation === 'deleteComponent').map(keyOf);
  if (deleted.length === 0) return [...steps];
  const changing = steps
    .filter(({ operation }) => operation === 'restoreComponent' || operation === 'deactivateComponent')
    .map(keyOf);
  const usersOf = users([...deleted, ...changing], texts);
  // Nothing that is still there when it goes may use it, nor anything that goes with it.
  let free = new Set(deleted);
  for (;;) {
    const left = new Set([...free].filter((key) => [...(usersOf.get(key) ?? [])].every((user) => free.has(user))));
    if (left.size === free.size) break;
    free = left;
  }
  const why = new Map<string, string>();
  for (const key of free) {
    const held = inTheWay.get(key);
    const used = changing.filter((other) => usersOf.get(other)?.has(key));
    if (held) why.set(key, held);
    else if (used.length > 0) why.set(key, `it uses ${used.join(', ')}`);
  }
  for (const key of why.keys())
    for (const user of usersOf.get(key) ?? []) if (!why.has(user)) why.set(user, `it uses ${key}`);
  return steps.map((step) => {
    const reason = step.operation === 'deleteComponent' ? why.get(keyOf(step)) : undefined;
    if (reason === undefined || step.detail.kind !== 'component') return step;
    return {
      ...step,
      reason: `${step.reason}; it goes before what comes back: ${reason}`,
      detail: { ...step.detail, first: true },
    };
  });
}

function keyOf({ detail }: DraftStep): string {
  return detail.kind === 'component' ? keyText(detail) : '';
}

/** Of each component, those of the others whose text names it. */
function users(keys: readonly string[], texts: ReadonlyMap<string, string>): Map<string, Set<string>> {
  const byName = Map.groupBy(
    keys,
    (key) =>
      key
        .slice(key.indexOf(':') + 1)
        .split('.')
        .at(-1) ?? key
  );
  const found = new Map<string, Set<string>>(keys.map((key) => [key, new Set()]));
  for (const user of keys)
    for (const [word] of (texts.get(user) ?? '').matchAll(/\w+/g))
      for (const key of byName.get(word) ?? []) if (key !== user) found.get(key)?.add(user);
  return found;
}
