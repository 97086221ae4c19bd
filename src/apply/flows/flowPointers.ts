import type { FlowEntry } from '../../flow/flowVersion.js';
import type { PointerResult } from '../../org/ports/flows.js';
import type { Step } from '../../plan/rollbackPlan.js';
import { deployZip } from '../components/deployZip.js';
import { afterEffect, reasonOf, stopsRun } from '../errorKinds.js';
import type { ItemOutcome } from '../outcome.js';
import { itemOutcome, settle, type RunContext } from '../runContext.js';
import { runDeploy, whyFailed } from '../components/runDeploy.js';

type FlowDetail = Extract<Step['detail'], { kind: 'flow' }>;

export function pointerText(version: number | null): string {
  return version === null ? 'inactive' : `version ${version}`;
}

/** Every flow of the org by name, as it is now. */
export async function flowsNow(run: RunContext): Promise<Map<string, FlowEntry>> {
  return new Map((await run.org.listFlows()).map((flow) => [flow.name, flow]));
}

function flowDetails(steps: readonly Step[]): Array<{ readonly step: Step; readonly detail: FlowDetail }> {
  return steps.flatMap((step) => (step.detail.kind === 'flow' ? [{ step, detail: step.detail }] : []));
}

/**
 * Sets the pointers of all these flows, 25 a request, and reads all flows once to see what runs. A pointer that Tooling
 * refuses is set by a deployed FlowDefinition, which is the fallback of the step; all refused ones go in one deployment.
 */
export async function setPointers(run: RunContext, steps: readonly Step[]): Promise<void> {
  const due = flowDetails(steps);
  const withPointer = due.flatMap(({ detail }) =>
    detail.definitionId === null ? [] : [{ definitionId: detail.definitionId, version: detail.to ?? 0 }]
  );
  let unanswered: ReturnType<typeof reasonOf> | undefined;
  const given = await run.org.setActiveVersions(withPointer).catch((error: unknown): PointerResult[] => {
    // A request that is refused as a whole may follow others that came through: what runs now decides.
    if (stopsRun(error)) throw error;
    unanswered = reasonOf(error);
    return [];
  });
  const answers = new Map(given.map((one) => [one.definitionId, one]));
  const answerOf = (definitionId = ''): PointerResult | undefined =>
    answers.get(definitionId) ?? (unanswered && { definitionId, success: false, ...unanswered });
  const refused = due.filter(({ detail }) => answers.get(detail.definitionId ?? '')?.success === false);
  const deployment = refused.length > 0 ? await deployDefinitions(run, refused) : undefined;
  const now = await afterEffect(() => flowsNow(run));
  for (const { step, detail } of due)
    await settle(run, step, [
      outcomeOf(run, step, detail, now.get(detail.flow), answerOf(detail.definitionId ?? undefined), deployment),
    ]);
}

async function deployDefinitions(
  run: RunContext,
  refused: ReadonlyArray<{ readonly step: Step; readonly detail: FlowDetail }>
): Promise<string | undefined> {
  const allowed = refused.filter(({ step }) => step.fallbacks.length > 0);
  const [first] = allowed;
  if (!first) return undefined;
  const files = allowed.map(({ detail }) => ({
    path: `flowDefinitions/${detail.flow}.flowDefinition`,
    content: Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?>\n<FlowDefinition xmlns="http://soap.sforce.com/2006/04/metadata">\n    <activeVersionNumber>${detail.to ?? 0}</activeVersionNumber>\n</FlowDefinition>\n`
    ),
  }));
  const members = allowed.map(({ detail }) => ({ type: 'FlowDefinition', fullName: detail.flow }));
  const zip = await deployZip(files, members, [], run.plan.apiVersion);
  try {
    const report = await runDeploy(
      run,
      allowed.map(({ step }) => step),
      zip,
      { checkOnly: false }
    );
    return report.success ? undefined : whyFailed(report);
  } catch (error) {
    // Refused before it began: the other pointers of the batch are set all the same.
    if (stopsRun(error)) throw error;
    return reasonOf(error).message;
  }
}

function outcomeOf(
  run: RunContext,
  step: Step,
  detail: FlowDetail,
  flow: FlowEntry | undefined,
  answer: PointerResult | undefined,
  deployment: string | undefined
): ItemOutcome {
  const active = flow?.activeVersion ?? null;
  const values = { before: pointerText(detail.from), planned: pointerText(detail.to), after: pointerText(active) };
  if (!flow && detail.to !== null)
    return itemOutcome(run, step, {
      outcome: 'failed',
      code: 'NO_DEFINITION',
      message: 'the flow has no definition any more',
      ...values,
    });
  if (active !== detail.to) {
    const said = answer && !answer.success ? `${answer.message ?? answer.code}; ` : '';
    return itemOutcome(run, step, {
      outcome: 'failed',
      code: answer?.code ?? 'NOT_SWITCHED',
      message: `${said}${deployment ? `by deployment: ${deployment}; ` : ''}now ${active === null ? 'no version' : pointerText(active)} is active`,
      ...values,
    });
  }
  return itemOutcome(run, step, { outcome: existed(run, detail.flow) ? 'restored' : 'neutralised', ...values });
}

/** A flow that did not exist before is only stopped, not taken away. */
export function existed(run: RunContext, flow: string): boolean {
  return run.baseline.flows.flows.some((entry) => entry.name === flow);
}
