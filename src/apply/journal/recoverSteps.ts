import { parseRecordId } from '../../model/ids.js';
import { recordTarget } from '../../model/selector.js';
import type { Progress } from '../../model/progress.js';
import type { OrgPorts } from '../../org/ports.js';
import type { IngestJobInfo } from '../../org/ports/history.js';
import type { InsertedRow } from '../../org/ports/records.js';
import { unlessRefused } from '../../org/ports/refusals.js';
import type { RollbackPlan, Step } from '../../plan/rollbackPlan.js';
import { readableFields } from '../../records/objectDescribe.js';
import { both, inList, select, soqlInstant } from '../../records/soql.js';
import type { RunState, StepJob, StepState } from './journal.js';
import { setLeftOvers, takeResults } from '../records/insertRows.js';
import {
  recoverStep,
  type Candidate,
  type JobNow,
  type KnownJob,
  type LostSend,
  type Question,
  type Recovery,
  type StepFacts,
} from './recovery.js';
import { itemOutcome, settle, type RecordStep, type RunContext } from '../runContext.js';
import { pairByValue } from '../records/pairByValue.js';
import { matchRows, readSentRows, type SentRows } from '../records/sentRows.js';

const MINUTE_MS = 60_000;
/** A job whose id got lost was created within the time a request may take, and clocks of one org agree to the second. */
const JUST_AFTER_MS = 10 * MINUTE_MS;
/** How long the org keeps ingest jobs and their results. */
const KEPT_MS = 7 * 24 * 60 * MINUTE_MS;

/**
 * Waits until nothing that this run started in the org is under way any more: what the org says of its targets holds only
 * then. A deployment or job whose id was lost is known by its author and its time.
 */
export async function awaitOwnWork(
  org: OrgPorts,
  plan: RollbackPlan,
  state: RunState,
  progress: Progress
): Promise<void> {
  const { userId } = org.identity;
  const deployments = new Set<string>();
  for (const { jobs, settled } of state.steps.values())
    if (!settled) for (const { job, what } of jobs) if (what !== 'ingest') deployments.add(job);
  if (plan.steps.some((step) => step.detail.kind !== 'records'))
    for (const deployment of await org.deploymentsSince(state.orgTime ?? state.openedAt))
      if (deployment.completedAt === null && deployment.createdById === userId) deployments.add(deployment.id);
  for (const id of deployments) {
    progress.stage('Waiting for what was under way', `deployment ${id}`);
    // One that the org no longer knows is not under way.
    await org.awaitDeploy(id).catch(unlessRefused);
  }
  const objects = new Set(plan.steps.flatMap(({ detail }) => (detail.kind === 'records' ? [detail.object] : [])));
  if (objects.size === 0) return;
  const running = (await org.ingestJobs()).filter(
    (job) => job.createdById === userId && objects.has(job.object) && nowOf(job) === 'running' && isOfRun(job, state)
  );
  for (const { id } of running) {
    progress.stage('Waiting for what was under way', `job ${id}`);
    await org.awaitIngestJob(id);
  }
}

/** Clocks of one org agree to the second; a minute is for those who read them a little earlier. */
function isOfRun(job: IngestJobInfo, state: RunState): boolean {
  return Date.parse(job.createdAt) >= Date.parse(state.orgTime ?? state.openedAt) - MINUTE_MS;
}

/**
 * Settles what a run that was cut off may have left behind in the org, step by step, before anything is written again: takes
 * over the results of its inserts and ends jobs that took no row. Where only a person can tell whether rows were inserted,
 * the items are left in doubt and never sent again. `elsewhere` are jobs of other runs.
 */
export async function recoverSteps(run: RunContext, state: RunState, elsewhere: ReadonlySet<string>): Promise<void> {
  const named = [...state.steps.values()].flatMap(({ jobs }) => jobs);
  const hashes = new Map(named.flatMap((job) => (job.sent === undefined ? [] : [[job.sent, job.sha256] as const])));
  const sent = await readSentRows(run.folder, hashes);
  for (const step of run.plan.steps) {
    if (run.outcomes.has(step.id)) continue;
    const own = sent.filter((file) => file.step === step.id);
    await recover(run, step, state, own, elsewhere);
  }
}

