import type { PermissionReading } from '../../org/ports/permissions.js';
import { permissionTarget, type PermissionParent } from '../../permissions/permissionRow.js';
import { decide, type Choice } from '../choice/choice.js';
import type { Draft } from '../draft.js';

/**
 * A permission set that somebody has cannot be deleted, and one refusal fails the whole deployment. So a created set that
 * was assigned since stays, as an item for a person, unless `--resolve` takes the assignments back as well.
 */
export function withoutAssignedSets(draft: Draft, reading: PermissionReading | undefined, choice: Choice): Draft {
  if (!reading) return draft;
  const steps: Draft['steps'] = [];
  const manual = [...draft.manual];
  for (const step of draft.steps) {
    const { detail } = step;
    const parent: PermissionParent | undefined =
      step.operation === 'deleteComponent' && detail.kind === 'component' && isAssignable(detail.type)
        ? { kind: detail.type, name: detail.fullName }
        : undefined;
    const holders = parent
      ? reading.rows.filter(
          (row) => row.kind === 'User' && row.parent.kind === parent.kind && row.parent.name === parent.name
        )
      : [];
    if (!parent || holders.every((row) => isAskedFor(choice, permissionTarget(parent, row)))) steps.push(step);
    else
      manual.push({
        target: step.target,
        what: `It stays: it was created since and is assigned to ${holders.length === 1 ? '1 user' : `${holders.length} users`}. Plan with --resolve "${permissionTarget(parent)}:User:*=restore" to take the assignments back and delete it.`,
      });
  }
  return { ...draft, steps, manual };
}

function isAssignable(type: string): type is PermissionParent['kind'] {
  return type === 'PermissionSet' || type === 'PermissionSetGroup';
}

/** Assignments are people's daily work: they go back only where `--resolve` says so, never by `--on-conflict`. */
export function isAskedFor(choice: Choice, target: string): boolean {
  return decide({ ...choice, onConflict: 'keep' }, target).decision === 'restore';
}
