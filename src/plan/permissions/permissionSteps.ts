import { keyText, type ComponentKey } from '../../metadata/component.js';
import type { ParentState } from '../../org/ports/permissions.js';
import type { PermissionChange } from '../../permissions/diffPermissions.js';
import {
  grantsText,
  parentKeyText,
  permissionTarget,
  targetLabel,
  type PermissionParent,
} from '../../permissions/permissionRow.js';
import { componentTypeOf } from '../../permissions/permissionScope.js';
import { conflict, decide, leftOut } from '../choice/choice.js';
import { emptyDraft, type Decisions, type Draft } from '../draft.js';
import { whoseChange, type DeploymentWindow } from '../attribution/permissionAuthor.js';
import type { DraftStep, PermissionItem } from '../rollbackPlan.js';

export interface PermissionFacts {
  /** Parents of the snapshot, and of now, by `parentKeyText`. */
  readonly parentsBefore: ReadonlySet<string>;
  readonly parentsNow: ReadonlyMap<string, ParentState>;
  /** Whether the snapshot holds the parent's file, so that a deleted one can come back. */
  readonly ownsFile: (parent: PermissionParent) => boolean;
  /** When each real deployment ran, by its id. */
  readonly windows: ReadonlyMap<string, DeploymentWindow>;
  /** Steps of the flow and metadata lanes, which take rows along or bring their targets back. */
  readonly steps: readonly DraftStep[];
  /** Components that differ from the snapshot, by `Type:FullName`, and flows that are gone. */
  readonly created: ReadonlySet<string>;
  readonly gone: ReadonlySet<string>;
}

/**
 * Steps of the permission lane: rows that grant more than in the snapshot are cut back, rows that grant less are granted
 * again, each parent by itself. Rows that go or come with a component of the plan need no step of their own.
 */
export function permissionSteps(
  changes: readonly PermissionChange[],
  facts: PermissionFacts,
  decisions: Decisions
): Draft {
  const draft = emptyDraft();
  const rows: DueRow[] = [];
  const staying = new Map<string, string>();
  for (const change of changes) {
    const target = permissionTarget(change.parent, change);
    const skipped = leftOut(decisions.choice, target);
    if (skipped) {
      draft.leftOut.push(skipped);
      continue;
    }
    const fate = fateOf(change, facts);
    if (fate.kind === 'goesAlong') continue;
    if (fate.kind === 'stays') {
      staying.set(fate.target, fate.why);
      continue;
    }
    if (fate.kind === 'manual') {
      draft.manual.push({ target, what: fate.what });
      continue;
    }
    // A row whose target comes or goes by the plan comes or goes with it, whoever wrote it.
    const goesWith = fate.after !== undefined || fate.before !== undefined;
    if (goesWith || belongs(change, facts, decisions, draft, target)) rows.push({ ...fate, change });
  }
  for (const [target, why] of staying) draft.leftOut.push({ target, why });
  draft.steps.push(...stepsOf(rows));
  return draft;
}

/** When a row is written, where that matters: after the step that brings its target back, before the one that deletes it. */
interface Place {
  readonly after?: string;
  readonly before?: string;
}

type DueRow = Place & { readonly change: PermissionChange };

type Fate =
  | ({ readonly kind: 'row' } & Place)
  | { readonly kind: 'goesAlong' }
  | { readonly kind: 'stays'; readonly target: string; readonly why: string }
  | { readonly kind: 'manual'; readonly what: string };