async function recover(
  run: RunContext,
  step: Step,
  state: RunState,
  sent: readonly SentRows[],
  elsewhere: ReadonlySet<string>
): Promise<void> {
  const known = state.steps.get(step.id);
  const ingests = (known?.jobs ?? []).filter(({ what }) => what === 'ingest');
  if (ingests.length === 0 && sent.length === 0) return;
  const recordStep = step as RecordStep;
  const byValue = new Set<string>();
  for (;;) {
    const decision = recoverStep(await factsOf(run, known, sent, state, elsewhere, byValue));
    switch (decision.kind) {
      case 'wait':
        for (const job of decision.jobs) await run.org.awaitIngestJob(job);
        continue;
      case 'ask': {
        const lookedFor = unheard(decision, ingests, sent).filter(({ path }) => !byValue.has(path));
        for (const file of lookedFor) {
          await takeByValue(run, recordStep, file, ingests, known, state);
          byValue.add(file.path);
        }
        if (lookedFor.length > 0) continue;
        await leaveToPerson(run, step, decision.question, decision.jobs, sent);
        return;
      }
      case 'adopt':
      case 'retry':
        for (const job of decision.abort) await run.org.abortIngestJob(job);
        if (decision.kind === 'adopt')
          for (const result of decision.results) await adopt(run, recordStep, result, sent);
        // Rows that were mapped just before the crash may still lack what no CSV could carry.
        await setLeftOvers(run, recordStep, idsSentBefore(sent), 'goneOn');
        return;
      default:
        return;
    }
  }
}

/** The files of which no job of the org tells any more what became of their rows. */
function unheard(
  { question, jobs }: Extract<Recovery, { kind: 'ask' }>,
  ingests: readonly StepJob[],
  sent: readonly SentRows[]
): SentRows[] {
  if (question === 'twoJobsFit' || question === 'partFits') return [];
  const own = ingests.filter(({ job }) => question === 'resultsGone' && jobs.includes(job));
  if (own.length > 0) return sent.filter(({ path }) => own.some((job) => job.sent === path));
  return sent.filter(({ path }) => !ingests.some((job) => job.sent === path));
}

/**
 * Takes over rows of an insert whose results are gone (the org keeps jobs for seven days) by what they hold: rows of the
 * run's users that are no older than the step. The others stay in doubt: they are named, and never sent again.
 */
async function takeByValue(
  run: RunContext,
  step: RecordStep,
  file: SentRows,
  ingests: readonly StepJob[],
  known: StepState | undefined,
  state: RunState
): Promise<void> {
  const describe = await run.org.describe(file.object);
  const fields = new Map(readableFields(describe).map((field) => [field.name, field]));
  const columns = file.columns.filter((name) => fields.has(name));
  const users = await run.org.userIds([state.username, run.org.identity.username]);
  const since = known?.intendedAt ?? state.orgTime ?? state.openedAt;
  const found = fields.has('CreatedDate')
    ? await run.org.query(
        select(
          ['Id', ...columns.filter((name) => name !== 'Id')],
          file.object,
          both(
            inList(
              'CreatedById',
              [...users.values()].flatMap((id) => parseRecordId(id) ?? [])
            ),
            `CreatedDate >= ${soqlInstant(since)}`
          )
        )
      )
    : [];
  const taken = new Set(run.idMap.values());
  const fresh = found.filter(({ Id }) => !taken.has(String(Id)));
  const pairs = pairByValue(file, fields, fresh);
  const paired = new Set(pairs.map(([old]) => old));
  const inDoubt = file.rows.flatMap(([id]) => (paired.has(id) || run.idMap.has(id) ? [] : [id]));
  const job = ingests.find(({ sent }) => sent === file.path)?.job ?? '';
  await run.journal.append({
    kind: 'idsMapped',
    step: step.id,
    job,
    pairs,
    ...(inDoubt.length > 0 ? { inDoubt } : {}),
  });
  for (const [old, now] of pairs) run.idMap.set(old, now);
  for (const id of inDoubt) run.inDoubt.add(id);
}

function idsSentBefore(sent: readonly SentRows[]): Set<string> {
  return new Set(sent.flatMap(({ rows }) => rows.map(([id]) => id)));
}

async function adopt(
  run: RunContext,
  step: RecordStep,
  result: { readonly job: string; readonly sent: string; readonly known: boolean },
  sent: readonly SentRows[]
): Promise<void> {
  const file = sent.find(({ path }) => path === result.sent);
  if (!file) return;
  if (!result.known)
    await run.journal.append({ kind: 'jobCreated', step: step.id, job: result.job, what: 'ingest', sent: file.path });
  const { inserted } = await run.org.awaitInsertJob(result.job, file.columns);
  await takeResults(run, step, result.job, file, inserted, 'goneOn');
}

