import type { ComponentReader } from '../../org/ports/components.js';
import type { RollbackPlan, Step } from '../../plan/rollbackPlan.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { batchOf } from './batch.js';
import { flowBatch } from '../flows/flowLane.js';
import { redeployParts, redeployZip } from '../flows/flowRedeploys.js';
import { readPresent } from './readPresent.js';
import { isComponentStep, wayBackZip } from './wayBackZip.js';

/** One deployment of a plan: the steps that go in it, and its package. */
export interface PlannedDeployment {
  readonly what: 'flows' | 'components';
  readonly steps: readonly Step[];
  readonly zip: Buffer;
}

/** The deployments of a plan, in the order in which an undisturbed run sends them. */
export async function deploymentsOf(
  org: Pick<ComponentReader, 'retrieve'>,
  baseline: Baseline,
  plan: RollbackPlan
): Promise<PlannedDeployment[]> {
  const deployments: PlannedDeployment[] = [];
  const done = new Set<string>();
  for (const step of plan.steps) {
    if (done.has(step.id)) continue;
    const steps = batchOf(plan, step, done);
    for (const { id } of steps) done.add(id);
    const components = steps.filter(isComponentStep);
    if (components.length > 0)
      deployments.push({
        what: 'components',
        steps: components,
        zip: await wayBackZip(
          baseline,
          components,
          plan.apiVersion,
          await readPresent(org, baseline, components),
          plan.leftOut
        ),
      });
    else if (step.lane === 'flows' && flowBatch(step) === 'redeploys')
      for (const part of redeployParts(steps)) {
        const zip = await redeployZip(baseline, part, plan.apiVersion);
        if (zip) deployments.push({ what: 'flows', steps: part, zip });
      }
  }
  return deployments;
}
