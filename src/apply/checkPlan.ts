import { z } from 'zod';
import { keyText } from '../metadata/component.js';
import { sha256 } from '../model/digest.js';
import type { Finding } from '../model/finding.js';
import { plural } from '../model/plural.js';
import type { Chance, Progress } from '../model/progress.js';
import type { DeployReport, OrgPorts, TestLevel } from '../org/ports.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import { parseJson, type Baseline } from '../snapshot/baseline.js';
import type { StoreFolder } from '../store/ports.js';
import { deploymentsOf, type PlannedDeployment } from './components/deployments.js';

export interface TestChoice {
  readonly level?: TestLevel;
  readonly names: readonly string[];
}

const checkSchema = z.strictObject({
  validations: z.array(
    z.strictObject({
      id: z.string().regex(/^0Af[a-zA-Z0-9]{12,15}$/),
      zip: z.string(),
      success: z.boolean(),
      testsRan: z.boolean(),
      tests: z.string(),
      at: z.string(),
    })
  ),
});

type Check = z.infer<typeof checkSchema>;
const FILE = 'check.json';

function testsText(tests: TestChoice): string {
  return `${tests.level ?? 'default'} ${[...tests.names].sort().join(',')}`.trim();
}

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
  const deployments = await deploymentsOf(baseline, plan);
  const findings: Finding[] = [];
  const validations: Check['validations'] = [];
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
  await folder.write(FILE, `${JSON.stringify({ validations } satisfies Check, null, 2)}\n`);
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

/** The validation of exactly this package with these tests, if one passed and ran tests; undefined otherwise. */
export async function validatedAs(folder: StoreFolder, zip: Buffer, tests: TestChoice): Promise<string | undefined> {
  if (!(await folder.exists(FILE))) return undefined;
  let raw: unknown;
  try {
    raw = parseJson((await folder.read(FILE)).toString('utf8'));
  } catch {
    return undefined;
  }
  // What cannot be read is only a short cut that is not taken.
  const check = checkSchema.safeParse(raw);
  if (!check.success) return undefined;
  const hash = sha256(zip);
  return check.data.validations.find(
    (one) => one.success && one.testsRan && one.zip === hash && one.tests === testsText(tests)
  )?.id;
}
