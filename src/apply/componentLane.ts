import { componentStates, keyText, type ComponentKey, type ComponentState } from '../metadata/component.js';
import { containerOf, onlyMembers } from '../metadata/members.js';
import { isApiName } from '../model/ids.js';
import type { DeployReport } from '../org/ports.js';
import type { Step } from '../plan/rollbackPlan.js';
import { comparable } from '../records/fieldValue.js';
import { fieldNamed } from '../records/objectDescribe.js';
import { select } from '../records/soql.js';
import { deployZip } from './deployZip.js';
import type { ItemOutcome } from './outcome.js';
import { standingOfComponent } from './preconditions.js';
import { itemOutcome, settle, type RunContext } from './runContext.js';
import { runDeploy } from './runDeploy.js';

type ComponentStep = Step & { readonly detail: Extract<Step['detail'], { kind: 'component' }> };

function isComponentStep(step: Step): step is ComponentStep {
  return step.detail.kind === 'component';
}

/**
 * Carries out component steps in one deployment, validated check-only first: everything in it goes back, or nothing does.
 * Afterwards the components are read again; only what is as in the snapshot counts as restored.
 */
export async function applyComponentSteps(run: RunContext, steps: readonly Step[]): Promise<void> {
  const due: ComponentStep[] = [];
  for (const step of steps.filter(isComponentStep)) {
    if (standingOfComponent(step, run.current.components) === 'alreadyRestored')
      await settle(run, step, [itemOutcome(run, step, { outcome: 'alreadyRestored' })]);
    else due.push(step);
  }
  const [first] = due;
  if (!first) return;
  if (run.current.retrieved) await run.undo.components(run.current.retrieved);
  for (const step of due)
    if (step.operation === 'deleteComponent' && step.detail.type === 'CustomField')
      await saveFieldData(run, step.detail.fullName);
  for (const step of due) await run.journal.append({ kind: 'stepIntended', step: step.id });
  const zip = await zipOf(run, due);
  let report: DeployReport;
  try {
    report = await runDeploy(run, first, zip, { checkOnly: true });
    if (report.success) report = await runDeploy(run, first, zip, { checkOnly: false });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    for (const step of due)
      await settle(run, step, [itemOutcome(run, step, { outcome: 'inDoubt', code: code ?? 'UNKNOWN', message })]);
    return;
  }
  if (!report.success) {
    for (const step of due) await settle(run, step, [refused(run, step, report)]);
    return;
  }
  run.org.forgetDescribes();
  const states = await readBack(run, due);
  for (const step of due) await settle(run, step, [proven(run, step, states)]);
}

/** A field goes with what it holds, and no API brings that back: it is saved before. */
async function saveFieldData(run: RunContext, fullName: string): Promise<void> {
  const [object = '', field = ''] = fullName.split('.');
  const describe = isApiName(object) ? await run.org.describe(object).catch(() => undefined) : undefined;
  const known = describe ? fieldNamed(describe, field) : undefined;
  if (!known || known.calculated) return;
  const rows = await run.org.query(
    select(['Id', field], object, known.type === 'boolean' ? `${field} = true` : `${field} != null`)
  );
  await run.undo.fieldData(
    object,
    field,
    rows.map((row) => [String(row.Id), comparable(known, row[field]) ?? ''])
  );
}

async function zipOf(run: RunContext, steps: readonly ComponentStep[]): Promise<Buffer> {
  const deletions: ComponentKey[] = [];
  const members: ComponentKey[] = [];
  const whole = new Set<string>();
  const byContainer = new Map<string, Set<string>>();
  const states = new Map(run.baseline.components.components.map((state) => [keyText(state), state]));
  for (const step of steps) {
    const key = { type: step.detail.type, fullName: step.detail.fullName };
    if (step.operation === 'deleteComponent') {
      deletions.push(key);
      continue;
    }
    members.push(key);
    for (const path of states.get(keyText(key))?.paths ?? []) {
      if (containerOf(key.type)) byContainer.set(path, (byContainer.get(path) ?? new Set()).add(keyText(key)));
      else whole.add(path);
    }
  }
  const files = await Promise.all(
    [...whole].map(async (path) => ({ path, content: await run.baseline.folder.read(`metadata/${path}`) }))
  );
  for (const [path, keep] of byContainer) {
    if (whole.has(path)) continue;
    const type = containerOf([...keep][0]?.split(':')[0] ?? '') ?? '';
    const name = (path.split('/').at(-1) ?? '').replace(/\.[^.]+$/, '');
    const xml = (await run.baseline.folder.read(`metadata/${path}`)).toString('utf8');
    files.push({ path, content: Buffer.from(onlyMembers(type, name, xml, keep), 'utf8') });
  }
  return deployZip(files, members, deletions, run.plan.apiVersion);
}

/** A deployment that failed changed nothing: the culprits say why, the others that they were rolled back with them. */
function refused(run: RunContext, step: ComponentStep, report: DeployReport): ItemOutcome {
  const own = report.components.find((component) => !component.success && keyText(component) === keyText(step.detail));
  if (own)
    return itemOutcome(run, step, {
      outcome: 'failed',
      code: 'COMPONENT_FAILED',
      message: own.problem ?? 'the org gave no reason',
    });
  const culprit = report.components.find((component) => !component.success);
  const test = report.testFailures[0];
  const why = culprit
    ? `${keyText(culprit)}: ${culprit.problem ?? ''}`
    : test
      ? `test ${test.name}.${test.method}: ${test.message}`
      : (report.errorMessage ?? report.status);
  return itemOutcome(run, step, {
    outcome: 'skipped',
    code: 'DEPLOYMENT_FAILED',
    message: `deployment ${report.id} changed nothing because of ${why}`,
  });
}

async function readBack(run: RunContext, steps: readonly ComponentStep[]): Promise<Map<string, ComponentState>> {
  const keys = steps.map((step) => ({ type: step.detail.type, fullName: step.detail.fullName }));
  const retrieved = await run.org.retrieve(keys);
  return new Map(
    componentStates(retrieved.components, new Set(keys.map(keyText)), retrieved.properties).map((state) => [
      keyText(state),
      state,
    ])
  );
}

function proven(run: RunContext, step: ComponentStep, states: ReadonlyMap<string, ComponentState>): ItemOutcome {
  const values = {
    before: step.detail.expects,
    planned: step.detail.leaves,
    after: states.get(keyText(step.detail))?.digest ?? null,
  };
  if (standingOfComponent(step, states) === 'alreadyRestored')
    return itemOutcome(run, step, { outcome: 'restored', ...values });
  return itemOutcome(run, step, {
    outcome: 'failed',
    code: 'NOT_AS_BEFORE',
    message: 'the deployment succeeded, but the component is not as in the snapshot',
    ...values,
  });
}
