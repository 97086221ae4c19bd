import type { Operation } from '../model/operation.js';

/** What a person calls each operation: the same word in a plan, a run and a report. */
export const OPERATION_WORDS: Record<Operation, string> = {
  activateFlowVersion: 'activate',
  deactivateFlow: 'deactivate',
  redeployFlow: 'redeploy',
  deleteFlowVersion: 'delete version',
  restoreComponent: 'restore',
  recreateComponent: 'create again',
  deactivateComponent: 'switch off',
  deleteComponent: 'delete',
  grantPermission: 'grant',
  revokePermission: 'revoke',
  undeleteRecords: 'undelete',
  insertRecords: 'insert again',
  updateRecords: 'update',
  deleteRecords: 'delete',
  deactivateRecords: 'deactivate',
};

/** A time as people read it and scripts can: ISO 8601 in UTC, whole seconds. Anything else stays as it is. */
export function when(iso: string): string {
  return iso.replace(/\.\d+Z$/, 'Z');
}

export function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** A selector without its lane, where the lane stands above it. */
export function withoutLane(target: string): string {
  return target.replace(/^(flow|metadata|record|permission):/, '');
}

/** What is done with rows that should be in place by then. */
export const ONLY_CHECKED = 'check';
