import { keyText, type ComponentKey, type ComponentState } from '../../metadata/component.js';
import { Refusal } from '../../model/refusal.js';
import { componentTarget, flowTarget, recordTarget, selects } from '../../model/selector.js';
import { permissionTarget, type PermissionKey } from '../../permissions/permissionRow.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { targetsOf, type ChangeSet } from '../changeSet.js';
import type { Choice } from './choice.js';
import type { Draft } from '../draft.js';

/** Changed things that a refusal names, so that a typing error is seen at once. */
const NAMED = 5;

/** What is known of the org now, as far as names go. */
export interface Seen {
  readonly changes: ChangeSet;
  readonly components: {
    readonly flows: ReadonlyArray<{ readonly name: string }>;
    readonly states: readonly ComponentState[];
  };
  readonly permissions: { readonly reading: { readonly rows: readonly PermissionKey[] } | undefined };
}

/**
 * A selector that matches nothing is most likely mistyped, and going on would take back more or less than was meant.
 * It must cover something that changed, or at least something in the scope; a row named by its Id must have changed.
 */
export function refuseUnmatched(choice: Choice, baseline: Baseline, observed: Seen, draft: Draft): void {
  const typed = [
    ...choice.only.map((selector) => ({ flag: '--only', selector })),
    ...choice.exclude.map((selector) => ({ flag: '--exclude', selector })),
    ...choice.resolve.filter(({ standing }) => !standing).map(({ selector }) => ({ flag: '--resolve', selector })),
  ];
  if (typed.length === 0) return;
  const changed = [
    ...new Set([
      ...[...targetsOf(observed.changes)].map(({ target }) => target),
      ...draft.conflicts.map(({ target }) => target),
    ]),
  ].sort();
  const named = [...draft.manual, ...draft.leftOut].map(({ target }) => target);
  const scope = [...scopeTargets(baseline, observed), ...named];
  const lost = typed.filter(
    ({ selector }) =>
      !changed.some((target) => selects(selector, target)) && !scope.some((target) => selects(selector, target))
  );
  if (lost.length === 0) return;
  const some = changed.slice(0, NAMED);
  const rest = changed.length - some.length;
  throw new Refusal('selectorMatchesNothing', {
    tokens: [
      lost.map(({ flag, selector }) => `${flag} ${selector}`).join(', '),
      changed.length === 0
        ? 'Nothing changed at all.'
        : `What changed: ${some.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}.`,
    ],
    actionTokens: [baseline.snapshot.id],
    data: { unmatched: lost.map(({ flag, selector }) => ({ flag, selector })) },
  });
}

function* scopeTargets(baseline: Baseline, observed: Seen): Generator<string> {
  for (const { name } of [...baseline.flows.flows, ...observed.components.flows]) yield flowTarget(name);
  for (const name of baseline.flows.absent) yield flowTarget(name);
  const keys: ComponentKey[] = [
    ...baseline.components.components,
    ...baseline.components.absent,
    ...observed.components.states,
  ];
  for (const key of new Map(keys.map((entry) => [keyText(entry), entry])).values())
    yield componentTarget(key.type, key.fullName);
  for (const type of baseline.components.wholeTypes) yield componentTarget(type, '*');
  for (const row of [...(baseline.permissions?.rows ?? []), ...(observed.permissions.reading?.rows ?? [])])
    yield permissionTarget(row.parent, row);
  for (const parent of baseline.permissions?.scope.parents ?? []) yield permissionTarget(parent);
  for (const { object } of baseline.snapshot.objects) {
    yield recordTarget(object);
    yield recordTarget(object, '*');
  }
}
