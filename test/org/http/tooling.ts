import { OrgError } from '../engine/contracts.js';
import { activeVersion, apiName } from '../engine/flows/flowStore.js';
import type { MetadataSide } from '../engine/metadata/metadataSide.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import { describeHead, describeObject } from '../engine/schema/describe.js';
import { planTests, runTests } from '../engine/metadata/testRun.js';
import { runQuery } from '../engine/soql/runQuery.js';
import { refusal } from './refusal.js';
import { compileProblem } from './soapApex.js';
import { answerQuery, pageAnswer } from './restQuery.js';
import type { OrgRequest, OrgResponse, Router } from './router.js';

const BASE = '/services/data/v:version/tooling';

/** The Tooling API: queries, descriptions, flows, and the stubs of what needs an Apex machine. */
export function registerTooling(router: Router, org: PracticeOrg, side: MetadataSide): void {
  router.get(`${BASE}/query`, (request) => answerQuery(org, request, 'tooling', false));
  router.get(`${BASE}/query/:locator`, ({ user, version, params }) =>
    pageAnswer(org.cursors.read(user.id, params['locator'] ?? ''), `/services/data/v${version}/tooling/query`)
  );
  router.get(`${BASE}/sobjects`, ({ version }) => {
    const sobjects = org.tables.list('tooling').map((table) => describeHead(table.schema, version));
    return { status: 200, body: { encoding: 'UTF-8', maxBatchSize: 200, sobjects } };
  });
  // An object nobody has, SourceMember without source tracking among them, is a 404.
  router.get(`${BASE}/sobjects/:object/describe`, (request) => ({
    status: 200,
    body: describeObject(org, request.user, schemaOf(org, request), request.version),
  }));
  router.get(`${BASE}/sobjects/:object/:id`, (request) => readRow(org, request));
  router.patch(`${BASE}/sobjects/:object/:id`, (request) => saveRow(side, request));
  router.delete(`${BASE}/sobjects/:object/:id`, (request) => {
    if (nameOf(request) !== 'flow')
      throw new OrgError(
        'METHOD_NOT_ALLOWED',
        `The practice org cannot delete ${request.params['object'] ?? ''} through Tooling`,
        [],
        405
      );
    side.tooling.deleteVersion(request.user, request.params['id'] ?? '');
    return { status: 204 };
  });
  router.post(`${BASE}/composite`, (request) => composite(router, org, side, request));
  router.get(`${BASE}/executeAnonymous`, () => notCompiled());
  router.post(`${BASE}/executeAnonymous`, () => notCompiled());
  router.post(`${BASE}/runTestsSynchronous`, (request) => ({ status: 200, body: testsOf(side, request) }));
  router.post(`${BASE}/runTestsAsynchronous`, (request) => {
    testsOf(side, request);
    return { status: 200, body: org.newId('707') };
  });
}

function nameOf(request: OrgRequest): string {
  return (request.params['object'] ?? '').toLowerCase();
}

function schemaOf(org: PracticeOrg, request: OrgRequest): Parameters<typeof describeObject>[2] {
  const table = org.tables.get('tooling', request.params['object'] ?? '');
  if (table === undefined) throw new OrgError('NOT_FOUND', 'The requested resource does not exist', [], 404);
  return table.schema;
}

/** One row with all its fields, the heavy ones included. */
function readRow(org: PracticeOrg, request: OrgRequest): OrgResponse {
  const schema = schemaOf(org, request);
  const id = (request.params['id'] ?? '').replace(/[^a-zA-Z0-9]/g, '');
  const wanted = request.query.get('fields')?.split(',') ?? schema.fields.map((field) => field.name);
  const answer = runQuery(
    org,
    request.user,
    'tooling',
    `SELECT ${wanted.join(', ')} FROM ${schema.name} WHERE Id = '${id}'`,
    { version: request.version }
  );
  const [record] = answer.records;
  if (record === undefined) throw new OrgError('NOT_FOUND', 'The requested resource does not exist', [], 404);
  return { status: 200, body: record };
}

function saveRow(side: MetadataSide, request: OrgRequest): OrgResponse {
  const metadata = (request.json()['Metadata'] ?? undefined) as Record<string, unknown> | undefined;
  const id = request.params['id'] ?? '';
  switch (nameOf(request)) {
    case 'flowdefinition':
      if (metadata === undefined)
        throw new OrgError(
          'INVALID_FIELD_FOR_INSERT_UPDATE',
          'Unable to create/update fields: only Metadata can be updated on FlowDefinition'
        );
      side.tooling.setActive(request.user, id, metadata);
      return { status: 204 };
    case 'flow':
      if (metadata === undefined)
        throw new OrgError(
          'INVALID_FIELD_FOR_INSERT_UPDATE',
          'Unable to create/update fields: only Metadata can be updated on Flow'
        );
      side.tooling.saveVersion(request.user, id, metadata);
      return { status: 204 };
    default:
      throw new OrgError(
        'METHOD_NOT_ALLOWED',
        `The practice org cannot update ${request.params['object'] ?? ''} through Tooling`,
        [],
        405
      );
  }
}

