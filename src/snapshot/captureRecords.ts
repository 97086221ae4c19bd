import pLimit from 'p-limit';
import type { Gap } from '../model/finding.js';
import { plural } from '../model/plural.js';
import type { Progress } from '../model/progress.js';
import { Refusal } from '../model/refusal.js';
import type { OrgHistory } from '../org/ports/history.js';
import type { RecordReader } from '../org/ports/records.js';
import { failedJob, isFinalNo } from '../org/ports/refusals.js';
import { fieldNamed, readableFields, unreadableFields, type ObjectDescribe } from '../records/objectDescribe.js';
import { joinTerms, termsOf } from '../records/presets/presetCondition.js';
import { presetNamed } from '../records/presets/presets.js';
import { select } from '../records/soql.js';
import type { StoreFolder } from '../store/ports.js';
import { encryptedShown } from './encryptedShown.js';
import { RecordFileWriter } from './recordFileWriter.js';
import type { ObjectScope } from './scope.js';
import { shrinkHeap } from './shrinkHeap.js';
import type { ObjectPart, SnapshotPart } from './snapshotFormat.js';

/** Objects that are worked on at the same time. */
const PARALLEL_OBJECTS = 10;
const IN_ORDER = ' ORDER BY Id';
/** From so many rows on reading takes longer than making room for it. */
const MANY_ROWS = 50_000;

interface Job {
  readonly soql: string;
  /** With the condition that was used. */
  readonly scope: Omit<ObjectScope, 'where'> & { readonly where: string | undefined };
  readonly describe: ObjectDescribe;
  readonly fields: readonly string[];
  readonly jobId: string;
  readonly startedAt: string;
}

/**
 * Backs up every object of the scope through Bulk API 2.0: all jobs are started before the first is waited for, rows go
 * from the socket to disk in Id order, and each job's rows are counted. An object that a preset names and the org lacks
 * is a limit; one that a person named is a refusal.
 */
export async function captureRecords(
  org: RecordReader & OrgHistory,
  scope: readonly ObjectScope[],
  folder: StoreFolder,
  parts: SnapshotPart[],
  gaps: Gap[],
  progress: Progress
): Promise<ObjectPart[]> {
  if (scope.length === 0) return [];
  const [names, viewsAll] = await Promise.all([org.objectNames(), org.viewsAllData()]);
  if (!viewsAll)
    gaps.push({
      kind: 'rows',
      name: 'all objects',
      severity: 'hole',
      reason: 'the user may not see all rows (View All Data)',
    });
  const present = scope.filter((entry) => {
    if (names.has(entry.object)) return true;
    if (!entry.preset && !entry.optional) throw new Refusal('unknownObject', { tokens: [entry.object] });
    gaps.push({
      kind: 'object',
      name: entry.object,
      severity: 'limit',
      reason: 'the org has no such object, or the user may not see it',
    });
    return false;
  });
  progress.stage('Backing up records', plural(present.length, 'object'));
  const limit = pLimit(PARALLEL_OBJECTS);
  const shown = encryptedShown(org);
  const jobs = (await Promise.all(present.map((entry) => limit(() => startJob(org, entry, gaps, shown))))).filter(
    (job): job is Job => job !== undefined
  );
  const rows = await awaitJobs(org, jobs);
  if ([...rows.values()].reduce((sum, count) => sum + count, 0) >= MANY_ROWS) shrinkHeap();
  let read = 0;
  const objects = await Promise.all(
    jobs.map((job) =>
      limit(async () => {
        const part = await readJob(org, job, rows.get(job.jobId) ?? 0, folder, parts);
        read += 1;
        progress.detail(`${read} of ${plural(jobs.length, 'object')}`);
        return part;
      })
    )
  );
  return objects.sort((a, b) => (a.object < b.object ? -1 : 1));
}

/** Encrypted fields that come as a mask, which is no value and is not saved as one; a gap names each encrypted field. */
async function maskedFields(
  describe: ObjectDescribe,
  shown: () => Promise<boolean>,
  gaps: Gap[]
): Promise<ReadonlySet<string>> {
  const masked = new Set<string>();
  for (const { name, type } of describe.fields.filter(({ encrypted }) => encrypted)) {
    const isMask = type === 'encryptedstring' && !(await shown());
    if (isMask) masked.add(name);
    const reason = isMask
      ? 'encrypted text, of which the org shows this user a mask (View Encrypted Data): not backed up'
      : 'encrypted text: backed up, but neither compared nor put back';
    gaps.push({ kind: 'field', name: `${describe.name}.${name}`, severity: 'limit', reason });
  }
  return masked;
}

