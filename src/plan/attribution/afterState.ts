import type { FlowEntry } from '../../flow/flowVersion.js';
import { versionMember } from '../../flow/flowVersion.js';
import type { ComponentState } from '../../metadata/component.js';
import type { PermissionRow } from '../../permissions/permissionRow.js';
import type { ValueRow } from '../../records/fieldValue.js';
import type { Author } from '../changeSet.js';

/**
 * How the changed things stood right after the deployment, by a snapshot that follows the baseline. What it does not cover
 * is not in here, and is attributed as if there were no such snapshot.
 */
export interface AfterState {
  readonly snapshotId: string;
  /** The org's clock when it was begun and done. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Flows by name; null: covered, and not there. */
  readonly flows: ReadonlyMap<string, FlowEntry | null>;
  /** Digests of flow bodies by `Name-3`. */
  readonly flowBodies: ReadonlyMap<string, string>;
  /** Components by `Type:FullName`; null: covered, and not there. */
  readonly components: ReadonlyMap<string, ComponentState | null>;
  /** Permission rows by `permissionKeyText`; without grants: covered, and not there. */
  readonly permissions: ReadonlyMap<string, Pick<PermissionRow, 'grants' | 'modifiedAt'>>;
  /** Objects it covers. */
  readonly objects: ReadonlySet<string>;
  /** Rows by Id; null: its object is covered, and the row was not there. */
  readonly rows: ReadonlyMap<string, ValueRow | null>;
}

/** What runs of a flow, as a word that is equal exactly when the same runs. */
export function runsAs(flow: FlowEntry | null | undefined, bodies: ReadonlyMap<string, string>): string {
  if (!flow) return 'absent';
  if (flow.activeVersion === null) return 'inactive';
  // Another number with the same body runs the same.
  return bodies.get(versionMember(flow.name, flow.activeVersion)) ?? `version ${flow.activeVersion}`;
}

/**
 * Who had edited a component last when the following snapshot was taken. That snapshot may not say it of a member that came
 * with its container: then it is the last editor of now, if that edit is not younger than the snapshot.
 */
export function editorThen(then: ComponentState, now: Author, after: AfterState): Author {
  if (then.lastModifiedById !== undefined) return { userId: then.lastModifiedById, at: then.lastModifiedAt };
  const stood = now.at !== undefined && Date.parse(now.at) <= Date.parse(after.finishedAt);
  return stood ? now : { userId: undefined, at: undefined };
}
