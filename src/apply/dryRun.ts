import type { Finding } from '../model/finding.js';
import type { Chance, Progress } from '../model/progress.js';
import type { OrgPorts } from '../org/ports.js';
import type { RollbackPlan, Step } from '../plan/rollbackPlan.js';
import { fieldNamed, type ObjectDescribe } from '../records/objectDescribe.js';
import type { Store } from '../store/ports.js';
import { refuseTooMany } from './applyPlan.js';
import { checkPlan } from './checkPlan.js';
import type { TestChoice } from './components/validations.js';
import { refuseBehindEarlierRuns } from './runsInTheWay.js';
import { checkFresh, type ReadyPlan } from './readyPlan.js';

/** What applying a plan would meet, found out without a write. */
export interface DryRun {
  readonly planId: string;
  /** Nothing stands in the way, as far as the org tells before it is asked to write. */
  readonly passes: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Does everything that `apply` does before its first write: refuses a plan from which the org has moved on, asks whether this
 * user may write what the plan writes, and has the org validate each deployment (check-only). Takes no lock, opens no run.
 */
export async function dryRun(
  org: OrgPorts,
  store: Store,
  ready: ReadyPlan,
  request: { readonly tests: TestChoice; readonly maxChanges?: number },
  chance: Chance,
  progress: Progress
): Promise<DryRun> {
  refuseTooMany(ready.plan, request.maxChanges);
  await refuseBehindEarlierRuns(store, ready.plan);
  await checkFresh(org, ready, progress);
  const rights = await missingRights(org, ready.plan);
  const { baseline, plan, folder } = ready;
  const validated = await checkPlan(org, baseline, plan, folder, request.tests, chance, progress);
  const findings = [...rights, ...validated];
  return { planId: plan.id, passes: !findings.some(({ code }) => FAILURES.has(code)), findings };
}

const FAILURES = new Set(['checkFailed', 'rightMissing']);

/** What this user may not do of what the record steps do, by what the org says of each object and field. */
async function missingRights(org: OrgPorts, plan: RollbackPlan): Promise<Finding[]> {
  const findings: Finding[] = [];
  const missing = (subject: string, what: string): void =>
    void findings.push({ code: 'rightMissing', severity: 'warning', subject, message: `It would fail: ${what}.` });
  for (const step of plan.steps) {
    if (step.detail.kind !== 'records') continue;
    const { object } = step.detail;
    const describe = await org.describe(object);
    const right = rightOf(step, describe);
    if (right) missing(step.target, `this user may not ${right} ${object} records`);
    if (step.operation === 'updateRecords')
      for (const name of step.detail.fields) {
        const field = fieldNamed(describe, name);
        // A field that a deployment of the plan brings back is not there yet.
        if (field && !field.updateable) missing(step.target, `this user may not edit ${object}.${name}`);
      }
  }
  return findings;
}

function rightOf({ operation }: Step, describe: ObjectDescribe): string | undefined {
  if (operation === 'insertRecords') return describe.createable ? undefined : 'create';
  if (operation === 'deleteRecords') return describe.deletable ? undefined : 'delete';
  if (operation === 'undeleteRecords') return describe.undeletable ? undefined : 'undelete';
  return describe.updateable ? undefined : 'edit';
}
