import type { Operation, OutcomeCounts } from '../model/operation.js';
import type { RunStatus } from './journal/journal.js';

export interface StepResult {
  readonly id: string;
  readonly operation: Operation;
  readonly target: string;
  readonly counts: OutcomeCounts;
  readonly errors: ReadonlyArray<{ readonly target: string; readonly code: string; readonly message: string }>;
}

export interface RunResult {
  readonly runId: string;
  readonly planId: string;
  readonly status: RunStatus;
  readonly steps: readonly StepResult[];
  readonly totals: OutcomeCounts;
  readonly undoPoint: string;
  readonly idMap: Readonly<Record<string, string>>;
  readonly durationMs: number;
}
