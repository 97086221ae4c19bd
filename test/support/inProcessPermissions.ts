import type { OrgHttp } from '../../src/org/orgHttp.js';
import { PermissionRows } from '../../src/org/permissionRows.js';
import { PermissionWrites } from '../../src/org/permissionWrites.js';
import type { Soap } from '../../src/org/soap.js';
import { OrgError, type OrgUser } from '../org/engine/contracts.js';
import { filePropertiesOf } from '../org/engine/metadata/catalogue.js';
import type { MetadataSide } from '../org/engine/metadata/metadataSide.js';
import { listMetadata } from '../org/engine/metadata/reads.js';
import type { PracticeOrg } from '../org/engine/practiceOrg.js';
import type { WriteRequest } from '../org/engine/records/recordDoor.js';
import { describeObject } from '../org/engine/schema/describe.js';
import { runQuery } from '../org/engine/soql/runQuery.js';

const VERSION = '66.0';

interface Sent {
  readonly attributes: { readonly type: string };
  readonly id?: string;
  readonly [field: string]: unknown;
}

/** Our own adapters of permission rows on an org's engine: only HTTP between them is left out. */
export function permissionsInProcess(
  org: PracticeOrg,
  side: MetadataSide,
  user: OrgUser,
  count: () => void
): { readonly rows: PermissionRows; readonly writes: PermissionWrites } {
  const get = (url: string): unknown => {
    const { pathname, searchParams } = new URL(url, 'http://org.example');
    const object = /\/sobjects\/(\w+)\/describe$/.exec(pathname)?.[1];
    if (object === undefined)
      return runQuery(org, user, pathname.includes('/tooling/') ? 'tooling' : 'data', searchParams.get('q') ?? '');
    const schema = org.tables.get('data', object)?.schema;
    if (schema === undefined) throw new OrgError('NOT_FOUND', `the practice org has no ${object}`);
    return describeObject(org, user, schema, VERSION);
  };
  const batch = (requests: ReadonlyArray<{ readonly url: string }>): unknown => ({
    results: requests.map(({ url }) => {
      try {
        return { statusCode: 200, result: get(url) };
      } catch (error) {
        if (!(error instanceof OrgError)) throw error;
        return { statusCode: 400, result: [{ errorCode: error.code, message: error.message }] };
      }
    }),
  });
  const write = (path: string, method: string, json: unknown): unknown => {
    const ids = (new URL(path, 'http://org.example').searchParams.get('ids') ?? '').split(',');
    const requests: WriteRequest[] =
      method === 'DELETE'
        ? ids.map((id) => ({ operation: 'delete', id }))
        : (json as { records: readonly Sent[] }).records.map(({ attributes, id, ...values }) =>
            method === 'POST'
              ? { operation: 'insert', object: attributes.type, values }
              : { operation: 'update', object: attributes.type, id: id ?? '', values }
          );
    return org.records
      .write(user, requests, false)
      .map((result) =>
        result.success
          ? { id: result.id, success: true, errors: [] }
          : { success: false, errors: [{ statusCode: result.error.code, message: result.error.message }] }
      );
  };
  const http = {
    apiVersion: VERSION,
    json: async (path: string, { method = 'GET', json }: { method?: string; json?: unknown } = {}) => {
      count();
      if (path === '/composite')
        return {
          compositeResponse: (
            json as {
              compositeRequest: ReadonlyArray<{ method: string; url: string; referenceId: string; body?: unknown }>;
            }
          ).compositeRequest.map((one) => ({
            httpStatusCode: 200,
            referenceId: one.referenceId,
            body: write(one.url.replace(/^\/services\/data\/v[\d.]+/, ''), one.method, one.body),
          })),
        };
      return path === '/composite/batch'
        ? batch((json as { batchRequests: ReadonlyArray<{ url: string }> }).batchRequests)
        : path.startsWith('/composite/sobjects')
          ? write(path, method, json)
          : get(path);
    },
  } as unknown as OrgHttp;
  const soap = {
    call: async (_api: string, _operation: string, { queries }: { queries: ReadonlyArray<{ type: string }> }) => {
      count();
      return listMetadata(side.catalogue(), queries).map((component) => filePropertiesOf(component));
    },
  } as unknown as Soap;
  const rows = new PermissionRows(http, soap);
  return { rows, writes: new PermissionWrites(http, rows) };
}
