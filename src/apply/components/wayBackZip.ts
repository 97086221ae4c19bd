import { keyText, type ComponentKey } from '../../metadata/component.js';
import { accessFile, isAccessFile, withoutEntries } from '../../metadata/accessFile.js';
import { containerOf, isContainer, onlyMembers } from '../../metadata/members.js';
import { switchedOff } from '../../metadata/switchedOff.js';
import type { Retrieved } from '../../org/ports/components.js';
import { permissionTarget, type ParentKind, type RowKind } from '../../permissions/permissionRow.js';
import type { RollbackPlan, Step } from '../../plan/rollbackPlan.js';
import type { Baseline } from '../../snapshot/baseline.js';
import { deployZip } from './deployZip.js';

export type ComponentStep = Step & { readonly detail: Extract<Step['detail'], { kind: 'component' }> };

export function isComponentStep(step: Step): step is ComponentStep {
  return step.detail.kind === 'component';
}

/** Components as they are now, which some of a way back are made from. */
export type Present = Pick<Retrieved, 'components' | 'files'>;

const NOTHING: Present = { components: [], files: new Map() };

/**
 * The package that takes these components back: what the snapshot has of them, what can only be switched off, and the
 * deletions of what is new. Of profiles and permission sets only what is no row; of those that come back whole, no row that
 * the plan leaves out, such as of a field that stays deleted. For what is switched off and what keeps its rows `present` says
 * how it is now.
 */
export async function wayBackZip(
  baseline: Baseline,
  steps: readonly ComponentStep[],
  apiVersion: string,
  present: Present = NOTHING,
  leftOut: RollbackPlan['leftOut'] = []
): Promise<Buffer> {
  const deletions: ComponentKey[] = [];
  const deletionsFirst: ComponentKey[] = [];
  const members: ComponentKey[] = [];
  const off: ComponentKey[] = [];
  const whole = new Set<string>();
  const accessFiles = new Map<string, ComponentKey>();
  const staying = new Set(leftOut.map(({ target }) => target));
  const byContainer = new Map<string, Set<string>>();
  const states = new Map(baseline.components.components.map((state) => [keyText(state), state]));
  for (const step of steps) {
    const key = { type: step.detail.type, fullName: step.detail.fullName };
    if (step.operation === 'deleteComponent') {
      (step.detail.first ? deletionsFirst : deletions).push(key);
      continue;
    }
    members.push(key);
    if (step.operation === 'deactivateComponent') {
      off.push(key);
      continue;
    }
    // A container that only changed gets its own part back; its members are steps of their own.
    const inParts = containerOf(key.type) ?? (isContainer(key.type) && step.operation === 'restoreComponent');
    for (const path of states.get(keyText(key))?.paths ?? []) {
      if (inParts) byContainer.set(path, (byContainer.get(path) ?? new Set()).add(keyText(key)));
      else whole.add(path);
      if (isAccessFile(key.type)) accessFiles.set(path, key);
    }
  }
  const files = await Promise.all(
    [...whole].map(async (path) => {
      const content = await baseline.folder.read(`metadata/${path}`);
      const now = present.files.get(path);
      const access = accessFiles.get(path);
      if (!access) return { path, content };
      const before = content.toString('utf8');
      const parent = { kind: access.type as ParentKind, name: access.fullName };
      const text = now
        ? accessFile(access.type, before, now.toString('utf8'))
        : withoutEntries(access.type, before, ({ kind, target }) =>
            staying.has(permissionTarget(parent, { kind: kind as RowKind, target }))
          );
      return { path, content: Buffer.from(text, 'utf8') };
    })
  );
  const switched = switchedOffFiles(off, present);
  for (const [path, file] of switched) if (!file.inContainer) files.push({ path, content: file.content });
  const containers = new Set([
    ...byContainer.keys(),
    ...[...switched].flatMap(([path, one]) => (one.inContainer ? [path] : [])),
  ]);
  for (const path of containers) {
    if (whole.has(path)) continue;
    const keep = byContainer.get(path);
    const extra = switched.get(path);
    const more = extra ? [{ xml: extra.content.toString('utf8'), keep: extra.keep }] : [];
    const first = [...(keep ?? extra?.keep ?? [])][0]?.split(':')[0] ?? '';
    const type = containerOf(first) ?? first;
    const name = (path.split('/').at(-1) ?? '').replace(/\.[^.]+$/, '');
    // Without a file in the snapshot, the one of now says what to put the members in.
    const xml = keep ? (await baseline.folder.read(`metadata/${path}`)).toString('utf8') : (more[0]?.xml ?? '');
    const own = keep?.has(`${type}:${name}`);
    files.push({ path, content: Buffer.from(onlyMembers(type, name, xml, keep ?? new Set(), own, more), 'utf8') });
  }
  return deployZip(files, members, deletions, apiVersion, deletionsFirst);
}

interface SwitchedOffFile {
  readonly content: Buffer;
  readonly inContainer: boolean;
  readonly keep: Set<string>;
}

/** Files in which these components are switched off, by path. Members of one container share its file. */
function switchedOffFiles(keys: readonly ComponentKey[], present: Present): Map<string, SwitchedOffFile> {
  const files = new Map<string, SwitchedOffFile>();
  let components = present.components;
  for (const key of keys) {
    const component = switchedOff(components, key);
    const [file] = component?.files ?? [];
    if (!component || !file) throw new Error(`${keyText(key)} is not there to be switched off`);
    components = components.map((each) => (keyText(each) === keyText(component) ? component : each));
    const keep = (files.get(file.path)?.keep ?? new Set()).add(keyText(key));
    files.set(file.path, { content: file.content, inContainer: containerOf(key.type) !== undefined, keep });
  }
  return files;
}
