import { keyText, type ComponentKey } from '../metadata/component.js';
import { containerOf, isContainer, onlyMembers } from '../metadata/members.js';
import type { Step } from '../plan/rollbackPlan.js';
import type { Baseline } from '../snapshot/baseline.js';
import { deployZip } from './deployZip.js';

export type ComponentStep = Step & { readonly detail: Extract<Step['detail'], { kind: 'component' }> };

export function isComponentStep(step: Step): step is ComponentStep {
  return step.detail.kind === 'component';
}

/** The package that takes these components back: what the snapshot has of them, and the deletions of what is new. */
export async function wayBackZip(
  baseline: Baseline,
  steps: readonly ComponentStep[],
  apiVersion: string
): Promise<Buffer> {
  const deletions: ComponentKey[] = [];
  const members: ComponentKey[] = [];
  const whole = new Set<string>();
  const byContainer = new Map<string, Set<string>>();
  const states = new Map(baseline.components.components.map((state) => [keyText(state), state]));
  for (const step of steps) {
    const key = { type: step.detail.type, fullName: step.detail.fullName };
    if (step.operation === 'deleteComponent') {
      deletions.push(key);
      continue;
    }
    members.push(key);
    // A container that only changed gets its own part back; its members are steps of their own.
    const inParts = containerOf(key.type) ?? (isContainer(key.type) && step.operation === 'restoreComponent');
    for (const path of states.get(keyText(key))?.paths ?? []) {
      if (inParts) byContainer.set(path, (byContainer.get(path) ?? new Set()).add(keyText(key)));
      else whole.add(path);
    }
  }
  const files = await Promise.all(
    [...whole].map(async (path) => ({ path, content: await baseline.folder.read(`metadata/${path}`) }))
  );
  for (const [path, keep] of byContainer) {
    if (whole.has(path)) continue;
    const first = [...keep][0]?.split(':')[0] ?? '';
    const type = containerOf(first) ?? first;
    const name = (path.split('/').at(-1) ?? '').replace(/\.[^.]+$/, '');
    const xml = (await baseline.folder.read(`metadata/${path}`)).toString('utf8');
    files.push({ path, content: Buffer.from(onlyMembers(type, name, xml, keep, keep.has(`${type}:${name}`)), 'utf8') });
  }
  return deployZip(files, members, deletions, apiVersion);
}
