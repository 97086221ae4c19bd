import type { Estimate, PermissionItem, Step } from './rollbackPlan.js';

/** Rows above which a step uses a bulk job instead of sObject Collections (the platform's own advice). */
export const BULK_FROM_ROWS = 2000;

/** Flow pointers that go in one request. */
export const POINTERS_PER_REQUEST = 25;

/** Requests and seconds that applying the steps takes, roughly: polls, the re-read before and the proof after included. */
export function estimate(
  steps: readonly Step[],
  daily?: { readonly max: number; readonly remaining: number }
): Estimate {
  let requests = 6;
  let seconds = 2;
  const pointers = steps.filter(
    ({ detail, operation }) => detail.kind === 'flow' && operation !== 'redeployFlow'
  ).length;
  requests += Math.ceil(pointers / POINTERS_PER_REQUEST);
  seconds += pointers * 0.1;
  const deployments = deploymentCount(steps);
  requests += deployments.flows * 10;
  seconds += deployments.flows * 20;
  for (const step of steps) {
    if (step.detail.kind === 'flowVersion') {
      requests += 2;
      seconds += 0.5;
    } else if (step.detail.kind === 'records') {
      // Read before the first write; what is read before and after its own write goes with that.
      const reads = Math.ceil(step.count / 400) + (step.operation === 'undeleteRecords' ? 1 : 0);
      requests +=
        reads +
        (step.count >= BULK_FROM_ROWS && step.operation !== 'undeleteRecords' ? 10 : Math.ceil(step.count / 200));
      seconds += 1 + step.count / 100;
    }
  }
  const rows = steps.flatMap(({ detail }) => (detail.kind === 'permissions' ? detail.rows : []));
  if (rows.length > 0) {
    requests += permissionRequests(rows);
    seconds += 2 + rows.length / 100;
  }
  requests += deployments.components * 20;
  seconds += deployments.components * 30;
  return {
    requests,
    seconds: Math.ceil(seconds),
    ...(daily ? { limit: daily.max, remaining: daily.remaining } : {}),
  };
}

/**
 * How many deployments the steps go in: of components all that wait for nothing any more go together, of flows those of
 * one part.
 */
function deploymentCount(steps: readonly Step[]): { readonly flows: number; readonly components: number } {
  const count = { flows: 0, components: 0 };
  const done = new Set<string>();
  for (const step of steps) {
    if (done.has(step.id)) continue;
    const redeploy = step.operation === 'redeployFlow';
    const together = (other: Step): boolean =>
      redeploy ? other.operation === 'redeployFlow' : other.detail.kind === 'component';
    const batch = together(step)
      ? steps.filter((other) => together(other) && !done.has(other.id) && other.waitsFor.every((id) => done.has(id)))
      : [step];
    for (const { id } of [step, ...batch]) done.add(id);
    if (redeploy) count.flows += new Set(batch.map(({ detail }) => (detail.kind === 'flow' ? detail.part : 0))).size;
    else if (step.detail.kind === 'component') count.components += 1;
  }
  return count;
}

/** Names that one question about permission rows takes, and rows of one call of sObject Collections. */
const NAMES_PER_QUESTION = 100;
const ROWS_PER_CALL = 200;

/**
 * Rows are read three times: before the first write, just before their own, and after it. The questions go together in one
 * call, but each counts against the day's limit (REST API guide, Composite Batch); rows are written some hundred a call.
 */
function permissionRequests(rows: readonly PermissionItem[]): number {
  const kinds = Map.groupBy(rows, ({ kind }) => kind);
  let questions = 2;
  for (const [kind, list] of kinds) {
    const pieces = Math.ceil(new Set(list.map(({ target }) => target)).size / NAMES_PER_QUESTION);
    const byParent = kind === 'UserPermission' || kind === 'Member' || kind === 'User';
    // What a class or flow is called is asked besides.
    questions += byParent ? 7 : kind === 'Object' || kind === 'Field' || kind === 'Tab' ? pieces : 2 * pieces;
  }
  return 6 + 3 * questions + Math.ceil(rows.length / ROWS_PER_CALL) + 2;
}
