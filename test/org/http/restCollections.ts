import { OrgError } from '../engine/contracts.js';
import { to18 } from '../engine/ids.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import type { WriteRequest, WriteResult } from '../engine/records/recordDoor.js';
import { queryScope } from '../engine/soql/runQuery.js';
import { toRecord } from '../engine/soql/selection.js';
import { findSource } from '../engine/soql/sources.js';
import { noSuchResource } from '../engine/schema/describe.js';
import { writeOptions } from './callHeaders.js';
import { fieldNamed } from './restRecords.js';
import type { OrgRequest, OrgResponse, Router } from './router.js';

const most = 200;
const mostChunks = 10;

interface SentRecord {
  readonly attributes?: { readonly type?: string };
  readonly id?: string;
  readonly Id?: string;
  readonly [field: string]: unknown;
}

/** Up to 200 records in one transaction, answered in the order they were sent. */
export function registerCollectionRoutes(router: Router, org: PracticeOrg): void {
  const path = '/services/data/v:version/composite/sobjects';
  router.post(path, (request) => {
    const { records, allOrNone } = sentRecords(request);
    return written(
      org,
      request,
      records.map((record) => ({ operation: 'insert', object: typeOf(record), values: insertValues(record) })),
      allOrNone
    );
  });
  router.patch(path, (request) => {
    const { records, allOrNone } = sentRecords(request);
    return written(
      org,
      request,
      records.map((record) => ({
        operation: 'update',
        object: typeOf(record),
        id: String(record.id ?? record.Id ?? ''),
        values: fieldsOf(record),
      })),
      allOrNone
    );
  });
  router.delete(path, (request) => {
    const ids = (request.query.get('ids') ?? '').split(',').filter((id) => id !== '');
    refuseTooMany(ids.length);
    return written(
      org,
      request,
      ids.map((id) => ({ operation: 'delete', id })),
      request.query.get('allOrNone') === 'true'
    );
  });
  router.patch(`${path}/:object/:field`, (request) => {
    const { records, allOrNone } = sentRecords(request);
    const { object = '', field = '' } = request.params;
    const requests = records.map((record): WriteRequest => {
      const key = Object.entries(record).find(([name]) => name.toLowerCase() === field.toLowerCase())?.[1];
      return { operation: 'upsert', object, keyField: field, key, values: fieldsOf(record) };
    });
    return written(org, request, requests, allOrNone, true);
  });
  router.get(`${path}/:object`, (request) => {
    const list = (name: string): string[] => (request.query.get(name) ?? '').split(',').filter((part) => part !== '');
    return retrieveMany(org, request, list('ids'), list('fields'));
  });
  router.post(`${path}/:object`, (request) => {
    const body = request.json() as { ids?: string[]; fields?: string[] };
    return retrieveMany(org, request, body.ids ?? [], body.fields ?? []);
  });
}

function sentRecords(request: OrgRequest): { records: SentRecord[]; allOrNone: boolean } {
  const body = request.json();
  const records = body['records'];
  if (!Array.isArray(records)) throw new OrgError('JSON_PARSER_ERROR', 'The records list is missing');
  refuseTooMany(records.length);
  const kinds = records.map((record) => String((record as SentRecord).attributes?.type ?? '').toLowerCase());
  const chunks = kinds.filter((kind, index) => index === 0 || kind !== kinds[index - 1]).length;
  if (chunks > mostChunks)
    throw new OrgError(
      'INVALID_BATCH_OPERATION',
      `cannot have more than ${mostChunks} chunks of different sObject types in a single call`
    );
  return { records: records as SentRecord[], allOrNone: body['allOrNone'] === true };
}

function refuseTooMany(count: number): void {
  if (count > most)
    throw new OrgError(
      'EXCEEDED_MAX_SIZE_REQUEST',
      `record limit reached. cannot submit more than ${most} records into this call`
    );
}

function typeOf(record: SentRecord): string {
  const type = record.attributes?.type;
  if (type === undefined) throw new OrgError('INVALID_FIELD', 'The attributes.type of a record is missing');
  return type;
}

function fieldsOf(record: SentRecord): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).filter(([name]) => name !== 'attributes' && name.toLowerCase() !== 'id')
  );
}

function insertValues(record: SentRecord): Record<string, unknown> {
  const id = record.id ?? record.Id;
  return { ...fieldsOf(record), ...(id === undefined ? {} : { Id: id }) };
}

function written(
  org: PracticeOrg,
  request: OrgRequest,
  requests: readonly WriteRequest[],
  allOrNone: boolean,
  upsert = false
): OrgResponse {
  return {
    status: 200,
    body: org.records
      .write(request.user, requests, allOrNone, writeOptions(request))
      .map((result) => resultBody(result, upsert)),
  };
}

function resultBody(result: WriteResult, upsert: boolean): Record<string, unknown> {
  if (result.success)
    return { id: result.id, success: true, errors: [], ...(upsert ? { created: result.created } : {}) };
  const { error, id } = result;
  return {
    ...(id === undefined ? {} : { id }),
    success: false,
    errors: [{ statusCode: error.code, message: error.message, fields: error.fields }],
  };
}

/** Records in the order of the ids, null for each that is not there. */
function retrieveMany(
  org: PracticeOrg,
  request: OrgRequest,
  ids: readonly string[],
  names: readonly string[]
): OrgResponse {
  if (ids.length > 2000)
    throw new OrgError('EXCEEDED_MAX_SIZE_REQUEST', 'cannot retrieve more than 2000 records in this call');
  const scope = queryScope(org, request.user, 'data', '', { version: request.version });
  const source = findSource(scope, request.params['object'] ?? '');
  if (source === undefined) throw noSuchResource();
  const selected = names.map((name) => ({ kind: 'field' as const, field: fieldNamed(source, name) }));
  const records = ids.map((id) => {
    const full = to18(id);
    const row = full === undefined ? undefined : source.byId(full);
    return row === undefined ? null : toRecord(scope, source, selected, row);
  });
  return { status: 200, body: records };
}
