import { orderSteps } from '../order/orderSteps.js';
import type { Finding } from '../../model/finding.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { componentSteps } from '../components/componentSteps.js';
import { joinDrafts, type Decisions, type Draft } from '../draft.js';
import type { FlowFacts } from '../flows/flowFacts.js';
import { flowSteps } from '../flows/flowSteps.js';
import type { ChangeSet } from '../changeSet.js';
import type { DraftStep } from '../rollbackPlan.js';

/** What is known of the org now, as far as order rules go. */
interface Seen {
  readonly changes: ChangeSet;
}

/**
 * What was left out although something that goes back needs it, or waits for it: said, and never added by itself. The
 * plan is held against the one in which nothing is left out and every conflict goes back. Rows that need each other are
 * told by the record lane itself, row by row (`targetDeleted`, `keyTaken`, `cascadesOutsidePlan`).
 */
export function leftOutNeeds(
  draft: Draft,
  observed: Seen,
  baseline: Baseline,
  flowFacts: FlowFacts,
  decisions: Decisions
): Finding[] {
  if (draft.leftOut.length + draft.conflicts.length === 0) return [];
  const all: Decisions = {
    ...decisions,
    choice: { ...decisions.choice, only: [], exclude: [], onConflict: 'restore', resolve: [] },
  };
  const whole = joinDrafts([
    flowSteps(observed.changes.flows, flowFacts, all),
    componentSteps(
      observed.changes.components,
      {
        snapshotId: baseline.snapshot.id,
        snapshotAt: baseline.snapshot.createdAt,
        flowTexts: new Map(),
        filledRows: new Map(),
      },
      all
    ),
  ]);
  const chosen = new Set(draft.steps.map((step) => step.key));
  const records = draft.steps.filter((step) => step.lane === 'records');
  const ordered = orderSteps([...whole.steps, ...records], { flowTraits: flowFacts.traits });
  return ordered.flatMap(({ step, waitsFor }) =>
    chosen.has(step.key)
      ? waitsFor
          .filter((other) => !chosen.has(other.key) && concerns(other.detail, step.detail))
          .map((other) => need(step, other))
      : []
  );
}

/** Records wait for the metadata of all objects, which costs nothing; they need only that of their own. */
function concerns(component: DraftStep['detail'], rows: DraftStep['detail']): boolean {
  if (component.kind !== 'component' || rows.kind !== 'records') return true;
  const ofAnObject = component.fullName.includes('.') || component.type === 'CustomObject';
  return !ofAnObject || component.fullName.split('.')[0] === rows.object;
}

function need(step: DraftStep, other: DraftStep): Finding {
  return {
    code: 'needsLeftOut',
    severity: 'warning',
    subject: step.target,
    message: `It goes back, but ${other.target}, which it needs or must wait for, stays as it is. It may be refused.`,
    action: `Take back both, or leave out both: --exclude ${step.target}`,
  };
}
