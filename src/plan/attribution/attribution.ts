import type { DeployReport } from '../../org/ports/components.js';
import type { Deployment } from '../../org/ports/history.js';
import { compareKeys, keyText } from '../../metadata/component.js';
import { containerOf } from '../../metadata/members.js';
import { componentTarget, flowTarget } from '../../model/selector.js';
import type { AfterState } from './afterState.js';
import type { LoadedRows } from './loadedRows.js';

/** What one deployment did to one component. */
export interface Touch {
  readonly deploymentId: string;
  readonly userId: string;
  readonly at: string | null;
  readonly created: boolean;
  readonly changed: boolean;
  readonly deleted: boolean;
}

/** From when to when changes count, in the org's time; a missing end is open. */
export interface Window {
  readonly since?: string;
  readonly until?: string;
}

/** Whose changes the plan takes back, and how that is known. */
export interface Attribution {
  /**
   * `items`: only what named deployments and loads did, and what named users did. Else users: everybody, named ones
   * besides the deployers, the deployers, or the only one who changed anything.
   */
  readonly source: 'everybody' | 'named' | 'deployments' | 'onlyAuthor' | 'items';
  /** Users whose changes go back because they are theirs. */
  readonly deployers: ReadonlySet<string>;
  readonly window: Window;
  /** Components by `Type:FullName` to what deployments since the snapshot did to them, oldest first. */
  readonly touches: ReadonlyMap<string, readonly Touch[]>;
  /** The deployments that are taken back; undefined: all of them. */
  readonly taken?: ReadonlySet<string>;
  /** Deployments by which runs took the org back, by id to the run: nobody's release, and no trace of anybody's work. */
  readonly wayBack?: ReadonlyMap<string, string>;
  /** Permission rows that plans of earlier runs took for the deployment's, by `permissionKeyText`, with what they granted. */
  readonly claimed?: ReadonlyMap<string, readonly string[]>;
  /** Rows that named loads wrote, by Id. */
  readonly loaded: LoadedRows;
  readonly after?: AfterState;
  /** Nobody but the deployers changed anything in scope, and nothing outside the window: what bears no name is theirs, too. */
  readonly alone: boolean;
  /** Who changed a field is known for certain, not only by the last editor of its row; of a load, only its own columns are. */
  readonly exact: boolean;
}

/** Whether a deployment ran to its end without being check-only and left something behind. */
export function isReal(deployment: Deployment): boolean {
  if (deployment.checkOnly || deployment.completedAt === null) return false;
  if (deployment.status === 'Succeeded' || deployment.status === 'SucceededPartial') return true;
  // Without roll-back on error what went through before the failure stays (Metadata API guide, deploy(), rollbackOnError).
  return !deployment.rollbackOnError && (deployment.componentsDeployed ?? 0) > 0;
}

/** A flow is one thing, whichever of its versions a message names. */
function touchKey(key: { readonly type: string; readonly fullName: string }): string {
  return key.type === 'Flow' ? keyText({ type: key.type, fullName: key.fullName.replace(/-\d+$/, '') }) : keyText(key);
}

export function touchesOf(
  deployments: readonly Deployment[],
  reports: ReadonlyMap<string, DeployReport>
): Map<string, Touch[]> {
  const touches = new Map<string, Touch[]>();
  for (const deployment of deployments) {
    for (const component of [...(reports.get(deployment.id)?.components ?? [])].sort(compareKeys)) {
      if (!component.success || !(component.created || component.changed || component.deleted)) continue;
      const touch = {
        deploymentId: deployment.id,
        userId: deployment.createdById,
        at: deployment.completedAt,
        created: component.created,
        changed: component.changed,
        deleted: component.deleted,
      };
      touches.set(touchKey(component), [...(touches.get(touchKey(component)) ?? []), touch]);
    }
  }
  return touches;
}

export function inWindow(window: Window, at: string | null | undefined): boolean {
  if (window.since === undefined && window.until === undefined) return true;
  if (!at) return false;
  const time = Date.parse(at);
  return (
    (window.since === undefined || time >= Date.parse(window.since)) &&
    (window.until === undefined || time <= Date.parse(window.until))
  );
}

export function isTaken(attribution: Pick<Attribution, 'taken' | 'wayBack'>, deploymentId: string): boolean {
  if (attribution.wayBack?.has(deploymentId)) return false;
  return attribution.taken === undefined || attribution.taken.has(deploymentId);
}

/** Whether what a deployment did to a component goes back with it. */
export function isOurTouch(attribution: Attribution, touch: Touch): boolean {
  if (!isTaken(attribution, touch.deploymentId)) return false;
  return (
    attribution.source === 'items' || attribution.source === 'everybody' || attribution.deployers.has(touch.userId)
  );
}

/** Whether a snapshot's scope holds a component, by itself or inside its container. */
export type Covers = (type: string, fullName: string) => boolean;

export function coverage(scope: {
  readonly flows: 'all' | readonly string[];
  readonly metadata: ReadonlyArray<{ readonly type: string; readonly fullName: string }>;
}): Covers {
  const named = new Set(scope.metadata.map(keyText));
  return (type, fullName) => {
    if (type === 'Flow' || type === 'FlowDefinition')
      return scope.flows === 'all' || scope.flows.includes(fullName.replace(/-\d+$/, ''));
    const container = containerOf(type);
    return (
      named.has(`${type}:*`) ||
      named.has(`${type}:${fullName}`) ||
      // A file that was snapshotted whole is compared whole: what is inside shows as a change of the file.
      (container !== undefined && named.has(`${container}:${fullName.split('.')[0] ?? ''}`))
    );
  };
}

/** Something a deployment touched that the snapshot does not cover. */
export interface Outside {
  /** A SELECTOR. */
  readonly target: string;
  readonly type: string;
  /** Of a flow without the number of its version. */
  readonly fullName: string;
  /** Oldest first. */
  readonly touches: readonly Touch[];
}

/** What deployments did outside the snapshot's scope: nothing here can be taken back from this snapshot. */
export function outsideScope(touches: ReadonlyMap<string, readonly Touch[]>, covers: Covers): Outside[] {
  const found = new Map<string, Outside>();
  for (const [key, ofOne] of touches) {
    const type = key.slice(0, key.indexOf(':'));
    const fullName = key.slice(key.indexOf(':') + 1);
    if (covers(type, fullName)) continue;
    const isFlow = type === 'Flow' || type === 'FlowDefinition';
    const target = isFlow ? flowTarget(fullName) : componentTarget(type, fullName);
    const known = found.get(target)?.touches ?? [];
    found.set(target, { target, type: isFlow ? 'Flow' : type, fullName, touches: [...known, ...ofOne] });
  }
  return [...found.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
}
