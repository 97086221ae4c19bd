import { keyText, type ComponentKey } from '../../metadata/component.js';
import { accessFile, isAccessFile } from '../../metadata/accessFile.js';
import { containerOf, isContainer, onlyMembers } from '../../metadata/members.js';
import type { Step } from '../../plan/rollbackPlan.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { deployZip } from './deployZip.js';

export type ComponentStep = Step & { readonly detail: Extract<Step['detail'], { kind: 'component' }> };

export function isComponentStep(step: Step): step is ComponentStep {
  return step.detail.kind === 'component';
}

/**
 * The package that takes these components back: what the snapshot has of them, and the deletions of what is new. Of
 * profiles and permission sets only what is no row: `present` holds their files as they are now.
 */
export async function wayBackZip(
  baseline: Baseline,
  steps: readonly ComponentStep[],
  apiVersion: string,
  present: ReadonlyMap<string, Buffer> = new Map()
): Promise<Buffer> {
  const deletions: ComponentKey[] = [];
  const members: ComponentKey[] = [];
  const whole = new Set<string>();
  const accessTypes = new Map<string, string>();
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
      if (isAccessFile(key.type)) accessTypes.set(path, key.type);
    }
  }
  const files = await Promise.all(
    [...whole].map(async (path) => {
      const content = await baseline.folder.read(`metadata/${path}`);
      const now = present.get(path);
      const type = accessTypes.get(path);
      return now && type
        ? { path, content: Buffer.from(accessFile(type, content.toString('utf8'), now.toString('utf8')), 'utf8') }
        : { path, content };
    })
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