/** What the rest of the plan means for a row. */
function fateOf(change: PermissionChange, facts: PermissionFacts): Fate {
  const { parent } = change;
  const stepOn = (key: ComponentKey, ...operations: ReadonlyArray<DraftStep['operation']>): DraftStep | undefined =>
    facts.steps.find(
      (step) =>
        operations.includes(step.operation) &&
        (step.detail.kind === 'component'
          ? keyText(step.detail).toLowerCase() === keyText(key).toLowerCase()
          : step.detail.kind === 'flow' && key.type === 'Flow' && step.detail.flow === key.fullName)
    );
  const comesBack = (key: ComponentKey): DraftStep | undefined => stepOn(key, 'recreateComponent', 'redeployFlow');
  const own: ComponentKey = { type: parent.kind, fullName: parent.name };
  if (!facts.parentsBefore.has(parentKeyText(parent)) && facts.ownsFile(parent))
    return stepOn(own, 'deleteComponent')
      ? { kind: 'goesAlong' }
      : { kind: 'stays', target: permissionTarget(parent), why: `${parent.name} was created since and stays` };
  if (!facts.parentsNow.has(parentKeyText(parent))) {
    const back = stepOn(own, 'recreateComponent');
    if (back) {
      // Its rows come back with its file, but for those about what stays away; who has it does not.
      const away = targetsOf(change).find((key) => facts.gone.has(keyText(key)) && !comesBack(key));
      if (away) return staysAway(change, away);
      return change.kind === 'User' ? { kind: 'row', after: back.key } : { kind: 'goesAlong' };
    }
    return facts.ownsFile(parent)
      ? { kind: 'stays', target: permissionTarget(parent), why: `${parent.name} was deleted since and stays deleted` }
      : {
          kind: 'manual',
          what: `${parent.name} was deleted since, and the snapshot does not hold it. Create it again, then plan again.`,
        };
  }
  for (const key of targetsOf(change)) {
    const deletion = facts.created.has(keyText(key)) ? stepOn(key, 'deleteComponent') : undefined;
    // Most orgs drop such rows by themselves; some refuse to delete what a permission set names.
    if (deletion)
      return parent.kind === 'PermissionSet' ? { kind: 'row', before: deletion.key } : { kind: 'goesAlong' };
    if (!facts.gone.has(keyText(key))) continue;
    const back = comesBack(key);
    return back ? { kind: 'row', after: back.key } : staysAway(change, key);
  }
  return { kind: 'row' };
}

/** The components that a row is about; none where it is about something else. */
function targetsOf(change: PermissionChange): ComponentKey[] {
  const type = componentTypeOf(change.kind);
  if (type === undefined) return [];
  const own = { type, fullName: change.target };
  if (change.kind !== 'Field') return [own];
  return [own, { type: 'CustomObject', fullName: change.target.slice(0, change.target.indexOf('.')) }];
}

function staysAway(change: PermissionChange, { fullName }: ComponentKey): Fate {
  return {
    kind: 'stays',
    target: permissionTarget(change.parent, change),
    why: `${fullName} was deleted since and stays deleted`,
  };
}

/** Whether the plan takes the change back: the deployers' own, or a conflict that is to be restored. */
function belongs(
  change: PermissionChange,
  facts: PermissionFacts,
  decisions: Decisions,
  draft: Draft,
  target: string
): boolean {
  const whose = whoseChange(change, facts.parentsNow.get(parentKeyText(change.parent)), facts.windows, decisions);
  if (whose.kind === 'deployers') return true;
  const { decision } = decide(decisions.choice, target);
  draft.conflicts.push(
    conflict(
      target,
      whose.userId === undefined ? 'unknownAuthor' : 'changedByOther',
      grantsText(change.baseline),
      `grants ${grantsText(change.now)} now, ${grantsText(change.baseline)} in the snapshot; changed`,
      { userId: whose.userId, at: whose.at },
      decision,
      decisions.names
    )
  );
  return decision === 'restore';
}

/** One step per parent and direction; rows that have to wait, or on which others wait, have a step of their own. */
function stepsOf(rows: readonly DueRow[]): DraftStep[] {
  const groups = Map.groupBy(rows, ({ change, after, before }) =>
    [
      operationOf(change),
      change.parent.kind,
      change.parent.name,
      ...(after === undefined ? [] : [`after ${after}`]),
      ...(before === undefined ? [] : ['first']),
    ].join(':')
  );
  return [...groups].map(([key, group]) => {
    const [{ change: first, after }] = group as [DueRow];
    const operation = operationOf(first);
    return {
      key: `permissions:${key}`,
      lane: 'permissions',
      operation,
      fallbacks: [],
      target: permissionTarget(first.parent),
      count: group.length,
      risk: 'lossless',
      reason: `${operation === 'revokePermission' ? 'granted' : 'taken away'} since: ${namesOf(group.map(({ change }) => change))}`,
      detail: {
        kind: 'permissions',
        parent: first.parent,
        rows: group.map(({ change }): PermissionItem => ({
          kind: change.kind,
          target: change.target,
          before: [...change.now],
          after: [...change.baseline],
        })),
        place: { after: after ?? null, before: [...new Set(group.flatMap(({ before }) => before ?? []))] },
      },
    };
  });
}

/** Whatever takes a right away is a revocation, also where the same row gets another one back. */
function operationOf(change: PermissionChange): 'grantPermission' | 'revokePermission' {
  return change.now.some((grant) => !change.baseline.includes(grant)) ? 'revokePermission' : 'grantPermission';
}

function namesOf(changes: readonly PermissionChange[]): string {
  const names = changes.slice(0, 3).map(targetLabel);
  return changes.length > 3 ? `${names.join(', ')} and ${changes.length - 3} more` : names.join(', ');
}
