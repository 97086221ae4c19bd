import { flowBodyDigest } from '../../flow/flowBody.js';
import { versionMember, type FlowEntry } from '../../flow/flowVersion.js';
import type { DeployReport } from '../../org/ports/components.js';
import type { Step } from '../../plan/rollbackPlan.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { deployZip } from '../components/deployZip.js';
import { flowsNow, pointerText } from './flowPointers.js';
import { afterEffect, reasonOf, stopsRun } from '../errorKinds.js';
import type { ItemOutcome } from '../outcome.js';
import { itemOutcome, settle, type RunContext } from '../runContext.js';
import { deployAtOnce, whyFailed } from '../components/runDeploy.js';

interface Redeploy {
  readonly step: Step;
  readonly detail: Extract<Step['detail'], { kind: 'flow' }>;
  readonly digest: string;
  readonly content: Buffer;
}

/**
 * Deploys the old bodies of all these flows in one deployment (or in several, one after the other, where the plan says so),
 * makes each the active version (or leaves it inactive, where nothing ran), and reads the bodies back. A flow that the org
 * refuses does not hold the others back: they are deployed again without it.
 */
export async function redeployFlows(run: RunContext, steps: readonly Step[]): Promise<void> {
  for (const part of redeployParts(steps)) await redeployPart(run, part);
}

