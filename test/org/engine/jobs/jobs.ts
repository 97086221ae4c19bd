import { OrgError, type OrgClock, type OrgUser, type Switchboard } from '../contracts.js';
import type { SaveHooks } from '../records/saveHooks.js';
import type { RecordDoor } from '../records/recordDoor.js';
import type { QueryOrg } from '../soql/sources.js';
import { IngestJobs } from './ingestJobs.js';
import { QueryJobs } from './queryJobs.js';

/** What bulk jobs need of the org. */
export interface JobOrg extends QueryOrg {
  readonly users: readonly OrgUser[];
  readonly clock: OrgClock;
  readonly switches: Switchboard;
  readonly records: RecordDoor;
  readonly hooks: SaveHooks;
  newId(keyPrefix: string): string;
}

/** The Bulk API 2.0 jobs of an org. */
export class Jobs {
  public readonly query: QueryJobs;
  public readonly ingest: IngestJobs;

  public constructor(org: JobOrg) {
    this.query = new QueryJobs(org);
    this.ingest = new IngestJobs(org);
  }
}

export function noSuchJob(id: string): OrgError {
  return new OrgError('INVALIDJOB', `Unable to find object: ${id}`, [], 404);
}

export function wrongState(message: string): OrgError {
  return new OrgError('INVALIDJOBSTATE', message);
}

/** Whether a job that somebody looks at may be done by now. */
export function isDue(job: { readonly polls: number; readonly madeAt: number }, switches: Switchboard): boolean {
  if (switches.jobsStuck || job.polls <= switches.jobPolls) return false;
  return switches.jobMilliseconds === 0 || performance.now() - job.madeAt >= switches.jobMilliseconds;
}
