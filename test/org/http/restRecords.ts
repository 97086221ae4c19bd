import { OrgError, type ObjectSchema, type Row } from '../engine/contracts.js';
import { instantOf } from '../engine/clock.js';
import { to18 } from '../engine/ids.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import type { PracticeField } from '../engine/schema/fieldNotation.js';
import { noSuchResource } from '../engine/schema/describe.js';
import { queryScope } from '../engine/soql/runQuery.js';
import { toRecord } from '../engine/soql/selection.js';
import { findSource, type Source } from '../engine/soql/sources.js';
import { writeOptions } from './callHeaders.js';
import { notModifiedSince } from './conditionalGet.js';
import { requestedObject } from './restDescribe.js';
import type { OrgRequest, Router } from './router.js';

/** Single records by id or by external id. */
export function registerRecordRoutes(router: Router, org: PracticeOrg): void {
  const one = '/services/data/v:version/sobjects/:object/:id';
  const byKey = '/services/data/v:version/sobjects/:object/:field/:value';

  router.post('/services/data/v:version/sobjects/:object', (request) => {
    const name = writableName(org, request);
    const { id } = org.records.writeOne(
      request.user,
      { operation: 'insert', object: name, values: request.json() },
      writeOptions(request)
    );
    return { status: 201, body: { id, success: true, errors: [] } };
  });
  router.get(one, (request) => {
    const source = sourceOf(org, request);
    const row = existingRow(source, request.params['id'] ?? '');
    if (notModifiedSince(request, instantOf(String(row['LastModifiedDate'] ?? '')))) return { status: 304 };
    return { status: 200, body: retrieve(org, request, source, row) };
  });
  router.patch(one, (request) => {
    const name = writableName(org, request);
    const id = request.params['id'] ?? '';
    refuseIfChanged(org, request, name, id);
    org.records.writeOne(
      request.user,
      { operation: 'update', object: name, id, values: withoutId(request.json()) },
      writeOptions(request)
    );
    return { status: 204 };
  });
  router.delete(one, (request) => {
    org.records.writeOne(request.user, {
      operation: 'delete',
      object: writableName(org, request),
      id: request.params['id'] ?? '',
    });
    return { status: 204 };
  });
  router.get(byKey, (request) => {
    const source = sourceOf(org, request);
    return { status: 200, body: retrieve(org, request, source, rowByKey(org, requestedObject(org, request), request)) };
  });
  router.patch(byKey, (request) => {
    const { field = '', value = '' } = request.params;
    const result = org.records.writeOne(
      request.user,
      {
        operation: 'upsert',
        object: writableName(org, request),
        keyField: field,
        key: value,
        values: request.json(),
      },
      writeOptions(request)
    );
    return {
      status: result.created ? 201 : 200,
      body: { id: result.id, success: true, errors: [], created: result.created },
    };
  });
  router.delete(byKey, (request) => {
    const row = rowByKey(org, requestedObject(org, request), request);
    org.records.writeOne(request.user, {
      operation: 'delete',
      object: writableName(org, request),
      id: String(row['Id']),
    });
    return { status: 204 };
  });
}

/** A writer may stand behind an object that the schema does not know. */
function writableName(org: PracticeOrg, request: OrgRequest): string {
  const name = request.params['object'] ?? '';
  return org.writers.get(name.toLowerCase())?.objectName ?? requestedObject(org, request).name;
}

function sourceOf(org: PracticeOrg, request: OrgRequest): Source {
  // The bin is looked into, to tell a deleted record from one that never was.
  const scope = queryScope(org, request.user, 'data', '', { all: true, version: request.version });
  const source = findSource(scope, request.params['object'] ?? '');
  if (source === undefined) throw noSuchResource();
  return source;
}

function existingRow(source: Source, id: string): Row {
  const full = to18(id);
  const row = full === undefined ? undefined : source.byId(full);
  if (row === undefined) throw noSuchResource();
  if (row['IsDeleted'] === true) throw new OrgError('ENTITY_IS_DELETED', 'entity is deleted', [], 404);
  return row;
}

function rowByKey(org: PracticeOrg, object: ObjectSchema, { params }: OrgRequest): Row {
  const field = org.schema.field(object.name, params['field'] ?? '');
  if (field === undefined || (field.externalId !== true && field.idLookup !== true)) {
    throw new OrgError(
      'NOT_FOUND',
      `Provided external ID field does not exist or is not accessible: ${params['field'] ?? ''}`,
      [],
      404
    );
  }
  const rows = org.store
    .rowsWith(object.name, field.name, params['value'] ?? '')
    .filter((row) => row['IsDeleted'] !== true);
  if (rows.length > 1)
    throw new OrgError(
      'MULTIPLE_CHOICES',
      `more than one record found for external id field: [${rows.map((row) => String(row['Id'])).join(', ')}]`,
      [field.name],
      300
    );
  const [row] = rows;
  if (row === undefined) throw noSuchResource();
  return row;
}

function retrieve(org: PracticeOrg, request: OrgRequest, source: Source, row: Row): Record<string, unknown> {
  const names = request.query
    .get('fields')
    ?.split(',')
    .map((name) => name.trim());
  const fields =
    names === undefined
      ? source.fields().filter((field) => !isHeavy(source, field))
      : names.map((name) => fieldNamed(source, name));
  const scope = queryScope(org, request.user, 'data', '', { version: request.version });
  return toRecord(
    scope,
    source,
    fields.map((field) => ({ kind: 'field', field })),
    row
  );
}

function isHeavy(source: Source, field: PracticeField): boolean {
  return source.table?.heavyFields?.includes(field.name) === true;
}

export function fieldNamed(source: Source, name: string): PracticeField {
  const field = source.field(name);
  if (field === undefined)
    throw new OrgError(
      'INVALID_FIELD',
      `No such column '${name}' on entity '${source.schema.name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`
    );
  return field;
}

/** `If-Unmodified-Since` compares with whole seconds and answers 412. */
function refuseIfChanged(org: PracticeOrg, request: OrgRequest, objectName: string, id: string): void {
  const since = request.headers['if-unmodified-since'];
  if (since === undefined) return;
  const row = org.row(objectName, id);
  if (row !== undefined && instantOf(String(row['LastModifiedDate'])) > Date.parse(since)) {
    throw new OrgError('PRECONDITION_FAILED', 'The record was modified since the given time', [], 412);
  }
}

function withoutId(values: Record<string, unknown>): Record<string, unknown> {
  if ('Id' in values)
    throw new OrgError('INVALID_FIELD', 'The Id field should not be specified in the sobject data.', ['Id']);
  return values;
}
