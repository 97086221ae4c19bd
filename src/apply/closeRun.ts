import { addCounts, countOutcomes, type OutcomeCounts } from '../model/operation.js';
import type { RunStatus } from './journal/journal.js';
import { filesToName } from './journal/namedFiles.js';
import { newIdTable } from './records/newIdTable.js';
import { outcomesCsv } from './outcome.js';
import type { RunContext } from './runContext.js';
import type { RunResult, StepResult } from './runResult.js';

/** Accounts for every item and closes the journal. */
export async function closeRun(run: RunContext, interrupted: boolean, durationMs: number): Promise<RunResult> {
  const all = [...run.outcomes.values()].flat();
  const steps: StepResult[] = run.plan.steps
    .filter((step) => run.outcomes.has(step.id))
    .map((step) => {
      const outcomes = run.outcomes.get(step.id) ?? [];
      return {
        id: step.id,
        operation: step.operation,
        target: step.target,
        counts: countOutcomes(outcomes.map((outcome) => outcome.outcome)),
        errors: outcomes
          .filter((outcome) => ['failed', 'skipped', 'conflict', 'inDoubt'].includes(outcome.outcome))
          .map((outcome) => ({ target: outcome.target, code: outcome.code ?? '', message: outcome.message ?? '' })),
      };
    });
  const totals = addCounts(steps.map((step) => step.counts));
  const status = statusOf(totals, interrupted);
  const newIds = [...run.idMap].filter(([old]) => run.returning.has(old)).sort(([a], [b]) => (a < b ? -1 : 1));
  const result: RunResult = {
    runId: run.folder.id,
    planId: run.plan.id,
    status,
    steps,
    totals,
    undoPoint: run.undo.display,
    idMap: Object.fromEntries(newIds),
    durationMs,
  };
  await run.folder.write('outcomes.csv', outcomesCsv(all, run.org.identity.username));
  await run.folder.write('idmap.csv', await newIdTable(run, newIds));
  // Inside the store paths are relative: it can be moved, and `--store` may have been absolute.
  await run.folder.write('result.json', `${JSON.stringify({ ...result, undoPoint: 'undo' }, null, 2)}\n`);
  const orgTime = run.org.lastAnswerAt();
  const files = await filesToName(run.folder);
  await run.journal.append({ kind: 'runClosed', status, ...(orgTime ? { orgTime } : {}), files });
  return result;
}

export function statusOf(totals: OutcomeCounts, interrupted: boolean): RunStatus {
  if (interrupted) return 'interrupted';
  const bad = (totals.failed ?? 0) + (totals.skipped ?? 0) + (totals.conflict ?? 0) + (totals.inDoubt ?? 0);
  const good = (totals.restored ?? 0) + (totals.neutralised ?? 0);
  if (bad === 0) return good === 0 ? 'alreadyApplied' : 'succeeded';
  return good + (totals.alreadyRestored ?? 0) > 0 || (totals.inDoubt ?? 0) > 0 ? 'partial' : 'failed';
}
