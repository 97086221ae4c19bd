import { setTimeout as sleep } from 'node:timers/promises';
import {
  companionsOf,
  componentStates,
  keyText,
  type ComponentKey,
  type ComponentState,
  type RetrievedComponent,
} from '../../metadata/component.js';
import type { AddedValues } from '../../metadata/picklistValues.js';
import { isBeingSwitched, isOff } from '../../metadata/switchedOff.js';
import { typeFacts } from '../../metadata/typeFacts.js';
import type { DeployReport } from '../../org/ports/components.js';
import { readAddedValues } from '../../plan/components/readComponentFacts.js';
import type { Step } from '../../plan/rollbackPlan.js';
import { afterEffect } from '../errorKinds.js';
import type { ItemOutcome } from '../outcome.js';
import { standingOfComponent } from './componentStanding.js';
import { movedMeanwhile } from './movedMeanwhile.js';
import { saveFieldData } from './fieldData.js';
import { readPresent } from './readPresent.js';
import { intend, itemOutcome, settle, workedSince, type RunContext } from '../runContext.js';
import { standingSince } from '../standing.js';
import { deployValidated, whyFailed } from './runDeploy.js';
import { isComponentStep, wayBackZip, type ComponentStep } from './wayBackZip.js';

/**
 * Carries out component steps in one deployment, validated check-only first: everything in it goes back, or nothing does.
 * Afterwards the components are read again; only what is as in the snapshot counts as restored.
 */
export async function applyComponentSteps(run: RunContext, steps: readonly Step[]): Promise<void> {
  let due: ComponentStep[] = [];
  const own = steps.filter(isComponentStep);
  const found = await presentNow(run, own);
  const landed = await landedBefore(run, own, found);
  for (const step of own) {
    const standing = standingSince(
      standingOfComponent(step, run.current.components),
      standingOfComponent(step, found.states)
    );
    const before = landed.get(step.id);
    if (before) await settle(run, step, [before]);
    else if (standing === 'asPlanned') due.push(step);
    else if (standing === 'moved') await settle(run, step, [itemOutcome(run, step, MOVED)]);
    else {
      const outcome = run.begun.has(step.id) ? 'restored' : 'alreadyRestored';
      await settle(run, step, [itemOutcome(run, step, { outcome })]);
    }
  }
  if (due.length === 0) return;
  if (run.current.retrieved) await run.undo.components(run.current.retrieved, run.current.components.values());
  const unsaved = new Set<ComponentStep>();
  for (const step of due)
    if (step.operation === 'deleteComponent' && step.detail.type === 'CustomField') {
      const saved = await saveFieldData(run, step.detail.fullName);
      if (!saved && step.risk !== 'lossless' && !step.detail.unsaved) unsaved.add(step);
    }
  for (const step of unsaved) await settle(run, step, [itemOutcome(run, step, notSaved(run, step))]);
  due = due.filter((step) => !unsaved.has(step));
  if (due.length === 0) return;
  for (const step of due) await intend(run, step);
  const report = await deployUnmoved(run, due, found.states);
  due = due.filter(({ id }) => !run.outcomes.has(id));
  if (!report) return;
  if (!report.success) {
    for (const step of due) await settle(run, step, [refused(run, step, report)]);
    return;
  }
  // What is only shown changes no describe, and rows may be under way beside it.
  if (!due.every(({ detail }) => typeFacts(detail.type).onlyShown)) run.org.forgetDescribes();
  const after = await afterEffect(() => readSettled(run, due));
  const values = await readAddedValues(
    run.baseline,
    after.components,
    keysOf(due.filter(({ operation }) => operation === 'restoreComponent'))
  );
  for (const step of due) await settle(run, step, [proven(run, step, { ...after, values })]);
}

/**
 * Deploys the way back of what is still as planned once it was validated. What somebody changed while the validation was
 * under way is settled as a conflict, and the rest is packed and validated anew. Undefined when nothing is left to deploy.
 */
async function deployUnmoved(
  run: RunContext,
  steps: readonly ComponentStep[],
  then: Found['states']
): Promise<DeployReport | undefined> {
  let due = [...steps];
  while (due.length > 0) {
    const zip = await wayBackZip(
      run.baseline,
      due,
      run.plan.apiVersion,
      await readPresent(run.org, run.baseline, due),
      run.plan.leftOut
    );
    let moved: readonly ComponentStep[] = [];
    // An answer that got lost leaves the steps open: gone on with, the components themselves tell whether it came through.
    const report = await deployValidated(run, due, zip, async () => {
      moved = await movedMeanwhile(run.org, due, then, async () => (await readAgain(run, due)).states);
      return moved.length === 0;
    });
    if (report) return report;
    for (const step of moved) await settle(run, step, [itemOutcome(run, step, MOVED)]);
    due = due.filter((step) => !moved.includes(step));
  }
  return undefined;
}

