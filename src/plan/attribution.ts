import type { Deployment, DeployReport } from '../org/ports.js';
import { compareKeys, keyText } from '../metadata/component.js';
import { componentTarget, flowTarget } from '../model/selector.js';
import { targetsOf, type ChangeSet } from './changeSet.js';

/** What one deployment did to one component. */
export interface Touch {
  readonly deploymentId: string;
  readonly userId: string;
  readonly at: string | null;
  readonly created: boolean;
  readonly changed: boolean;
  readonly deleted: boolean;
}

/** Whose changes the plan takes back, and how that is known. */
export interface Attribution {
  readonly deployers: ReadonlySet<string>;
  readonly source: 'everybody' | 'named' | 'deployments' | 'onlyAuthor';
  /** Components by `Type:FullName` to what deployments since the snapshot did to them, oldest first. */
  readonly touches: ReadonlyMap<string, readonly Touch[]>;
}

export type AttributionResult =
  | { readonly kind: 'clear'; readonly attribution: Attribution }
  | {
      readonly kind: 'unclear';
      readonly candidates: ReadonlyArray<{ readonly userId: string; readonly changes: number }>;
    };

/** Deployments that really changed something: not check-only, and not failed with everything rolled back. */
export function isReal(deployment: Deployment): boolean {
  return !deployment.checkOnly && (deployment.status === 'Succeeded' || deployment.status === 'SucceededPartial');
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
      touches.set(keyText(component), [...(touches.get(keyText(component)) ?? []), touch]);
    }
  }
  return touches;
}

/**
 * The deployers: everybody when asked; the users named and the authors of the real deployments since the snapshot; if
 * there are none, the only user who changed anything in scope. Anything else is unclear, with the candidates.
 */
export function attribute(
  changes: ChangeSet,
  deployments: readonly Deployment[],
  touches: ReadonlyMap<string, readonly Touch[]>,
  options: { readonly everybody: boolean; readonly named: readonly string[] }
): AttributionResult {
  const real = deployments.filter(isReal);
  const counts = new Map<string, number>();
  for (const { author } of targetsOf(changes))
    if (author.userId) counts.set(author.userId, (counts.get(author.userId) ?? 0) + 1);
  const clear = (source: Attribution['source'], ids: Iterable<string>): AttributionResult => ({
    kind: 'clear',
    attribution: { source, deployers: new Set(ids), touches },
  });
  if (options.everybody) return clear('everybody', counts.keys());
  const authors = [...real.map((deployment) => deployment.createdById as string), ...options.named];
  if (authors.length > 0) return clear(options.named.length > 0 ? 'named' : 'deployments', authors);
  if (counts.size <= 1) return clear('onlyAuthor', counts.keys());
  return {
    kind: 'unclear',
    candidates: [...counts]
      .map(([userId, n]) => ({ userId, changes: n }))
      .sort((a, b) => b.changes - a.changes || (a.userId < b.userId ? -1 : 1)),
  };
}

/** What deployments did outside the snapshot's scope: nothing here can be taken back from this snapshot. */
export function outsideScope(
  touches: ReadonlyMap<string, readonly Touch[]>,
  covers: (type: string, fullName: string) => boolean
): string[] {
  const targets: string[] = [];
  for (const key of touches.keys()) {
    const [type, ...rest] = key.split(':');
    const fullName = rest.join(':');
    if (type && !covers(type, fullName))
      targets.push(
        type === 'Flow' || type === 'FlowDefinition' ? flowTarget(fullName) : componentTarget(type, fullName)
      );
  }
  return targets.sort();
}
