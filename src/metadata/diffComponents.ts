import { containerKey } from './members.js';
import { compareKeys, keyText, type ComponentKey, type ComponentState, type ComponentsPart } from './component.js';

export interface ComponentChange extends ComponentKey {
  readonly kind: 'created' | 'changed' | 'deleted';
  readonly baseline: ComponentState | undefined;
  readonly now: ComponentState | undefined;
}

/**
 * Every component that differs in meaning from the baseline, by type and name. `now` holds what exists of the scope. The
 * members of a container that came or went as a whole are no changes of their own: they come and go with it.
 */
export function diffComponents(baseline: ComponentsPart, now: readonly ComponentState[]): ComponentChange[] {
  const nowByKey = new Map(now.map((state) => [keyText(state), state]));
  const changes: ComponentChange[] = [];
  for (const before of baseline.components) {
    const state = nowByKey.get(keyText(before));
    const key = { type: before.type, fullName: before.fullName };
    if (!state) changes.push({ ...key, kind: 'deleted', baseline: before, now: undefined });
    else if (state.digest !== before.digest) changes.push({ ...key, kind: 'changed', baseline: before, now: state });
  }
  const known = new Set(baseline.components.map(keyText));
  const absent = new Set(baseline.absent.map(keyText));
  const whole = new Set(baseline.wholeTypes);
  for (const state of now) {
    if (known.has(keyText(state))) continue;
    const container = containerKey(state);
    const inKnown = container !== undefined && known.has(keyText(container));
    if (absent.has(keyText(state)) || whole.has(state.type) || inKnown) {
      changes.push({ type: state.type, fullName: state.fullName, kind: 'created', baseline: undefined, now: state });
    }
  }
  const moved = new Set(changes.filter(({ kind }) => kind !== 'changed').map(keyText));
  return changes
    .filter((change) => {
      const container = containerKey(change);
      return container === undefined || !moved.has(keyText(container));
    })
    .sort(compareKeys);
}
