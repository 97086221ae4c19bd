import type { DeployLimits } from '../../model/deployLimits.js';
import { plural } from '../../model/plural.js';
import type { Draft } from '../draft.js';
import type { DraftStep } from '../rollbackPlan.js';
import { deploymentParts, type DeployUnit } from './deploymentParts.js';

/**
 * A way back that is too much for one deployment, in several: each waits for the one before, and what is deleted or switched
 * off goes with the last (what is deleted before anything comes back: with the first). A deployment goes through as a whole or not at all, so one step of a part stands for all of it.
 */
export function inParts(draft: Draft, units: readonly DeployUnit[] | undefined, limits: DeployLimits): Draft {
  if (!units) return draft;
  const { parts, tooMuch } = deploymentParts(units, limits);
  const stepsOf = (places: readonly number[]): string[] => places.flatMap((place) => units[place]?.steps ?? []);
  const partOf = new Map(parts.flatMap((part, at) => stepsOf(part).map((key) => [key, at] as const)));
  const first = parts.map((part) => stepsOf(part)[0]);
  const placed = (step: DraftStep): DraftStep => {
    if (step.detail.kind !== 'component' || parts.length < 2) return step;
    const part = partOf.get(step.key) ?? (step.detail.first ? 0 : parts.length - 1);
    const before = part === 0 ? undefined : first[part - 1];
    return {
      ...step,
      reason: `${step.reason}; in deployment ${part + 1} of ${parts.length}`,
      ...(before === undefined ? {} : { after: [...(step.after ?? []), before] }),
    };
  };
  const findings = [...draft.findings];
  const most = `${limits.files.toLocaleString('en')} files, ${Math.floor(limits.zipBytes / 1_000_000)} MB`;
  if (parts.length > 1)
    findings.push({
      code: 'severalDeployments',
      severity: 'warning',
      subject: 'metadata',
      message: `The components that go back are too much for one deployment (${most}). They go in ${parts.length}, one after the other: ${parts.map((part) => plural(stepsOf(part).length, 'component')).join(', ')}; what is used goes before what uses it. Each is validated by itself, so a later one may fail after an earlier one came through.`,
      action: 'If one fails: mend what it names, then "sf rollback plan" again for the rest.',
    });
  for (const key of stepsOf(tooMuch))
    findings.push({
      code: 'tooMuchForDeployment',
      severity: 'warning',
      subject: draft.steps.find((step) => step.key === key)?.target ?? key,
      message: `Alone, or with what cannot be parted from it, it is more than a deployment takes (${most}): the org may refuse it.`,
    });
  return { ...draft, steps: draft.steps.map(placed), findings };
}
