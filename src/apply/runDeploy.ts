import type { DeployReport } from '../org/ports.js';
import type { Step } from '../plan/rollbackPlan.js';
import type { RunContext } from './runContext.js';

/**
 * One deployment of a run: the zip is kept in the run folder, the id is in the journal before anything is waited for. A
 * component that is to be deleted and already gone is a warning, which must not fail the rest.
 */
export async function runDeploy(
  run: RunContext,
  step: Step,
  zip: Buffer,
  options: { readonly checkOnly: boolean }
): Promise<DeployReport> {
  await run.folder.write(`deploy/${step.id}.zip`, zip);
  const id = await run.org.startDeploy({
    zip,
    checkOnly: options.checkOnly,
    ignoreWarnings: true,
    ...(run.tests.level ? { testLevel: run.tests.level } : {}),
    tests: run.tests.names,
  });
  await run.journal.append({
    kind: 'jobCreated',
    step: step.id,
    job: id,
    what: options.checkOnly ? 'validation' : 'deploy',
  });
  run.progress.detail(`${options.checkOnly ? 'validation' : 'deployment'} ${id}`);
  return run.org.awaitDeploy(id);
}
