import { keyText } from '../../metadata/component.js';
import type { Finding } from '../../model/finding.js';
import { plural } from '../../model/plural.js';
import type { Deployment } from '../../org/ports/history.js';
import type { PermissionReading } from '../../org/ports/permissions.js';
import type { PermissionChange } from '../../permissions/diffPermissions.js';
import { parentKeyText, permissionTarget, type PermissionParent } from '../../permissions/permissionRow.js';
import type { PermissionsPart } from '../../permissions/permissionsPart.js';
import { coversParent } from '../../permissions/permissionScope.js';
import type { ChangeSet } from '../changeSet.js';
import { isReal } from '../attribution/attribution.js';
import { isAskedFor } from './assignedSets.js';
import { emptyDraft, type Decisions, type Draft } from '../draft.js';
import { permissionSteps, type PermissionFacts } from './permissionSteps.js';
import type { DraftStep } from '../rollbackPlan.js';

/** The permission rows of the snapshot's scope as they are now, against what they were. */
export interface PermissionsNow {
  /** Undefined when the snapshot covers no permission rows. */
  readonly reading: PermissionReading | undefined;
  readonly changes: readonly PermissionChange[];
  /** Assignments to users that differ: recorded, and taken back only where somebody asks. */
  readonly assignments: readonly PermissionChange[];
}

export interface PermissionContext {
  readonly changes: Pick<ChangeSet, 'flows' | 'components' | 'permissions'>;
  readonly permissions: PermissionsNow;
  readonly deployments: readonly Deployment[];
}

/**
 * The permission lane of a plan. `steps` are those of the flow and metadata lanes. Assignments to users are in it only
 * where `--resolve` asks for them; those that differ otherwise are named.
 */
export function permissionDraft(
  before: PermissionsPart | undefined,
  { changes, permissions, deployments }: PermissionContext,
  steps: readonly DraftStep[],
  decisions: Decisions
): Draft {
  if (!before || !permissions.reading) return emptyDraft();
  const ofKind = (kind: string): string[] =>
    changes.components.filter((change) => change.kind === kind).map((change) => keyText(change));
  const flows = changes.flows.filter((change) => change.now === undefined).map((change) => `Flow:${change.flow}`);
  const facts: PermissionFacts = {
    parentsBefore: new Set(before.parents.map(parentKeyText)),
    parentsNow: new Map(permissions.reading.parents.map((parent) => [parentKeyText(parent), parent])),
    ownsFile: (parent) => coversParent(before.scope, parent),
    windows: new Map(
      deployments
        .filter(isReal)
        .flatMap(({ id, startedAt, completedAt }) =>
          completedAt === null ? [] : [[id, { from: startedAt ?? completedAt, to: completedAt }] as const]
        )
    ),
    steps,
    created: new Set(ofKind('created')),
    gone: new Set([...ofKind('deleted'), ...flows]),
  };
  const asked = permissions.assignments.filter((change) =>
    isAskedFor(decisions.choice, permissionTarget(change.parent, change))
  );
  const draft = permissionSteps(changes.permissions, facts, decisions);
  const everybody: Decisions = {
    ...decisions,
    choice: { ...decisions.choice, resolve: [] },
    attribution: { ...decisions.attribution, source: 'everybody' },
  };
  // A created set can be deleted only when nobody has it any more: its assignments do not go along, they go first.
  const assignments = permissionSteps(
    asked,
    { ...facts, parentsBefore: new Set([...facts.parentsBefore, ...facts.parentsNow.keys()]) },
    everybody
  );
  return {
    steps: [...draft.steps, ...assignments.steps.map((step) => ({ ...step, key: `${step.key}:users` }))],
    conflicts: draft.conflicts,
    manual: [...draft.manual, ...assignments.manual],
    leftOut: [...draft.leftOut, ...assignments.leftOut],
    findings: assignmentFindings(
      permissions.assignments.filter((change) => !asked.includes(change)).map((change) => change.parent)
    ),
  };
}

function assignmentFindings(parents: readonly PermissionParent[]): Finding[] {
  return [...Map.groupBy(parents, (parent) => permissionTarget(parent))].map(([target, list]) => ({
    code: 'assignmentsChanged',
    severity: 'info',
    subject: target,
    message: `${plural(list.length, 'assignment')} to users changed since the snapshot. Assignments are not taken back unless asked.`,
    action: `Plan with --resolve "${target}:User:*=restore".`,
  }));
}
