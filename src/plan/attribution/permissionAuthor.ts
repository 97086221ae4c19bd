import type { ParentState } from '../../org/ports/permissions.js';
import type { PermissionChange } from '../../permissions/diffPermissions.js';
import { permissionKeyText, sameGrants } from '../../permissions/permissionRow.js';
import { inWindow, isOurTouch, type Touch } from './attribution.js';
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
 * as long as it still stands, unless the row's time then says that no deployment was running when it was changed. Without one a change is theirs when their deployment changed the parent, and the row's own
 * time lies within it. Of a row that is gone, and of user permissions, the org keeps no time at all: then the parent must
 * not have been changed after the deployment, or a plan that an earlier run began took the row for theirs, and it grants
 * what it did then. Anything else is nobody's, and so a conflict: it may be a colleague's.
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
    // Changed by hand between the two snapshots: before the deployment, or after it and before the second one.
    const byHand =
      then.modifiedAt !== undefined && ![...windows.values()].some((one) => isWithin(then.modifiedAt ?? '', one));
    if (byHand && windows.size > 0) return nobody;
    // Where single deployments are named, the others may have changed it just as well.
    const named = attribution.source !== 'items' || touches.every((touch) => isOurTouch(attribution, touch));
    return named && (attribution.source !== 'items' || touches.length > 0) ? { kind: 'deployers' } : nobody;
  }
  // A run back to this snapshot set out to take it back, and moved the time of its parent with the rows before it.
  const claimed = attribution.claimed?.get(permissionKeyText(change));
  if (claimed && sameGrants(claimed, change.now) && touches.some((touch) => isOurTouch(attribution, touch)))
    return { kind: 'deployers' };
  const during = (touch: Touch): boolean => {
    const window = windows.get(touch.deploymentId);
    return window !== undefined && at !== undefined && isWithin(at, window);
  };
  // A deployment that ran at that time and says that it changed the parent; the last one, where two overlap.
  const witness = touches.findLast(during);
  if (witness === undefined) return nobody;
  const alone = change.modifiedAt !== undefined || touches.every((touch) => isOurTouch(attribution, touch));
  return isOurTouch(attribution, witness) && alone
    ? { kind: 'deployers' }
    : { kind: 'other', userId: alone ? witness.userId : undefined, at };
}

/** The org's times have whole seconds in some places and parts of them in others. */
function isWithin(at: string, window: DeploymentWindow): boolean {
  const second = (iso: string): number => Math.floor(Date.parse(iso) / 1000);
  return second(at) >= second(window.from) && second(at) <= second(window.to);
}
