import type { FlowEntry } from '../../flow/flowVersion.js';
import { versionMember } from '../../flow/flowVersion.js';
import type { ComponentState } from '../../metadata/component.js';
import type { PermissionRow } from '../../permissions/permissionRow.js';
import type { ValueRow } from '../../records/fieldValue.js';

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
