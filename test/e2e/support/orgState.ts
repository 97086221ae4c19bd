import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FieldValue, OpLogEntry } from '../../org/engine/contracts.js';
import type { PracticeOrg } from '../../org/engine/practiceOrg.js';

export type RecordWrite = Extract<OpLogEntry, { kind: 'recordWrite' }>;

/** Stamps that no client sets: they move with every write, also with the one that takes a change back. */
const AUDIT = new Set([
  'SystemModstamp',
  'LastModifiedDate',
  'LastModifiedById',
  'LastViewedDate',
  'LastReferencedDate',
]);

/** Object to Id to field to value: every living row of the org as it is in its own tables, without audit stamps. */
export type Rows = Record<string, Record<string, Record<string, FieldValue>>>;

/** A deep copy, read past all APIs. */
export function rowsOf(org: PracticeOrg): Rows {
  const rows: Rows = {};
  for (const object of org.schema.names()) {
    const living = [...org.store.rows(object)].filter((row) => row.IsDeleted !== true);
    if (living.length === 0) continue;
    rows[object] = Object.fromEntries(
      living.map((row) => [
        String(row.Id),
        Object.fromEntries(Object.entries(row).filter(([field]) => !AUDIT.has(field))),
      ])
    );
  }
  return structuredClone(rows);
}

/** What changed in the org since its log had `from` lines; requests that changed nothing are left out. */
export function changesSince(org: PracticeOrg, from: number): OpLogEntry[] {
  return org.opLog.entries.slice(from).filter(({ kind }) => kind !== 'request');
}

/** The org's word for a write, to the plan's operation that asks for it. */
const OPERATION_OF: Partial<Record<RecordWrite['operation'], string>> = {
  insert: 'insertRecords',
  update: 'updateRecords',
  delete: 'deleteRecords',
  undelete: 'undeleteRecords',
  cascadeUndelete: 'undeleteRecords',
};

/**
 * Record writes that no item file of the plan names, or with fields it does not name. What the org does by itself when a
 * row comes back from the bin, setting the lookups that its deletion blanked, is its own.
 */
export function writesBeyondPlan(planFolder: string, log: readonly OpLogEntry[]): RecordWrite[] {
  const { steps } = JSON.parse(readFileSync(join(planFolder, 'plan.json'), 'utf8')) as { steps: any[] };
  const planned = new Map<string, string[]>();
  for (const { operation, detail } of steps.filter((step) => step.detail.kind === 'records')) {
    for (const line of readFileSync(join(planFolder, detail.items.path), 'utf8').split('\n').filter(Boolean)) {
      const item = JSON.parse(line) as { id: string; after: Record<string, unknown> | null };
      planned.set(`${operation} ${detail.object} ${item.id}`, Object.keys(item.after ?? {}));
    }
  }
  return log.filter((entry): entry is RecordWrite => {
    if (entry.kind !== 'recordWrite' || entry.operation === 'restoreLookup') return false;
    const fields = planned.get(`${OPERATION_OF[entry.operation] ?? entry.operation} ${entry.object} ${entry.id}`);
    if (fields === undefined) return true;
    return entry.operation === 'update' && (entry.fields ?? []).some((field) => !fields.includes(field));
  });
}
