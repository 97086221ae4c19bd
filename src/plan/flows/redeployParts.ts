import type { DeployLimits } from '../../model/deployLimits.js';
import { plural } from '../../model/plural.js';
import { deploymentParts, type DeployUnit } from '../components/deploymentParts.js';
import type { Draft } from '../draft.js';
import type { DraftStep } from '../rollbackPlan.js';

type FlowStep = DraftStep & { readonly detail: Extract<DraftStep['detail'], { kind: 'flow' }> };

export function isRedeploy(step: DraftStep): step is FlowStep {
  return step.operation === 'redeployFlow';
}

/**
 * Bodies of flows that are too much for one deployment go in several: a flow after those it calls. A flow that the org
 * refuses holds nobody back, so parts do not wait for each other: their numbers say in which order they go. `units` are
 * those of the redeploys, in the order of the steps.
 */
export function redeploysInParts(draft: Draft, units: readonly DeployUnit[] | undefined, limits: DeployLimits): Draft {
  if (!units) return draft;
  const due = draft.steps.filter(isRedeploy);
  const { parts } = deploymentParts(units, limits);
  if (parts.length < 2) return draft;
  const partOf = new Map(parts.flatMap((places, at) => places.map((place) => [due[place]?.key, at + 1] as const)));
  const steps = draft.steps.map((step) => {
    const part = partOf.get(step.key);
    if (part === undefined || step.detail.kind !== 'flow') return step;
    return {
      ...step,
      reason: `${step.reason}; in deployment ${part} of ${parts.length}`,
      detail: { ...step.detail, part },
    };
  });
  const most = `${limits.files.toLocaleString('en')} files, ${Math.floor(limits.zipBytes / 1_000_000)} MB`;
  const finding = {
    code: 'severalFlowDeployments',
    severity: 'info' as const,
    subject: 'flows',
    message: `The flows whose content is deployed are too much for one deployment (${most}). They go in ${parts.length}, one after the other: ${parts.map((places) => plural(places.length, 'flow')).join(', ')}; a flow goes after those it calls.`,
  };
  return { ...draft, steps, findings: [...draft.findings, finding] };
}
