import { keyText } from '../metadata/component.js';
import { sha256 } from '../model/digest.js';
import type { Finding } from '../model/finding.js';
import { plural } from '../model/plural.js';
import type { Chance, Progress } from '../model/progress.js';
import type { OrgPorts } from '../org/ports.js';
import type { DeployReport } from '../org/ports/components.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import type { Baseline } from '../snapshot/baseline.js';
import type { StoreFolder } from '../store/ports.js';
import { deploymentsOf, type PlannedDeployment } from './components/deployments.js';
import { keepValidations, testsText, type TestChoice, type Validations } from './components/validations.js';

/**
 * Validates every deployment of a plan in the org (check-only) and says what would fail: components, and tests by name.
 * Changes nothing. A validation that ran tests is remembered beside the plan, so that `apply` can deploy it without running
 * them again while the org takes it.
 */
export async function checkPlan(
  org: OrgPorts,
  baseline: Baseline,
  plan: RollbackPlan,
  folder: StoreFolder,
  tests: TestChoice,
  chance: Chance,
  progress: Progress
): Promise<Finding[]> {
  const deployments = await deploymentsOf(org, baseline, plan);
  const findings: Finding[] = [];
  const validations: Validations[number][] = [];
  for (const deployment of deployments) {
    progress.stage('Validating the way back', plural(deployment.steps.length, 'step'));
    const id = await org.startDeploy({
      zip: deployment.zip,
      checkOnly: true,
      ignoreWarnings: true,
      ...(tests.level ? { testLevel: tests.level } : {}),
      tests: tests.names,
    });
    progress.detail(`validation ${id}`);
    const report = await org.awaitDeploy(id);
    validations.push({
      id,
      zip: sha256(deployment.zip),
      success: report.success,
      testsRan: report.testsRan,
      tests: testsText(tests),
      at: chance.now().toISOString(),
    });
    findings.push(...verdict(plan, deployment, report));
  }
  await keepValidations(folder, validations);
  if (deployments.length === 0)
    findings.push({
      code: 'nothingToCheck',
      severity: 'info',
      subject: plan.id,
      message: 'No step of the plan is a deployment, so there is nothing to validate.',
    });
  return findings;
}

function verdict(plan: RollbackPlan, { what, steps }: PlannedDeployment, report: DeployReport): Finding[] {
  const items = plural(steps.length, what === 'flows' ? 'flow' : 'component');
  if (report.success)
    return [
      {
        code: 'checkPassed',
        severity: 'info',
        subject: report.id,
        message: report.testsRan
          ? `The deployment of ${items} was validated with tests; apply deploys it without running them again while the org takes it (10 days, if nothing else is deployed).`
          : `The deployment of ${items} was validated; the org ran no tests.`,
      },
    ];
  const ids = new Set(steps.map(({ id }) => id));
  const before = plan.steps.filter(({ id }) => steps.some((step) => step.waitsFor.includes(id)) && !ids.has(id));
  const note =
    before.length > 0
      ? ` Steps ${before.map(({ id }) => id).join(', ')} come before it and were not done for this check: it may pass once they are.`
      : '';
  const failures: Finding[] = [
    ...report.components
      .filter((component) => !component.success)
      .map((component) => ({
        subject: `metadata:${keyText(component)}`,
        message: `It would fail: ${component.problem ?? 'the org gave no reason'}.${note}`,
      })),
    ...report.testFailures.map((test) => ({
      subject: `${test.name}.${test.method}`,
      message: `This test would fail: ${test.message}`,
    })),
  ].map((failure) => ({ code: 'checkFailed', severity: 'warning' as const, ...failure }));
  if (failures.length > 0) return failures;
  const message = `The deployment would fail: ${report.errorMessage ?? report.status}`;
  return [{ code: 'checkFailed', severity: 'warning', subject: report.id, message }];
}
