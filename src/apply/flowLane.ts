import { versionMember } from '../flow/flowVersion.js';
import { flowBodyDigest } from '../flow/flowBody.js';
import type { Step } from '../plan/rollbackPlan.js';
import { deployZip } from './deployZip.js';
import { runDeploy } from './runDeploy.js';
import { standingOfFlow } from './preconditions.js';
import { itemOutcome, settle, type RunContext } from './runContext.js';
import type { ItemOutcome } from './outcome.js';

type FlowDetail = Extract<Step['detail'], { kind: 'flow' }>;

function pointerText(version: number | null): string {
  return version === null ? 'inactive' : `version ${version}`;
}

/** Carries out one step of the flow lane and settles it. Effects are repeatable: a pointer is set, not moved. */
export async function applyFlowStep(run: RunContext, step: Step): Promise<void> {
  const { detail } = step;
  const standing = standingOfFlow(step, run.current.flows, run.current.flowBodies);
  if (standing === 'alreadyRestored') {
    await settle(run, step, [itemOutcome(run, step, { outcome: 'alreadyRestored' })]);
    return;
  }
  await run.journal.append({ kind: 'stepIntended', step: step.id });
  try {
    if (detail.kind === 'flowVersion')
      await settle(run, step, [await deleteVersion(run, step, detail.flow, detail.version)]);
    else if (detail.kind === 'flow')
      await settle(run, step, [
        step.operation === 'redeployFlow' ? await redeploy(run, step, detail) : await setPointer(run, step, detail),
      ]);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    await settle(run, step, [itemOutcome(run, step, { outcome: 'failed', code: code ?? 'UNKNOWN', message })]);
  }
}

async function activeNow(
  run: RunContext,
  flow: string
): Promise<{ active: number | null; latest: number | null; definitionId: string | undefined }> {
  const entry = (await run.org.listFlows()).find((candidate) => candidate.name === flow);
  return {
    active: entry?.activeVersion ?? null,
    latest: entry?.latestVersion ?? null,
    definitionId: entry?.definitionId,
  };
}

async function setPointer(run: RunContext, step: Step, detail: FlowDetail): Promise<ItemOutcome> {
  if (detail.definitionId === null)
    return itemOutcome(run, step, {
      outcome: 'failed',
      code: 'NO_DEFINITION',
      message: 'the flow has no definition any more',
    });
  await run.org.setActiveVersion(detail.definitionId, detail.to ?? 0);
  const { active } = await activeNow(run, detail.flow);
  const values = { before: pointerText(detail.from), planned: pointerText(detail.to), after: pointerText(active) };
  if (active !== detail.to)
    return itemOutcome(run, step, {
      outcome: 'failed',
      code: 'NOT_SWITCHED',
      message: `the org took the request, but ${pointerText(active)} runs`,
      ...values,
    });
  // A flow that did not exist before is only stopped, not taken away.
  const existed = run.baseline.flows.flows.some((flow) => flow.name === detail.flow);
  return itemOutcome(run, step, { outcome: existed ? 'restored' : 'neutralised', ...values });
}

async function redeploy(run: RunContext, step: Step, detail: FlowDetail): Promise<ItemOutcome> {
  const body = run.baseline.flows.bodies.find((entry) => entry.flow === detail.flow && entry.version === detail.to);
  if (!body)
    return itemOutcome(run, step, {
      outcome: 'failed',
      code: 'NO_BODY',
      message: 'the snapshot has no body of this version',
    });
  const content = await run.baseline.folder.read(body.path);
  const zip = await deployZip(
    [{ path: `flows/${detail.flow}.flow`, content }],
    [{ type: 'Flow', fullName: detail.flow }],
    [],
    run.plan.apiVersion
  );
  const report = await runDeploy(run, step, zip, { checkOnly: false });
  if (!report.success) {
    const problem =
      report.components.find((component) => !component.success)?.problem ?? report.errorMessage ?? report.status;
    return itemOutcome(run, step, { outcome: 'failed', code: 'DEPLOY_FAILED', message: problem });
  }
  let now = await activeNow(run, detail.flow);
  // In production a deployed flow may land inactive (Process Automation Settings): then the pointer makes it run.
  if (now.active !== now.latest && now.definitionId !== undefined && now.latest !== null) {
    await run.org.setActiveVersion(now.definitionId, now.latest);
    now = await activeNow(run, detail.flow);
  }
  const values = {
    before: pointerText(detail.from),
    planned: `body of version ${detail.to}`,
    after: pointerText(now.active),
  };
  if (now.active === null || now.active !== now.latest)
    return itemOutcome(run, step, {
      outcome: 'failed',
      code: 'NOT_ACTIVE',
      message: 'the redeployed version is not active',
      ...values,
    });
  const retrieved = await run.org.retrieve([{ type: 'Flow', fullName: versionMember(detail.flow, now.active) }]);
  const text = retrieved.components[0]?.files[0]?.content.toString('utf8');
  const same = text !== undefined && flowBodyDigest(text) === body.digest;
  return itemOutcome(
    run,
    step,
    same
      ? { outcome: 'restored', ...values }
      : {
          outcome: 'failed',
          code: 'OTHER_BODY',
          message: 'the version that runs is not the one of the snapshot',
          ...values,
        }
  );
}

async function deleteVersion(run: RunContext, step: Step, flow: string, version: number): Promise<ItemOutcome> {
  const retrieved = await run.org.retrieve([{ type: 'Flow', fullName: versionMember(flow, version) }]);
  const content = retrieved.components[0]?.files[0]?.content;
  if (!content)
    return itemOutcome(run, step, {
      outcome: 'skipped',
      code: 'NOT_SAVED',
      message: 'its body could not be read, so it is not deleted',
    });
  await run.undo.flowBody(flow, version, content);
  await run.org.deleteVersion(flow, version);
  return itemOutcome(run, step, { outcome: 'restored', before: `version ${version}`, planned: null, after: null });
}
