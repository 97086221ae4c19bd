import type { Operation } from '../model/operation.js';

/** What a person calls each operation: the same word in a plan, a run and a report. */
export const OPERATION_WORDS: Record<Operation, string> = {
  activateFlowVersion: 'activate',
  deactivateFlow: 'deactivate',
  redeployFlow: 'redeploy',
  deleteFlowVersion: 'delete version',
  restoreComponent: 'restore',
  recreateComponent: 'create again',
  deleteComponent: 'delete',
  grantPermission: 'grant',
  revokePermission: 'revoke',
  undeleteRecords: 'undelete',
  insertRecords: 'insert again',
  updateRecords: 'update',
  deleteRecords: 'delete',
  deactivateRecords: 'deactivate',
};
