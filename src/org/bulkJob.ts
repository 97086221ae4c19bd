import { isRecordId } from '../model/ids.js';
import { parseRecord } from '../records/csvRecords.js';
import { badAnswer } from './orgRequestError.js';

/** What every Bulk API 2.0 job says of itself. */
interface BulkJob {
  readonly id: string;
  readonly state: string;
}

/** The answer about a job, if it is one, and about the one that was asked for. */
export function checkedJob<T extends BulkJob>(job: T, id?: string): T {
  const is = String(job?.id);
  if (!isRecordId(is) || !is.startsWith('750') || typeof job.state !== 'string')
    throw badAnswer('a job was answered with something that is no job');
  if (id !== undefined && is.slice(0, 15) !== id.slice(0, 15)) throw badAnswer(`job ${id} was answered with job ${is}`);
  return job;
}

/** The cells of one line of a job's results; a line that is no CSV came damaged. */
export function resultCells(record: Buffer, jobId: string): string[] {
  try {
    return parseRecord(record);
  } catch (error) {
    throw badAnswer(`a line of the results of job ${jobId} is damaged: ${(error as Error).message}`);
  }
}