/** What the journal and the org say of one step now. */
async function factsOf(
  run: RunContext,
  known: StepState | undefined,
  sent: readonly SentRows[],
  state: RunState,
  elsewhere: ReadonlySet<string>,
  byValue: ReadonlySet<string>
): Promise<StepFacts> {
  const listed = new Map((await run.org.ingestJobs()).map((job) => [job.id, job]));
  const jobs: KnownJob[] = [];
  for (const job of (known?.jobs ?? []).filter(({ what }) => what === 'ingest')) {
    const taken = job.taken || (job.sent !== undefined && byValue.has(job.sent));
    const now = nowOf(listed.get(job.job));
    const file = sent.find(({ path }) => path === job.sent);
    // The org may still list a job whose results it has dropped.
    const gone = !taken && now === 'ended' && file && (await insertedBy(run, job.job, file)) === undefined;
    jobs.push({ ...job, taken, now: gone ? 'unknown' : now });
  }
  const journalled = new Set([...state.steps.values()].flatMap((step) => step.jobs.map(({ job }) => job)));
  // By the org's own clock where it is known: this machine's may have been set back meanwhile.
  const now = run.org.lastAnswerAt() ?? run.chance.now().toISOString();
  const age = Date.parse(now) - Date.parse(state.orgTime ?? state.openedAt);
  const lost: LostSend[] = [];
  for (const file of sent.filter(({ path }) => !byValue.has(path) && !jobs.some((job) => job.sent === path))) {
    const candidates: Candidate[] = [];
    for (const job of listed.values()) {
      const own =
        job.createdById === run.org.identity.userId && job.operation === 'insert' && job.object === file.object;
      if (!own || journalled.has(job.id) || elsewhere.has(job.id) || !isOfRun(job, state)) continue;
      candidates.push(await candidate(run, job, file, known));
    }
    lost.push({ sent: file.path, candidates, tooOld: age > KEPT_MS });
  }
  return { settled: false, jobs, lost };
}

/** The results of an insert job that has ended; undefined when the org no longer has them. */
async function insertedBy(run: RunContext, job: string, file: SentRows): Promise<readonly InsertedRow[] | undefined> {
  return (await run.org.awaitInsertJob(job, file.columns).catch(unlessRefused))?.inserted;
}

async function candidate(
  run: RunContext,
  job: IngestJobInfo,
  file: SentRows,
  known: StepState | undefined
): Promise<Candidate> {
  const now = nowOf(job) as Candidate['now'];
  const gap = Date.parse(job.createdAt) - Date.parse(known?.intendedAt ?? '');
  const atIntention = gap >= -1_000 && gap <= JUST_AFTER_MS;
  if (now !== 'ended') return { job: job.id, now, atIntention };
  const inserted = await insertedBy(run, job.id, file);
  if (!inserted) return { job: job.id, now, atIntention, fits: 'gone' };
  const { strangers } = matchRows(file, inserted);
  // A job without any row, failed or ended early, inserted nothing: it is nobody's.
  const fits = inserted.length === strangers.length ? 'none' : strangers.length === 0 ? 'all' : 'some';
  return { job: job.id, now, atIntention, fits };
}

function nowOf(job: IngestJobInfo | undefined): JobNow {
  if (job === undefined) return 'unknown';
  if (job.state === 'Open') return 'open';
  return job.state === 'UploadComplete' || job.state === 'InProgress' ? 'running' : 'ended';
}

const QUESTIONS: Record<Question, string> = {
  resultsGone: 'the org no longer has the job that was to insert it',
  twoJobsFit: 'more than one job of the org inserted rows like it',
  partFits: 'a job of the org inserted it together with rows that are not of this plan',
  tooOld: 'the run is older than the seven days for which the org keeps its jobs',
};

async function leaveToPerson(
  run: RunContext,
  step: Step,
  question: Question,
  jobs: readonly string[],
  sent: readonly SentRows[]
): Promise<void> {
  const { detail } = step;
  if (detail.kind !== 'records') return;
  const asked = idsSentBefore(sent);
  const names = jobs.length > 0 ? ` (${jobs.join(', ')})` : '';
  const outcomes = (run.current.items.get(step.id) ?? []).map((item) => {
    const target = recordTarget(detail.object, item.id);
    const common = { target, before: item.before, planned: item.after };
    const message = `${QUESTIONS[question]}${names}: look whether it is there before it is inserted by hand`;
    return asked.has(item.id)
      ? itemOutcome(run, step, { ...common, outcome: 'inDoubt', code: 'ASK_A_PERSON', message })
      : itemOutcome(run, step, {
          ...common,
          outcome: 'skipped',
          code: 'ASK_A_PERSON',
          message: 'rows of its step are in doubt',
        });
  });
  await settle(run, step, outcomes);
}
