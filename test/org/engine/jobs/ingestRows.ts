import { OrgError } from '../contracts.js';
import type { WriteRequest } from '../records/recordDoor.js';
import type { JobOrg } from './jobs.js';
import { BatchRefusal, type UploadedRow } from './uploadedRows.js';

/** What an ingest job is to do with its rows. */
export interface IngestTask {
  readonly operation: 'insert' | 'update' | 'upsert' | 'delete' | 'hardDelete';
  readonly object: string;
  readonly externalIdFieldName: string | undefined;
}

/** The write that a row asks for, or why it asks for none. */
export function prepare(job: IngestTask, row: UploadedRow): WriteRequest | OrgError {
  try {
    const values = row.values() as Record<string, unknown>;
    const { Id: _id, ...others } = values;
    switch (job.operation) {
      case 'insert':
        return { operation: 'insert', object: job.object, values };
      case 'update':
        return row.id === ''
          ? missingId('update')
          : { operation: 'update', object: job.object, id: row.id, values: others };
      case 'upsert': {
        const keyField = job.externalIdFieldName ?? 'Id';
        const key = Object.entries(values).find(([name]) => name.toLowerCase() === keyField.toLowerCase())?.[1];
        return {
          operation: 'upsert',
          object: job.object,
          keyField,
          key,
          values: keyField.toLowerCase() === 'id' ? others : values,
        };
      }
      default:
        return row.id === '' ? missingId(job.operation) : { operation: 'delete', object: job.object, id: row.id };
    }
  } catch (error) {
    if (error instanceof OrgError) return error;
    throw error;
  }
}

/** Columns that fail the whole job in an org that treats them so. */
export function refuseColumns(org: JobOrg, job: IngestTask, header: readonly string[]): void {
  if (job.operation === 'delete' || job.operation === 'hardDelete') return;
  if (job.operation === 'insert' && org.switches.bulkInsertEmptyId === 'refused' && header.some(isId))
    throw new BatchRefusal('InvalidBatch : Field name not found : Id');
  if (org.switches.bulkReadOnlyColumn === 'failsRow') return;
  const locked = header.find((name) => {
    const field = isId(name) ? undefined : org.schema.field(job.object, name);
    return field !== undefined && (job.operation === 'insert' ? field.createable : field.updateable) !== true;
  });
  if (locked !== undefined)
    throw new BatchRefusal(
      `InvalidBatch : Unable to create/update fields: ${locked}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`
    );
}

function isId(name: string): boolean {
  return name.toLowerCase() === 'id';
}

function missingId(operation: string): OrgError {
  return new OrgError(
    'MISSING_ARGUMENT',
    `Id not specified in ${operation === 'update' ? 'an update' : 'a delete'} call`
  );
}
