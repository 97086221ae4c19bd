import type { OrgUser } from '../contracts.js';
import type { Sent } from './saveRules.js';

/**
 * Takes writes to an object whose rows the record store does not keep (permission sets and the like).
 * Each call either does the write and hands back how to take it back, or throws an OrgError.
 */
export interface TableWriter {
  readonly objectName: string;
  readonly keyPrefix: string;
  readonly setup: boolean;
  insert?(user: OrgUser, values: Sent): { readonly id: string; readonly undo: () => void };
  update?(user: OrgUser, id: string, values: Sent): { readonly undo: () => void };
  delete?(user: OrgUser, id: string): { readonly undo: () => void };
}
