import { OrgError } from '../engine/contracts.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import { readMultipart } from './multipart.js';
import type { OrgRequest, OrgResponse, Router } from './router.js';

/** Characters of rows that a job takes in the request that creates it. Recalled, not verified. */
const MOST_IN_ONE_REQUEST = 100_000;

/** Bulk API 2.0: query jobs and ingest jobs. */
export function registerBulkRoutes(router: Router, org: PracticeOrg): void {
  registerQueryJobs(router, org);
  registerIngestJobs(router, org);
}

function registerQueryJobs(router: Router, org: PracticeOrg): void {
  const jobs = org.jobs.query;
  const base = '/services/data/v:version/jobs/query';
  router.post(base, ({ user, version, json }) => ({ status: 200, body: jobs.create(user, version, json()) }));
  router.get(base, () => ({ status: 200, body: { done: true, records: jobs.list(), nextRecordsUrl: null } }));
  router.get(`${base}/:id`, ({ params }) => ({ status: 200, body: jobs.poll(params['id'] ?? '') }));
  router.patch(`${base}/:id`, ({ params }) => ({ status: 200, body: jobs.abort(params['id'] ?? '') }));
  router.delete(`${base}/:id`, ({ params }) => {
    jobs.delete(params['id'] ?? '');
    return { status: 204 };
  });
  router.get(`${base}/:id/results`, ({ params, version, query }) => {
    const most = query.get('maxRecords');
    const page = jobs.results(
      params['id'] ?? '',
      version,
      query.get('locator') ?? undefined,
      most === null ? undefined : Number(most)
    );
    return {
      ...csv(page.bytes ?? page.csv),
      headers: { 'Sforce-Locator': page.locator, 'Sforce-NumberOfRecords': String(page.count) },
    };
  });
  router.get(`${base}/:id/resultPages`, ({ params, version, query }) => {
    const pages = jobs.resultPages(params['id'] ?? '', version, query.get('locator') ?? undefined);
    const path = `/services/data/v${version}/jobs/query/${params['id'] ?? ''}`;
    const address = (locator: string | undefined): string =>
      `${path}/results${locator === undefined ? '' : `?locator=${locator}`}`;
    return {
      status: 200,
      body: {
        resultPages: pages.locators.map((locator) => ({ resultUrl: address(locator) })),
        nextRecordUrl: pages.next === undefined ? null : `${path}/resultPages?locator=${pages.next}`,
        done: pages.next === undefined,
      },
    };
  });
}

function registerIngestJobs(router: Router, org: PracticeOrg): void {
  const jobs = org.jobs.ingest;
  const base = '/services/data/v:version/jobs/ingest';
  router.post(base, (request) => {
    const { user, version } = request;
    const whole = jobAndRows(request);
    if (whole === undefined) return { status: 200, body: jobs.create(user, version, request.json()) };
    const id = String(jobs.create(user, version, whole.job)['id']);
    jobs.upload(id, whole.rows);
    return { status: 200, body: jobs.changeState(id, 'UploadComplete') };
  });
  router.get(base, () => ({ status: 200, body: { done: true, records: jobs.list(), nextRecordsUrl: null } }));
  router.get(`${base}/:id`, ({ params }) => ({ status: 200, body: jobs.poll(params['id'] ?? '') }));
  router.put(`${base}/:id/batches`, ({ params, text }) => {
    jobs.upload(params['id'] ?? '', text());
    return { status: 201 };
  });
  router.patch(`${base}/:id`, ({ params, json }) => ({
    status: 200,
    body: jobs.changeState(params['id'] ?? '', json()['state']),
  }));
  router.delete(`${base}/:id`, ({ params }) => {
    jobs.delete(params['id'] ?? '');
    return { status: 204 };
  });
  router.get(`${base}/:id/successfulResults`, ({ params }) => csv(jobs.successfulResults(params['id'] ?? '')));
  router.get(`${base}/:id/failedResults`, ({ params }) => csv(jobs.failedResults(params['id'] ?? '')));
  router.get(`${base}/:id/unprocessedrecords`, ({ params }) => csv(jobs.unprocessedRecords(params['id'] ?? '')));
}

/** A job with its rows in one multipart request; nothing where the request holds the job alone. */
function jobAndRows(request: OrgRequest): { readonly job: Record<string, unknown>; readonly rows: string } | undefined {
  const type = String(request.headers['content-type'] ?? '');
  if (!type.startsWith('multipart/')) return undefined;
  const parts = readMultipart(type, request.body);
  const part = (name: string): string | undefined =>
    parts.find((candidate) => candidate.name === name)?.content.toString('utf8');
  const [job, rows] = [part('job'), part('content')];
  if (job === undefined || rows === undefined)
    throw new OrgError('INVALID_MULTIPART_REQUEST', 'Multipart message must include a part job and a part content');
  if (rows.length > MOST_IN_ONE_REQUEST)
    throw new OrgError('INVALIDJOB', `Content exceeds ${MOST_IN_ONE_REQUEST} characters; upload it on its own`);
  return { job: JSON.parse(job) as Record<string, unknown>, rows };
}

function csv(text: string | Buffer): OrgResponse {
  return { status: 200, body: text, contentType: 'text/csv' };
}
