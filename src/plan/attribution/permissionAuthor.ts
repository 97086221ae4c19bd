import type { ParentState } from '../../org/ports.js';
import type { PermissionChange } from '../../permissions/diffPermissions.js';
import { permissionKeyText, sameGrants } from '../../permissions/permissionRow.js';
import { inWindow, isOurTouch, isTaken, type Touch } from './attribution.js';
import type { Decisions } from '../draft.js';

/** From the start to the end of a deployment, as the org's clock has it. */
export interface DeploymentWindow {
  readonly from: string;
  readonly to: string;
}

/** Whose a change of a permission row is. `other` without a user: nobody knows. */
export type Whose =
  | { readonly kind: 'deployers' }
  | { readonly kind: 'other'; readonly userId: string | undefined; readonly at: string | undefined };

/**
 * Rows of permissions bear no name. A snapshot taken right after the deployment tells what it left: that is the deployers'
 * as long as it still stands, unless the row's time then says that none of the deployments that are taken back was running
 * when it was changed. Without one a change is theirs when their deployment changed the parent, and the row's own time lies
 * within it. Of a row that is gone, and of user permissions, the org keeps no time at all, with such a snapshot or without:
 * then only their deployments must have changed the parent, and nothing after them. Anything else is nobody's, and so a
 * conflict: it may be a colleague's.
 */
export function whoseChange(
  change: PermissionChange,
  parent: ParentState | undefined,
  windows: ReadonlyMap<string, DeploymentWindow>,
  { attribution }: Pick<Decisions, 'attribution'>
): Whose {
  const at = change.modifiedAt ?? parent?.lastModifiedAt;
  const nobody: Whose = { kind: 'other', userId: undefined, at: change.modifiedAt };
  if (attribution.source === 'everybody')
    return inWindow(attribution.window, at) ? { kind: 'deployers' } : { ...nobody, at };
  const touches = attribution.touches.get(`${change.parent.kind}:${change.parent.name}`) ?? [];
  const then = attribution.after?.permissions.get(permissionKeyText(change));
  if (then !== undefined) {
    if (!sameGrants(then.grants, change.now) || sameGrants(then.grants, change.baseline)) return nobody;
    // It may have been changed by hand between the two snapshots, before the deployment or after it, or by a deployment
    // that is not taken back.
    const seen = then.modifiedAt ?? parent?.lastModifiedAt;
    const ranThen = (touch: Touch): boolean => ran(windows.get(touch.deploymentId), seen);
    const others = touches.filter((touch) => !isOurTouch(attribution, touch));
    const byOurs =
      then.modifiedAt === undefined
        ? others.length === 0 && touches.some(ranThen)
        : [...windows].some(([id, window]) => isTaken(attribution, id) && ran(window, seen)) && !others.some(ranThen);
    if (windows.size > 0 && !byOurs) return nobody;
    // Where single deployments are named, the others may have changed it just as well.
    const named = attribution.source !== 'items' || touches.every((touch) => isOurTouch(attribution, touch));
    return named && (attribution.source !== 'items' || touches.length > 0) ? { kind: 'deployers' } : nobody;
  }
  const during = (touch: Touch): boolean => ran(windows.get(touch.deploymentId), at);
  // A deployment that ran at that time and says that it changed the parent; the last one, where two overlap.
  const witness = touches.findLast(during);
  if (witness === undefined) return nobody;
  const alone = change.modifiedAt !== undefined || touches.every((touch) => isOurTouch(attribution, touch));
  return isOurTouch(attribution, witness) && alone
    ? { kind: 'deployers' }
    : { kind: 'other', userId: alone ? witness.userId : undefined, at };
}

/** Whether a deployment was running then. The org's times have whole seconds in some places and parts of them in others. */
function ran(window: DeploymentWindow | undefined, at: string | undefined): boolean {
  if (window === undefined || at === undefined) return false;
  const second = (iso: string): number => Math.floor(Date.parse(iso) / 1000);
  return second(at) >= second(window.from) && second(at) <= second(window.to);
}
