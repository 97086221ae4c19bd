import type { ParentState, PermissionReading } from '../../org/ports/permissions.js';
import type { Querier, RawRow } from '../../org/ports/queries.js';
import { unlessRefused } from '../../org/ports/refusals.js';
import type { PermissionChange } from '../../permissions/diffPermissions.js';

/**
 * The parents with the time of the last change that anything tells of. Whether a permission set's own time moves when one of
 * its rows is deleted is not known for certain; the Setup Audit Trail names the set in words, with a time. It is asked only
 * where a change bears no time of its own, and only ever holds something back: a set that it names after a deployment was
 * changed by hand since, nobody knows in what. Where it may not be read, the times of the sets are all there is.
 */
export async function withHandChanges(
  org: Pick<Querier, 'query'>,
  reading: PermissionReading,
  changes: readonly PermissionChange[],
  since: string
): Promise<PermissionReading> {
  if (changes.every(({ kind, modifiedAt }) => kind === 'User' || modifiedAt !== undefined)) return reading;
  const soql = `SELECT Id, Display, CreatedDate FROM SetupAuditTrail WHERE CreatedDate >= ${new Date(since).toISOString()}`;
  const trail = (await org.query(soql).catch(unlessRefused)) ?? [];
  return { ...reading, parents: reading.parents.map((parent) => ({ ...parent, ...lastChange(parent, trail) })) };
}

function lastChange(parent: ParentState, trail: readonly RawRow[]): Pick<ParentState, 'lastModifiedAt'> {
  const times = trail
    .filter(({ Display }) => names(String(Display), parent))
    .map(({ CreatedDate }) => Date.parse(String(CreatedDate).replace(/\+0000$/, 'Z')))
    .filter((time) => !Number.isNaN(time));
  if (times.length === 0) return {};
  const last = new Date(Math.max(...times, Date.parse(parent.lastModifiedAt ?? '') || 0)).toISOString();
  return { lastModifiedAt: last };
}

function names(display: string, { name, label }: ParentState): boolean {
  return display.includes(name) || (label !== undefined && label !== '' && display.includes(label));
}
