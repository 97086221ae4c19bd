import type { StepResult } from '../apply/runResult.js';
import { componentTarget, flowTarget } from '../model/selector.js';
import type { ChangeSet } from '../plan/changeSet.js';

/** A run, as far as it tells what it made harmless. */
export interface HarmlessRun {
  readonly result: { readonly steps: ReadonlyArray<Pick<StepResult, 'id' | 'operation' | 'target' | 'counts'>> };
  /** Digests of components that it could only make harmless, as it left them, by step. */
  readonly leftDigests: ReadonlyMap<string, string | null>;
}

/** Targets that a run made harmless and that still are: a flow that does not run, a component as the run left it. */
export function stillHarmless({ result, leftDigests }: HarmlessRun, changes: ChangeSet): string[] {
  const flows = new Map(changes.flows.map((change) => [flowTarget(change.flow), change]));
  const components = new Map(
    changes.components.map((change) => [componentTarget(change.type, change.fullName), change])
  );
  return result.steps.filter(wasMadeHarmless).flatMap(({ id, target }) => {
    const flow = flows.get(target);
    if (flow) return flow.kind === 'created' && flow.now?.activeVersion === null ? [target] : [];
    const component = components.get(target);
    return component && leftDigests.get(id) === component.now?.digest ? [target] : [];
  });
}

export function wasMadeHarmless({ operation, counts }: Pick<StepResult, 'operation' | 'counts'>): boolean {
  const off = operation === 'deactivateFlow' || operation === 'deactivateComponent';
  return (counts.neutralised ?? 0) > 0 || (off && (counts.alreadyRestored ?? 0) > 0);
}