/** Redeploys by the deployment in which they go, in order. */
export function redeployParts(steps: readonly Step[]): Step[][] {
  const parts = Map.groupBy(steps, ({ detail }) => (detail.kind === 'flow' ? (detail.part ?? 1) : 1));
  return [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
}

async function redeployPart(run: RunContext, steps: readonly Step[]): Promise<void> {
  let due: Redeploy[] = [];
  for (const step of steps) {
    const { detail } = step;
    if (detail.kind !== 'flow') continue;
    const body = run.baseline.flows.bodies.find((entry) => entry.flow === detail.flow && entry.version === detail.to);
    if (!body) {
      const message = 'the snapshot has no body of this version';
      await settle(run, step, [itemOutcome(run, step, { outcome: 'failed', code: 'NO_BODY', message })]);
    } else due.push({ step, detail, digest: body.digest, content: await run.baseline.folder.read(body.path) });
  }
  const landed = await landedInactive(run, due);
  due = due.filter((one) => !landed.includes(one));
  while (due.length > 0) {
    let report: DeployReport;
    try {
      report = await deployBodies(run, due);
    } catch (error) {
      // Refused before it began; bodies that landed before a crash are made to run all the same.
      if (stopsRun(error)) throw error;
      for (const { step } of due)
        await settle(run, step, [itemOutcome(run, step, { outcome: 'failed', ...reasonOf(error) })]);
      due = [];
      break;
    }
    if (report.success) break;
    const culprits = new Map(report.components.filter(({ success }) => !success).map((row) => [row.fullName, row]));
    const refused = due.filter(({ detail }) => culprits.has(detail.flow));
    // Nobody in particular is to blame: tests, or the deployment as a whole.
    const failed = refused.length > 0 ? refused : due;
    for (const { step, detail } of failed)
      await settle(run, step, [
        itemOutcome(run, step, {
          outcome: 'failed',
          code: 'DEPLOY_FAILED',
          message: culprits.get(detail.flow)?.problem ?? whyFailed(report),
        }),
      ]);
    due = due.filter((one) => !failed.includes(one));
  }
  // Nothing after a deployment may pass for a deployment that was refused.
  await afterEffect(() => activateAndProve(run, [...landed, ...due]));
}

/**
 * Flows whose body a deployment before a crash left as the newest version, inactive: made since this run began, with the
 * body that was to come back. Deployed once more, such a flow would get one version too many.
 */
async function landedInactive(run: RunContext, due: readonly Redeploy[]): Promise<readonly Redeploy[]> {
  const begun = due.filter(({ step }) => run.begun.has(step.id));
  if (begun.length === 0) return [];
  const now = await flowsNow(run);
  const newest = new Map<Redeploy, string>();
  for (const one of begun) {
    const latest = now.get(one.detail.flow)?.latestVersion;
    const before = await run.undo.latestVersion(one.detail.flow);
    if (latest != null && before !== undefined && latest > (before ?? 0))
      newest.set(one, versionMember(one.detail.flow, latest));
  }
  const members = [...newest.values()].map((fullName) => ({ type: 'Flow', fullName }));
  const bodies = new Map(
    (await run.org.retrieve(members)).components.map((each) => [each.fullName, each.files[0]?.content])
  );
  return begun.filter((one) => {
    const text = bodies.get(newest.get(one) ?? '')?.toString('utf8');
    return text !== undefined && flowBodyDigest(text) === one.digest;
  });
}

function zipOf(due: ReadonlyArray<Pick<Redeploy, 'detail' | 'content'>>, apiVersion: string): Promise<Buffer> {
  return deployZip(
    due.map(({ detail, content }) => ({
      path: `flows/${detail.flow}.flow`,
      content: detail.inactive ? Buffer.from(asDraft(content.toString('utf8')), 'utf8') : content,
    })),
    due.map(({ detail }) => ({ type: 'Flow', fullName: detail.flow })),
    [],
    apiVersion
  );
}

/** The package that one part of the redeploys sends; undefined where the snapshot has none of the bodies. */
export async function redeployZip(
  baseline: Baseline,
  steps: readonly Step[],
  apiVersion: string
): Promise<Buffer | undefined> {
  const due: Array<Pick<Redeploy, 'detail' | 'content'>> = [];
  for (const { detail } of steps) {
    if (detail.kind !== 'flow') continue;
    const body = baseline.flows.bodies.find((entry) => entry.flow === detail.flow && entry.version === detail.to);
    if (body) due.push({ detail, content: await baseline.folder.read(body.path) });
  }
  return due.length > 0 ? zipOf(due, apiVersion) : undefined;
}

async function deployBodies(run: RunContext, due: readonly Redeploy[]): Promise<DeployReport> {
  return deployAtOnce(
    run,
    due.map(({ step }) => step),
    await zipOf(due, run.plan.apiVersion)
  );
}

async function activateAndProve(run: RunContext, due: readonly Redeploy[]): Promise<void> {
  if (due.length === 0) return;
  let now = await flowsNow(run);
  // In production a deployed flow may land inactive (Process Automation Settings): then the pointer makes it run.
  const inactive = due.flatMap(({ detail }) => {
    if (detail.inactive) return [];
    const flow = now.get(detail.flow);
    return flow && flow.latestVersion !== null && flow.activeVersion !== flow.latestVersion
      ? [{ definitionId: flow.definitionId, version: flow.latestVersion }]
      : [];
  });
  if (inactive.length > 0) {
    await run.org.setActiveVersions(inactive);
    now = await flowsNow(run);
  }
  const running = due.flatMap(({ detail }) => {
    const flow = now.get(detail.flow);
    const version = detail.inactive ? flow?.latestVersion : flow?.activeVersion;
    return version == null ? [] : [{ type: 'Flow', fullName: versionMember(detail.flow, version) }];
  });
  const bodies = new Map(
    (await run.org.retrieve(running)).components.map((component) => [
      component.fullName,
      component.files[0]?.content.toString('utf8'),
    ])
  );
  for (const one of due) await settle(run, one.step, [outcomeOf(run, one, now.get(one.detail.flow), bodies)]);
}

function outcomeOf(
  run: RunContext,
  { step, detail, digest }: Redeploy,
  flow: FlowEntry | undefined,
  bodies: ReadonlyMap<string, string | undefined>
): ItemOutcome {
  const active = flow?.activeVersion ?? null;
  const values = {
    before: pointerText(detail.from),
    planned: `body of version ${detail.to}`,
    after: pointerText(active),
  };
  if (detail.inactive && active !== null)
    return itemOutcome(run, step, {
      outcome: 'failed',
      code: 'ACTIVE',
      message: `the body was deployed, and the org made version ${active} active, which did not run before: switch it off in Setup, Flows`,
      ...values,
    });
  if (detail.inactive) return bodyOutcome(run, step, flow?.latestVersion ?? null, { detail, digest }, bodies, values);
  if (active === null || active !== flow?.latestVersion)
    return itemOutcome(run, step, {
      outcome: 'failed',
      code: 'NOT_ACTIVE',
      message: `the body was deployed as version ${flow?.latestVersion ?? '?'}, which could not be activated; now ${active === null ? 'no version' : pointerText(active)} is active`,
      ...values,
    });
  return bodyOutcome(run, step, active, { detail, digest }, bodies, values);
}

function bodyOutcome(
  run: RunContext,
  step: Step,
  version: number | null,
  { detail, digest }: Pick<Redeploy, 'detail' | 'digest'>,
  bodies: ReadonlyMap<string, string | undefined>,
  values: Pick<ItemOutcome, 'before' | 'planned' | 'after'>
): ItemOutcome {
  const text = version === null ? undefined : bodies.get(versionMember(detail.flow, version));
  if (text !== undefined && flowBodyDigest(text) === digest)
    return itemOutcome(run, step, { outcome: 'restored', ...values });
  return itemOutcome(run, step, {
    outcome: 'failed',
    code: 'OTHER_BODY',
    message: `the version that ${detail.inactive ? 'came back' : 'runs'} is not the one of the snapshot`,
    ...values,
  });
}

/** The same version, as one that was never activated (`Draft`): whatever it said, deploying it must not make it run. */
function asDraft(xml: string): string {
  return xml.replace(/<status>[^<]*<\/status>/, '<status>Draft</status>');
}
