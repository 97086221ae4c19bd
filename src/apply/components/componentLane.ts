import { isAccessFile } from '../../metadata/accessFile.js';
import { companionsOf, componentStates, keyText, type ComponentState } from '../../metadata/component.js';
import { isApiName } from '../../model/ids.js';
import { unlessRefused, type DeployReport } from '../../org/ports.js';
import type { Step } from '../../plan/rollbackPlan.js';
import { comparable } from '../../records/fieldValue.js';
import { fieldNamed } from '../../records/objectDescribe.js';
import { select } from '../../records/soql.js';
import type { ItemOutcome } from '../outcome.js';
import { standingOfComponent } from './componentStanding.js';
import { intend, itemOutcome, settle, type RunContext } from '../runContext.js';
import { deployValidated, whyFailed } from './runDeploy.js';
import { isComponentStep, wayBackZip, type ComponentStep } from './wayBackZip.js';

/**
 * Carries out component steps in one deployment, validated check-only first: everything in it goes back, or nothing does.
 * Afterwards the components are read again; only what is as in the snapshot counts as restored.
 */
export async function applyComponentSteps(run: RunContext, steps: readonly Step[]): Promise<void> {
  const due: ComponentStep[] = [];
  for (const step of steps.filter(isComponentStep)) {
    const standing = standingOfComponent(step, run.current.components);
    if (standing === 'asPlanned') due.push(step);
    else if (standing === 'moved') await settle(run, step, [itemOutcome(run, step, MOVED)]);
    else {
      const outcome = run.begun.has(step.id) ? 'restored' : 'alreadyRestored';
      await settle(run, step, [itemOutcome(run, step, { outcome })]);
    }
  }
  if (due.length === 0) return;
  if (run.current.retrieved) await run.undo.components(run.current.retrieved, run.current.components.values());
  for (const step of due)
    if (step.operation === 'deleteComponent' && step.detail.type === 'CustomField')
      await saveFieldData(run, step.detail.fullName);
  for (const step of due) await intend(run, step);
  const zip = await wayBackZip(run.baseline, due, run.plan.apiVersion, await accessFilesNow(run, due));
  // An answer that got lost leaves the steps open: gone on with, the components themselves tell whether it came through.
  const report = await deployValidated(run, due, zip);
  if (!report.success) {
    for (const step of due) await settle(run, step, [refused(run, step, report)]);
    return;
  }
  run.org.forgetDescribes();
  const states = await readBack(run, due);
  for (const step of due) await settle(run, step, [proven(run, step, states)]);
}

const MOVED = {
  outcome: 'conflict',
  code: 'MOVED',
  message: 'somebody changed this component after the plan was checked; it was not touched',
} as const;

/** Files of permission sets that go back, read at the last moment: the rows in them are those that the way back keeps. */
async function accessFilesNow(run: RunContext, steps: readonly ComponentStep[]): Promise<ReadonlyMap<string, Buffer>> {
  const keys = steps
    .filter((step) => step.operation === 'restoreComponent' && isAccessFile(step.detail.type))
    .map((step) => ({ type: step.detail.type, fullName: step.detail.fullName }));
  return keys.length === 0 ? new Map() : (await run.org.retrieve(companionsOf(keys, run.baseline.components))).files;
}

/** A field goes with what it holds, and no API brings that back: it is saved before. */
async function saveFieldData(run: RunContext, fullName: string): Promise<void> {
  const [object = '', field = ''] = fullName.split('.');
  const describe = isApiName(object) ? await run.org.describe(object).catch(unlessRefused) : undefined;
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

/** A deployment that failed changed nothing: the culprits say why, the others that they were rolled back with them. */
function refused(run: RunContext, step: ComponentStep, report: DeployReport): ItemOutcome {
  const own = report.components.find((component) => !component.success && keyText(component) === keyText(step.detail));
  if (own)
    return itemOutcome(run, step, {
      outcome: 'failed',
      code: 'COMPONENT_FAILED',
      message: own.problem ?? 'the org gave no reason',
    });
  return itemOutcome(run, step, {
    outcome: 'skipped',
    code: 'DEPLOYMENT_FAILED',
    message: `deployment ${report.id} changed nothing because of ${whyFailed(report)}`,
  });
}

async function readBack(run: RunContext, steps: readonly ComponentStep[]): Promise<Map<string, ComponentState>> {
  const keys = steps.map((step) => ({ type: step.detail.type, fullName: step.detail.fullName }));
  const retrieved = await run.org.retrieve(companionsOf(keys, run.baseline.components));
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
