import { keyText, type ComponentState } from '../../metadata/component.js';
import type { Step } from '../../plan/rollbackPlan.js';
import type { Moved, Standing } from '../standing.js';

/** How a component stands: the digest of its content decides. */
export function standingOfComponent(step: Step, components: ReadonlyMap<string, ComponentState>): Standing {
  if (step.detail.kind !== 'component') return 'asPlanned';
  const digest = components.get(keyText(step.detail))?.digest ?? null;
  if (digest === step.detail.leaves) return 'alreadyRestored';
  const switchedOff = digest !== null && digest === step.detail.off;
  return digest === step.detail.expects || switchedOff ? 'asPlanned' : 'moved';
}

export function movedComponent(step: Step, components: ReadonlyMap<string, ComponentState>): Moved {
  const state = step.detail.kind === 'component' ? components.get(keyText(step.detail)) : undefined;
  return {
    target: step.target,
    what: state ? 'its content changed' : 'it is gone',
    byId: state?.lastModifiedById ?? null,
    at: state?.lastModifiedAt ?? null,
  };
}
