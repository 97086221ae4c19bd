import { instantOf, restDateTime } from '../engine/clock.js';
import { OrgError, type Row } from '../engine/contracts.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import { requestedObject } from './restDescribe.js';
import type { OrgRequest, Router } from './router.js';

const limits: Readonly<Record<string, readonly [max: number, remaining: number]>> = {
  DailyBulkApiBatches: [15_000, 14_990],
  DailyBulkV2QueryJobs: [10_000, 9_990],
  DailyBulkV2QueryFileStorageMB: [976_562, 976_560],
  DailyAsyncApexExecutions: [250_000, 249_999],
  DataStorageMB: [10_240, 9_000],
  FileStorageMB: [10_240, 10_000],
  HourlyTimeBasedWorkflow: [1_000, 1_000],
};

/** Limits, record counts, and what was deleted or changed in a span of time. */
export function registerLimitRoutes(router: Router, org: PracticeOrg): void {
  router.get('/services/data/v:version/limits', () => ({
    status: 200,
    body: {
      DailyApiRequests: {
        Max: org.switches.dailyApiRequests,
        // What others used today; the org itself counts with a delay.
        Remaining: Math.max(0, org.switches.dailyApiRequests - 1_000),
      },
      ...Object.fromEntries(
        Object.entries(limits).map(([name, [max, remaining]]) => [name, { Max: max, Remaining: remaining }])
      ),
    },
  }));
  router.get('/services/data/v:version/limits/recordCount', ({ query }) => {
    const asked =
      query
        .get('sObjects')
        ?.split(',')
        .map((name) => org.schema.get(name.trim())?.name) ?? org.schema.names();
    const counts = asked.filter((name) => name !== undefined).map((name) => ({ count: living(org, name), name }));
    return { status: 200, body: { sObjects: counts.filter(({ count }) => count > 0 || query.has('sObjects')) } };
  });
  router.get('/services/data/v:version/sobjects/:object/deleted', (request) => {
    const rows = changedRows(org, request, (row) => row['IsDeleted'] === true);
    return {
      status: 200,
      body: {
        deletedRecords: rows.map((row) => ({ deletedDate: row['SystemModstamp'], id: row['Id'] })),
        earliestDateAvailable: restDateTime(org.clock.millis() - 15 * 86_400_000),
        latestDateCovered: org.clock.now(),
      },
    };
  });
  router.get('/services/data/v:version/sobjects/:object/updated', (request) => {
    const rows = changedRows(org, request, (row) => row['IsDeleted'] !== true);
    return { status: 200, body: { ids: rows.map((row) => row['Id']), latestDateCovered: org.clock.now() } };
  });
}

function living(org: PracticeOrg, objectName: string): number {
  let count = 0;
  for (const row of org.store.rows(objectName)) if (row['IsDeleted'] !== true) count++;
  return count;
}

/** Seconds of the span are cut off, as the org does. */
function changedRows(org: PracticeOrg, request: OrgRequest, wanted: (row: Row) => boolean): Row[] {
  const object = requestedObject(org, request);
  const [start, end] = ['start', 'end'].map(
    (name) => Math.floor(instantOf(request.query.get(name) ?? '') / 60_000) * 60_000
  );
  if (start === undefined || end === undefined || Number.isNaN(start) || Number.isNaN(end))
    throw new OrgError('INVALID_DATE_FORMAT', 'start and end are required date-times');
  return [...org.store.rows(object.name)].filter((row) => {
    const at = instantOf(String(row['SystemModstamp']));
    return wanted(row) && at >= start && at <= end;
  });
}
