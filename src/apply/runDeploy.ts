import { keyText } from '../metadata/component.js';
import type { DeployReport } from '../org/ports.js';
import type { Step } from '../plan/rollbackPlan.js';
import type { RunContext } from './runContext.js';

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
  return run.org.awaitDeploy(id);
}

/** Why a deployment failed, in the org's words: a component, else a test, else the deployment as a whole. */
export function whyFailed(report: DeployReport): string {
  const culprit = report.components.find((component) => !component.success);
  if (culprit) return `${keyText(culprit)}: ${culprit.problem ?? 'the org gave no reason'}`;
  const [test] = report.testFailures;
  if (test) return `test ${test.name}.${test.method}: ${test.message}`;
  return report.errorMessage ?? report.status;
}
