import { versionOf } from '../../flow/flowVersion.js';
import { keyText } from '../../metadata/component.js';
import type { Deployment } from '../../org/ports/history.js';
import { editorThen, type AfterState } from './afterState.js';
import { inWindow, isReal, type Attribution, type Touch, type Window } from './attribution.js';
import { targetsOf, type Author, type ChangeSet } from '../changeSet.js';
import { claimComponent, claimCreated, claimFields, claimFlow, claimInserted } from './claims.js';
import type { LoadedRows } from './loadedRows.js';

export type AttributionResult =
  | { readonly kind: 'clear'; readonly attribution: Attribution }
  | {
      readonly kind: 'unclear';
      readonly candidates: ReadonlyArray<{ readonly userId: string; readonly changes: number }>;
    };

/** What is known of who did what, before it is decided whose changes go back. */
export interface Traces {
  readonly deployments: readonly Deployment[];
  readonly touches: ReadonlyMap<string, readonly Touch[]>;
  readonly loaded: LoadedRows;
  readonly after?: AfterState;
  readonly flowBodies: { readonly baseline: ReadonlyMap<string, string>; readonly now: ReadonlyMap<string, string> };
}

/** What a person said of whose changes go back. */
export interface Asked {
  readonly everybody: boolean;
  /** Ids of users. */
  readonly named: readonly string[];
  /** Ids of deployments. */
  readonly deployments: readonly string[];
  /** Whether loads were named. */
  readonly loads: boolean;
  readonly window: Window;
}

/**
 * Whose changes go back. Everybody's when asked. When deployments or loads are named: only what these did, and what named
 * users did. Else those of the users named and of the authors of the real deployments since the snapshot (up to the
 * following snapshot, and within the window); if there are none, of the only user who changed anything in scope. Anything
 * else is unclear, with the candidates.
 */
export function attribute(changes: ChangeSet, traces: Traces, asked: Asked): AttributionResult {
  const { touches, loaded } = traces;
  const after = asked.everybody ? undefined : traces.after;
  const real = traces.deployments.filter(isReal);
  const within = real.filter(
    ({ completedAt }) =>
      inWindow(asked.window, completedAt) &&
      (after === undefined || Date.parse(completedAt ?? '') <= Date.parse(after.finishedAt))
  );
  const common = { window: asked.window, touches, loaded, ...(after ? { after } : {}) };
  const everybody: Attribution = { ...common, source: 'everybody', deployers: new Set(), alone: true, exact: true };
  const counts = authors(changes, everybody, traces);
  // Somebody else's work outside the window speaks against what bears no name and no time.
  const bounded = asked.window.since !== undefined || asked.window.until !== undefined;
  const unbounded = bounded ? authors(changes, { ...everybody, window: {} }, traces) : counts;
  const onlyThese = counts.size > 0 && [...unbounded].every(([id, n]) => counts.get(id) === n);
  const clear = (
    source: Attribution['source'],
    ids: Iterable<string>,
    taken: readonly string[] | undefined
  ): AttributionResult => {
    const deployers = new Set(ids);
    const known = source !== 'items' && [...unbounded.keys()].every((id) => deployers.has(id));
    const alone = onlyThese && (source === 'everybody' || source === 'onlyAuthor' || (known && after !== undefined));
    return {
      kind: 'clear',
      attribution: {
        ...common,
        source,
        deployers,
        alone,
        exact:
          source === 'everybody' ||
          (source === 'items' ? deployers.size === 0 && !asked.loads : known && after !== undefined),
        ...(taken ? { taken: new Set(taken) } : {}),
      },
    };
  };
  const ids = (list: readonly Deployment[]): string[] => list.map(({ id }) => id);
  if (asked.everybody) return clear('everybody', counts.keys(), within.length < real.length ? ids(within) : undefined);
  if (asked.deployments.length > 0 || asked.loads) return clear('items', asked.named, asked.deployments);
  const deployers = [...within.map((deployment) => deployment.createdById as string), ...asked.named];
  const taken = within.length < real.length ? ids(within) : undefined;
  if (deployers.length > 0) return clear(asked.named.length > 0 ? 'named' : 'deployments', deployers, taken);
  if (counts.size <= 1) return clear('onlyAuthor', counts.keys(), taken);
  return {
    kind: 'unclear',
    candidates: [...counts]
      .map(([userId, n]) => ({ userId, changes: n }))
      .sort((a, b) => b.changes - a.changes || (a.userId < b.userId ? -1 : 1)),
  };
}

/** Who made the changes that come into question at all, and how many each. */
function authors(changes: ChangeSet, everybody: Attribution, traces: Traces): Map<string, number> {
  const questionable = new Set<string>();
  for (const change of changes.flows)
    if (later(claimFlow(change, everybody, traces.flowBodies))) questionable.add(`flow:${change.flow}`);
  for (const change of changes.components) {
    const claim = change.kind === 'created' ? claimCreated(change, everybody).claim : claimComponent(change, everybody);
    if (later(claim)) questionable.add(`metadata:${keyText(change)}`);
  }
  for (const change of changes.records) {
    const claims =
      change.kind === 'updated'
        ? [...claimFields(change, everybody).values()]
        : change.kind === 'inserted'
          ? [claimInserted(change, everybody).claim]
          : [];
    const gone = change.kind === 'deleted' && Boolean(everybody.after?.rows.get(change.id));
    if (gone || (claims.length > 0 && claims.every(later))) questionable.add(`record:${change.object}:${change.id}`);
  }
  const counts = new Map<string, number>();
  for (const { target, author } of targetsOf(changes)) {
    const who = atThatTime(target, author, everybody.after);
    if (who.userId === undefined || questionable.has(target) || !inWindow(everybody.window, who.at)) continue;
    counts.set(who.userId, (counts.get(who.userId) ?? 0) + 1);
  }
  return counts;
}

/** Changes that came only after the deployment was over. */
function later(claim: ReturnType<typeof claimComponent>): boolean {
  return !claim.ours && ['changedLater', 'createdLater', 'deletedLater'].includes(claim.kind);
}

/** Who had changed it when the following snapshot was taken. */
function atThatTime(target: string, author: Author, after: AfterState | undefined): Author {
  if (!after) return author;
  const flow = after.flows.get(target.replace(/^flow:/, ''));
  if (target.startsWith('flow:') && flow) {
    const version = versionOf(flow, flow.activeVersion ?? flow.latestVersion);
    return version ? { userId: version.lastModifiedById, at: version.lastModifiedAt } : author;
  }
  const row = after.rows.get(target.split(':').at(-1) ?? '');
  if (row) return { userId: row.LastModifiedById ?? undefined, at: row.LastModifiedDate ?? undefined };
  const component = after.components.get(target.replace(/^metadata:/, ''));
  return component ? editorThen(component, author, after) : author;
}
