import { versionMember } from '../../flow/flowVersion.js';
import { plural } from '../../model/plural.js';
import type { Step } from '../../plan/rollbackPlan.js';
import { stopsRun } from '../errorKinds.js';
import type { ItemOutcome } from '../outcome.js';
import { itemOutcome, settle, type RunContext } from '../runContext.js';

type VersionDetail = Extract<Step['detail'], { kind: 'flowVersion' }>;

/** Codes with which an org says that something still uses a version. */
const IN_USE = new Set(['DEPENDENCY_EXISTS', 'DELETE_FAILED']);

/**
 * Deletes versions one after the other, each only when its body is saved. Interviews on a version go with it only when the
 * plan names them. A version that something still uses stays: it is inactive, so it is made harmless.
 */
export async function deleteFlowVersions(run: RunContext, steps: readonly Step[]): Promise<void> {
  const due = steps.flatMap((step) => (step.detail.kind === 'flowVersion' ? [{ step, detail: step.detail }] : []));
  const members = due.map(({ detail }) => ({ type: 'Flow', fullName: versionMember(detail.flow, detail.version) }));
  const bodies = new Map(
    (await run.org.retrieve(members)).components.map(({ fullName, files }) => [fullName, files[0]?.content])
  );
  const interviews = due.some(({ detail }) => detail.interviews)
    ? await run.org.interviewsOf(due.map(({ detail }) => detail))
    : new Map<string, string[]>();
  for (const { step, detail } of due) {
    const member = versionMember(detail.flow, detail.version);
    await settle(run, step, [await deleteOne(run, step, detail, bodies.get(member), interviews.get(member) ?? [])]);
  }
}

async function deleteOne(
  run: RunContext,
  step: Step,
  detail: VersionDetail,
  body: Buffer | undefined,
  interviews: readonly string[]
): Promise<ItemOutcome> {
  const values = { before: `version ${detail.version}`, planned: null, after: `version ${detail.version}` };
  if (!body)
    return itemOutcome(run, step, {
      outcome: 'skipped',
      code: 'NOT_SAVED',
      message: 'its body could not be read, so it is not deleted',
      ...values,
    });
  await run.undo.flowBody(detail.flow, detail.version, body);
  const planned = new Set(detail.interviews ?? []);
  const later = interviews.filter((id) => !planned.has(id));
  if (later.length > 0)
    return itemOutcome(run, step, {
      outcome: 'conflict',
      code: 'INTERVIEWS_SINCE_PLAN',
      message: `${plural(later.length, 'interview')} came since the plan; version ${detail.version} stays, inactive`,
      ...values,
    });
  try {
    const stuck = await deleteInterviews(run, step, interviews);
    if (stuck) return itemOutcome(run, step, { outcome: 'neutralised', ...stuck, ...values });
    await run.org.deleteVersion(detail.flow, detail.version);
  } catch (error) {
    if (stopsRun(error)) throw error;
    const { code, message } = error as { code?: string; message: string };
    if (code === undefined || !IN_USE.has(code))
      return itemOutcome(run, step, { outcome: 'failed', code: code ?? 'UNKNOWN', message, ...values });
    return itemOutcome(run, step, {
      outcome: 'neutralised',
      code,
      message: `it stays, inactive: ${message}`,
      ...values,
    });
  }
  return itemOutcome(run, step, { outcome: 'restored', ...values, after: null });
}

/** Saves what can be read of the interviews and deletes them; the org's words when one stays. */
async function deleteInterviews(
  run: RunContext,
  step: Step,
  ids: readonly string[]
): Promise<{ readonly code: string; readonly message: string } | undefined> {
  if (ids.length === 0) return undefined;
  await run.undo.interviews(
    step.id,
    await run.org.query(
      `SELECT Id, InterviewStatus, CurrentElement FROM FlowInterview WHERE Id IN (${ids.map((id) => `'${id}'`).join(',')})`
    )
  );
  const refused = (await run.org.deleteRows('FlowInterview', ids)).find((result) => !result.success);
  if (!refused) return undefined;
  return {
    code: refused.code ?? 'UNKNOWN',
    message: `it stays, inactive: interview ${refused.id} could not be deleted: ${refused.message ?? ''}`,
  };
}
