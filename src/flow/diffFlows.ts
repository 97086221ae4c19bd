import { versionOf, type FlowEntry, type FlowsPart } from './flowVersion.js';

/** How a flow differs from the baseline in what it does. Versions added and left inactive are no difference. */
export interface FlowChange {
  readonly flow: string;
  readonly kind: 'created' | 'deleted' | 'activated' | 'deactivated' | 'switched' | 'edited';
  readonly baseline: FlowEntry | undefined;
  readonly now: FlowEntry | undefined;
  /** Who made the version that runs now (or the newest one); undefined when the flow is gone. */
  readonly changedById: string | undefined;
  readonly changedAt: string | undefined;
}

/** The digest of the canonical body of a version now; undefined when it was not read or cannot be. */
export type BodyNow = (flow: string, version: number) => string | undefined;

function kindOf(
  before: FlowEntry,
  now: FlowEntry,
  bodyBefore: string | undefined,
  bodyNow: BodyNow
): FlowChange['kind'] | undefined {
  if (before.activeVersion !== now.activeVersion) {
    if (before.activeVersion === null) return 'activated';
    if (now.activeVersion === null) return 'deactivated';
    // Another number with the same body runs the same: so it is after a redeploy.
    return bodyBefore !== undefined && bodyNow(now.name, now.activeVersion) === bodyBefore ? undefined : 'switched';
  }
  if (before.activeVersion === null) return undefined;
  const body = bodyNow(before.name, before.activeVersion);
  if (bodyBefore !== undefined && body !== undefined && body !== bodyBefore) return 'edited';
  return undefined;
}

/** Every flow that runs something else than in the baseline, by name. */
export function diffFlows(
  baseline: FlowsPart,
  now: readonly FlowEntry[],
  wholeOrg: boolean,
  bodyNow: BodyNow
): FlowChange[] {
  const nowByName = new Map(now.map((flow) => [flow.name, flow]));
  const baselineNames = new Set(baseline.flows.map((flow) => flow.name));
  const bodyBefore = new Map(baseline.bodies.map((body) => [`${body.flow}-${body.version}`, body.digest]));
  const changes: FlowChange[] = [];

  for (const before of baseline.flows) {
    const flow = nowByName.get(before.name);
    if (!flow) {
      changes.push({
        flow: before.name,
        kind: 'deleted',
        baseline: before,
        now: undefined,
        changedById: undefined,
        changedAt: undefined,
      });
      continue;
    }
    const kind = kindOf(before, flow, bodyBefore.get(`${before.name}-${before.activeVersion ?? 0}`), bodyNow);
    if (kind) changes.push({ flow: before.name, kind, baseline: before, now: flow, ...editor(before, flow) });
  }
  const absent = new Set(baseline.absent);
  for (const flow of now) {
    if (baselineNames.has(flow.name) || !(wholeOrg || absent.has(flow.name))) continue;
    changes.push({ flow: flow.name, kind: 'created', baseline: undefined, now: flow, ...editor(undefined, flow) });
  }
  return changes.sort((a, b) => (a.flow < b.flow ? -1 : a.flow > b.flow ? 1 : 0));
}

/**
 * Who switched: the last editor of the version that runs now; of the one that ran, where nothing runs any more. A version
 * whose stamp did not move tells nothing.
 */
function editor(
  before: FlowEntry | undefined,
  now: FlowEntry
): { changedById: string | undefined; changedAt: string | undefined } {
  const version = versionOf(now, now.activeVersion) ?? versionOf(now, before?.activeVersion ?? now.latestVersion);
  const known = version && before ? versionOf(before, version.number) : undefined;
  if (!version || (known && known.lastModifiedAt === version.lastModifiedAt))
    return { changedById: undefined, changedAt: undefined };
  return { changedById: version.lastModifiedById, changedAt: version.lastModifiedAt };
}