async function startJob(
  org: RecordReader,
  scope: ObjectScope,
  gaps: Gap[],
  shown: () => Promise<boolean>
): Promise<Job | undefined> {
  const describe = await org.describe(scope.object);
  for (const field of unreadableFields(describe)) {
    // Compound fields lose nothing: their parts are fields of their own.
    if (field.type === 'base64')
      gaps.push({
        kind: 'field',
        name: `${scope.object}.${field.name}`,
        severity: 'limit',
        reason: 'binary content is not backed up',
      });
  }
  const where = isPresetCondition(scope) ? await conditionHere(org, describe, scope.where ?? '', gaps) : scope.where;
  const masked = await maskedFields(describe, shown, gaps);
  const fields = readableFields(describe).flatMap(({ name }) => (masked.has(name) ? [] : [name]));
  const soql = `${select(fields, scope.object, where)}${IN_ORDER}`;
  try {
    return { scope: { ...scope, where }, describe, fields, soql, ...(await org.startBackup(soql)) };
  } catch (error) {
    if (!isFinalNo(error)) throw error;
    if (!scope.preset)
      throw new Refusal('backupRefused', { tokens: [scope.object, (error as Error).message], cause: error });
    gaps.push({ kind: 'rows', name: scope.object, severity: 'hole', reason: (error as Error).message });
    return undefined;
  }
}

/**
 * Rows by job. A job that fails is tried once more without its order: of a very large table the org may not get done with
 * sorting (a query job that takes too long is ended, Bulk API 2.0 limits), and a file whose rows are in no order holds the
 * same, if for more work to those who look for few of them.
 */
async function awaitJobs(org: RecordReader, jobs: Job[]): Promise<ReadonlyMap<string, number>> {
  for (;;) {
    try {
      return await org.awaitBackups(jobs.map((job) => job.jobId));
    } catch (error) {
      const at = jobs.findIndex((job) => job.jobId === failedJob(error) && job.soql.endsWith(IN_ORDER));
      const job = jobs[at];
      if (!job) throw error;
      const soql = job.soql.slice(0, -IN_ORDER.length);
      jobs[at] = { ...job, soql, ...(await org.startBackup(soql)) };
    }
  }
}

/** A condition that a person added to a preset's is taken as it is. */
function isPresetCondition({ object, where, preset }: ObjectScope): boolean {
  return (
    where !== undefined &&
    preset !== undefined &&
    presetNamed(preset)?.objects.find((entry) => entry.object === object)?.where === where
  );
}

/**
 * A preset's condition as far as this org has its fields: packages add fields over the years, and a row cannot be a copy
 * made by a quote where nothing can say so.
 */
async function conditionHere(
  org: RecordReader,
  describe: ObjectDescribe,
  where: string,
  gaps: Gap[]
): Promise<string | undefined> {
  const terms = termsOf(where);
  const known = await Promise.all(
    terms.map(async ({ path: [first = '', second] }) => {
      if (second === undefined) return fieldNamed(describe, first) !== undefined;
      const lookup = describe.fields.find((field) => field.relationshipName === first);
      const parent = lookup?.referenceTo[0];
      if (parent === undefined) return false;
      return fieldNamed(await org.describe(parent), second) !== undefined;
    })
  );
  terms.forEach(({ text, path }, at) => {
    if (!known[at])
      gaps.push({
        kind: 'field',
        name: `${describe.name}.${path.join('.')}`,
        severity: 'limit',
        reason: `not there or not visible; the preset's condition goes without "${text}"`,
      });
  });
  return joinTerms(terms.filter((_, at) => known[at]));
}

async function readJob(
  org: RecordReader,
  job: Job,
  rows: number,
  folder: StoreFolder,
  parts: SnapshotPart[]
): Promise<ObjectPart> {
  const data = `records/${job.scope.object}.csv.gz`;
  const writer = await RecordFileWriter.open(folder, data);
  try {
    let hasHeader = false;
    await org.readBackup(job.jobId, rows, {
      header: (cells) => {
        hasHeader = true;
        writer.header(cells);
      },
      records: (piece, page) => writer.records(piece, page),
      endOfPage: (page) => writer.endOfPage(page),
    });
    // Without rows some API versions answer with an empty body; the file still says which fields were read.
    if (!hasHeader) writer.header(job.fields);
  } catch (error) {
    await writer.drop();
    throw error;
  }
  const { file, index } = await writer.close();
  const describePath = `records/${job.scope.object}.describe.json`;
  if (index) parts.push(index);
  parts.push({ ...file, rows }, await folder.write(describePath, `${JSON.stringify(job.describe, null, 2)}\n`));
  return {
    object: job.scope.object,
    ...(job.scope.where ? { where: job.scope.where } : {}),
    ...(job.scope.preset ? { preset: job.scope.preset } : {}),
    ...(job.scope.dataset ? { dataset: job.scope.dataset } : {}),
    rows,
    startedAt: job.startedAt,
    fields: [...job.fields],
    data,
    ...(index ? { index: index.path } : {}),
    describe: describePath,
  };
}
