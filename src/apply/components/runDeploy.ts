import { keyText } from '../../metadata/component.js';
import type { DeployReport } from '../../org/ports/components.js';
import type { Step } from '../../plan/rollbackPlan.js';
import { afterEffect } from '../errorKinds.js';
import { validatedAs } from './validations.js';
import type { RunContext } from '../runContext.js';

/**
 * One deployment of a run, on behalf of `steps`: the zip is kept in the run folder under the first of them, the id is in
 * the journal before anything is waited for. A component that is to be deleted and already gone is a warning, which must
 * not fail the rest.
 */
export async function runDeploy(
  run: RunContext,
  steps: readonly Step[],
  zip: Buffer,
  options: { readonly checkOnly: boolean }
): Promise<DeployReport> {
  const [first] = steps;
  if (!first) throw new Error('a deployment without steps');
  await run.folder.write(`deploy/${first.id}.zip`, zip);
  const id = await run.org.startDeploy({
    zip,
    checkOnly: options.checkOnly,
    ignoreWarnings: true,
    ...(run.tests.level ? { testLevel: run.tests.level } : {}),
    tests: run.tests.names,
  });
  for (const step of steps)
    await run.journal.append({
      kind: 'jobCreated',
      step: step.id,
      job: id,
      what: options.checkOnly ? 'validation' : 'deploy',
    });
  run.progress.detail(`${options.checkOnly ? 'validation' : 'deployment'} ${id}`);
  // A validation leaves nothing behind, whatever becomes of it.
  return options.checkOnly ? run.org.awaitDeploy(id) : afterEffect(() => run.org.awaitDeploy(id));
}

/** Deploys a package at once: by the validation of an earlier check of the plan, where there is one that ran tests. */
export async function deployAtOnce(run: RunContext, steps: readonly Step[], zip: Buffer): Promise<DeployReport> {
  const known = await validatedAs(run.planFolder, zip, run.tests);
  const done = known === undefined ? undefined : await quickDeploy(run, steps, zip, known);
  return done ?? runDeploy(run, steps, zip, { checkOnly: false });
}

/**
 * Validates a package and deploys it: a package that an earlier check of the plan validated with tests is deployed as it
 * is, without running them again; else it is validated first. Where the validation ran tests, it is that validation which
 * is deployed. The org may no longer take a validation (another deployment came since): then the package is sent again.
 * A validation may take hours: `mayGoOn` is asked after one of this run, and undefined is given where it says no. Then
 * nothing was deployed; nor was it where the run may write nothing any more, which rejects.
 */
export async function deployValidated(
  run: RunContext,
  steps: readonly Step[],
  zip: Buffer,
  mayGoOn: () => Promise<boolean>
): Promise<DeployReport | undefined> {
  const known = await validatedAs(run.planFolder, zip, run.tests);
  const done = known === undefined ? undefined : await quickDeploy(run, steps, zip, known);
  if (done) return done;
  const validation = await runDeploy(run, steps, zip, { checkOnly: true });
  if (!validation.success) return validation;
  if (!(await mayGoOn())) return undefined;
  await run.mayWrite();
  const quick = validation.testsRan ? await quickDeploy(run, steps, zip, validation.id) : undefined;
  return quick ?? runDeploy(run, steps, zip, { checkOnly: false });
}

/** Undefined when the org refuses to deploy this validation: then nothing has happened. */
async function quickDeploy(
  run: RunContext,
  steps: readonly Step[],
  zip: Buffer,
  validation: string
): Promise<DeployReport | undefined> {
  const [first] = steps;
  if (first) await run.folder.write(`deploy/${first.id}.zip`, zip);
  const id = await run.org.quickDeploy(validation);
  if (id === undefined) return undefined;
  for (const step of steps) await run.journal.append({ kind: 'jobCreated', step: step.id, job: id, what: 'deploy' });
  run.progress.detail(`deployment ${id} of validation ${validation}`);
  return afterEffect(() => run.org.awaitDeploy(id));
}

/** Why a deployment failed, in the org's words: a component, else a test, else the deployment as a whole. */
export function whyFailed(report: DeployReport): string {
  const culprit = report.components.find((component) => !component.success);
  if (culprit) return `${keyText(culprit)}: ${culprit.problem ?? 'the org gave no reason'}`;
  const [test] = report.testFailures;
  if (test) return `test ${test.name}.${test.method}: ${test.message}`;
  return report.errorMessage ?? report.status;
}