/** Pointers of flows are set within seconds. */
const takesLong = ({ operation }: Step): boolean =>
  operation !== 'activateFlowVersion' && operation !== 'deactivateFlow';

/** The components as the run found them; read again where longer work of its own lies in between. */
async function presentNow(run: RunContext, steps: readonly ComponentStep[]): Promise<Found> {
  const { retrieved, components } = run.current;
  if (!workedSince(run, takesLong)) return { components: retrieved?.components ?? [], states: components };
  return readAgain(run, steps);
}

/** What the file of a profile or translation holds depends on what else is asked for: the same as the first time. */
async function readAgain(run: RunContext, steps: readonly ComponentStep[]): Promise<Found> {
  const partial = steps.some(({ detail }) => typeFacts(detail.type).partial);
  return readBack(run, partial ? run.plan.steps.filter(isComponentStep) : steps);
}

/**
 * Steps that a deployment before a crash made harmless: what is left of them is what no deployment takes away, and nobody
 * moved them.
 */
async function landedBefore(
  run: RunContext,
  steps: readonly ComponentStep[],
  { components, states }: Found
): Promise<Map<string, ItemOutcome>> {
  const begun = steps.filter(({ id, operation }) => run.begun.has(id) && operation !== 'deleteComponent');
  if (begun.length === 0) return new Map();
  const values = await readAddedValues(run.baseline, components, keysOf(begun));
  const found = { components, states, values };
  return new Map(
    begun.flatMap((step) => {
      const outcome = proven(run, step, found);
      return outcome.outcome === 'neutralised' ? [[step.id, outcome] as const] : [];
    })
  );
}

const keysOf = (steps: readonly ComponentStep[]): ComponentKey[] =>
  steps.map(({ detail }) => ({ type: detail.type, fullName: detail.fullName }));

const MOVED = {
  outcome: 'conflict',
  code: 'MOVED',
  message: 'somebody changed this component after the plan was checked; it was not touched',
} as const;

const notSaved = (run: RunContext, { detail }: ComponentStep): Pick<ItemOutcome, 'outcome' | 'code' | 'message'> => ({
  outcome: 'skipped',
  code: 'NOT_SAVED',
  message:
    `what it holds could not be read, so it is not deleted: give ${run.org.identity.username} read access to ` +
    `${detail.fullName} (field-level security; View Encrypted Data for encrypted text) and apply the plan again`,
});

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

/** Components, and how each stands. */
interface Found {
  readonly components: readonly RetrievedComponent[];
  readonly states: ReadonlyMap<string, ComponentState>;
}

async function readBack(run: RunContext, steps: readonly ComponentStep[]): Promise<Found> {
  const keys = keysOf(steps);
  const { components, properties } = await run.org.retrieve(companionsOf(keys, run.baseline.components));
  const states = componentStates(components, new Set(keys.map(keyText)), properties);
  return { components, states: new Map(states.map((state) => [keyText(state), state])) };
}

/** Rules are switched in the background: they are looked at again until the org is done with it, for a while. */
async function readSettled(run: RunContext, steps: readonly ComponentStep[]): Promise<Found> {
  const rules = steps.some(({ detail }) => detail.type === 'MatchingRule' || detail.type === 'MatchingRules');
  for (let look = 1; ; look += 1) {
    const found = await readBack(run, steps);
    if (!rules || look === LOOKS || !found.components.some(isBeingSwitched)) return found;
    run.progress.detail('the org is still switching a matching rule');
    await sleep(look * LOOK_MS);
  }
}

/** Together a good minute. */
const [LOOKS, LOOK_MS] = [16, 500];

function proven(
  run: RunContext,
  step: ComponentStep,
  { components, states, values: added }: Found & { readonly values: ReadonlyMap<string, AddedValues> }
): ItemOutcome {
  const values = {
    before: step.detail.expects,
    planned: step.detail.leaves,
    after: states.get(keyText(step.detail))?.digest ?? null,
  };
  const goes = ({ operation, target }: Step): boolean => operation === 'deleteComponent' && target === step.target;
  if (step.operation === 'deactivateComponent' && isOff(components, step.detail) && !run.plan.steps.some(goes))
    return itemOutcome(run, step, { outcome: 'neutralised', ...values });
  if (standingOfComponent(step, states) === 'alreadyRestored')
    return itemOutcome(run, step, { outcome: 'restored', ...values });
  const left = added.get(keyText(step.detail));
  if (left?.onlyInactive)
    return itemOutcome(run, step, {
      outcome: 'neutralised',
      code: 'VALUES_STAY',
      message: `picklist values that were added stay, inactive: ${left.inactive.join(', ')}`,
      ...values,
    });
  return itemOutcome(run, step, {
    outcome: 'failed',
    code: 'NOT_AS_BEFORE',
    message: 'the deployment succeeded, but the component is not as in the snapshot',
    ...values,
  });
}