/** Up to 25 requests, one after the other. With `allOrNone` one failure takes all of them back. */
async function composite(
  router: Router,
  org: PracticeOrg,
  side: MetadataSide,
  request: OrgRequest
): Promise<OrgResponse> {
  const body = request.json() as {
    allOrNone?: boolean;
    compositeRequest?: Array<{ method: string; url: string; body?: unknown; referenceId: string }>;
  };
  const wanted = body.compositeRequest ?? [];
  if (wanted.length > 25) throw new OrgError('LIMIT_EXCEEDED', 'The number of subrequests exceeds the limit of 25');
  const answers: Array<{ body: unknown; httpHeaders: object; httpStatusCode: number; referenceId: string }> = [];
  const before = side.flows.fork();
  for (const inner of wanted) {
    const halted = body.allOrNone === true && answers.some((one) => one.httpStatusCode >= 400);
    const answer = halted
      ? refusal(
          new OrgError(
            'PROCESSING_HALTED',
            'The transaction was rolled back since another operation in the same transaction failed.'
          )
        )
      : await within(router, request, inner);
    answers.push({
      body: answer.body ?? null,
      httpHeaders: {},
      httpStatusCode: answer.status,
      referenceId: inner.referenceId,
    });
  }
  if (body.allOrNone === true && answers.some((one) => one.httpStatusCode >= 400)) {
    takeBack(org, side, before, request.user.id);
    for (const one of answers) {
      if (one.httpStatusCode >= 400) continue;
      one.httpStatusCode = 400;
      one.body = refusal(
        new OrgError(
          'PROCESSING_HALTED',
          'The transaction was rolled back since another operation in the same transaction failed.'
        )
      ).body;
    }
  }
  return { status: 200, body: { compositeResponse: answers } };
}

/** The log cannot forget, so pointers that go back say so. */
function takeBack(org: PracticeOrg, side: MetadataSide, before: MetadataSide['flows'], user: string): void {
  const now = new Map(side.flows.all().map((flow) => [apiName(flow), activeVersion(flow)?.number ?? null]));
  side.flows.adopt(before);
  for (const flow of side.flows.all()) {
    const from = now.get(apiName(flow)) ?? null;
    const to = activeVersion(flow)?.number ?? null;
    if (from !== to)
      org.opLog.append({ kind: 'flowPointer', at: org.clock.now(), user, flow: apiName(flow), from, to });
  }
}

async function within(
  router: Router,
  outer: OrgRequest,
  inner: { method: string; url: string; body?: unknown }
): Promise<OrgResponse> {
  try {
    const url = new URL(inner.url, 'http://inner');
    const match = router.match(inner.method.toUpperCase(), url.pathname);
    const bytes = Buffer.from(inner.body === undefined || inner.body === null ? '' : JSON.stringify(inner.body));
    const { user } = outer;
    return await match.handler({
      method: inner.method.toUpperCase(),
      path: url.pathname,
      query: url.searchParams,
      headers: outer.headers,
      body: bytes,
      params: match.params,
      version: match.params['version'] ?? outer.version,
      baseUrl: outer.baseUrl,
      user,
      text: () => bytes.toString('utf8'),
      json: () => JSON.parse(bytes.toString('utf8') || '{}') as Record<string, unknown>,
    });
  } catch (problem) {
    return refusal(problem);
  }
}

function notCompiled(): OrgResponse {
  return {
    status: 200,
    body: {
      line: 1,
      column: 1,
      compiled: false,
      success: false,
      compileProblem,
      exceptionStackTrace: null,
      exceptionMessage: null,
    },
  };
}

function testsOf(side: MetadataSide, request: OrgRequest): unknown {
  const body = request.json() as { tests?: Array<{ className?: string }>; classNames?: string; testLevel?: string };
  const named = body.tests?.map((one) => one.className ?? '') ?? body.classNames?.split(',').map((one) => one.trim());
  const plan = planTests(
    side.components,
    named === undefined
      ? { testLevel: body.testLevel ?? 'RunLocalTests' }
      : { testLevel: 'RunSpecifiedTests', runTests: named }
  );
  if (plan.kind === 'refused') throw new OrgError('INVALID_INPUT', plan.problem);
  return runTests(side.components, plan.kind === 'run' ? plan.classes : []);
}
