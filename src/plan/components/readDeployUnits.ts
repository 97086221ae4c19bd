import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { keyText } from '../../metadata/component.js';
import { containerOf, isContainer, onlyMembers } from '../../metadata/members.js';
import type { DeployLimits } from '../../model/deployLimits.js';
import type { Baseline } from '../../snapshot/baseline.js';
import type { DraftStep } from '../rollbackPlan.js';
import type { DeployUnit } from './deploymentParts.js';

const compress = promisify(deflateRaw);

/** What an entry takes in a zip besides its content: two headers, each with the path. */
const ENTRY_BYTES = 100;

type ComponentDraft = DraftStep & { readonly detail: Extract<DraftStep['detail'], { kind: 'component' }> };

interface Unit {
  readonly steps: string[];
  readonly paths: readonly string[];
  /** Members wanted of a container's file; undefined: the files are wanted whole. */
  readonly keep: Set<string> | undefined;
  /** What others call its components by. */
  readonly names: Set<string>;
  readonly fullNames: Set<string>;
}

/**
 * What the components that go back take in a deployment, and which of them name which. Undefined where all of them fit into
 * one without a closer look. What is deleted or switched off takes next to nothing and is not among them.
 */
export async function readDeployUnits(
  baseline: Baseline,
  steps: readonly DraftStep[],
  limits: DeployLimits
): Promise<DeployUnit[] | undefined> {
  const units = unitsOf(baseline, steps.filter(isGoingBack));
  const paths = new Set([...units.values()].flatMap((unit) => unit.paths));
  const sizes = new Map(baseline.snapshot.parts.map((part) => [part.path, part.bytes]));
  const whole = [...paths].reduce((sum, path) => sum + (sizes.get(`metadata/${path}`) ?? 0) + ENTRY_BYTES, 0);
  const manifests = 3;
  if (paths.size + manifests <= limits.files && whole <= Math.min(limits.zipBytes, limits.bytes)) return undefined;
  const placesOf = new Map<string, number[]>();
  [...units.values()].forEach(({ names }, place) => {
    for (const name of names) placesOf.set(name, [...(placesOf.get(name) ?? []), place]);
  });
  const result: DeployUnit[] = [];
  for (const [place, unit] of [...units.values()].entries()) {
    const contents = await contentsOf(baseline, unit);
    const used = new Set<number>();
    // What a layout, a translation or a report belongs to stands in its name: `Trip__c-Trip Layout`, `Folder/Report`.
    for (const text of [...contents.map((content) => content.toString('latin1')), ...unit.fullNames])
      for (const [word] of text.matchAll(/\w{2,}/g))
        for (const other of placesOf.get(word) ?? []) if (other !== place) used.add(other);
    const packed = await Promise.all(contents.map((content) => compress(content)));
    result.push({
      steps: unit.steps,
      files: contents.length,
      bytes: sum(contents.map(({ length }) => length)),
      zipBytes: sum(packed.map(({ length }) => length + ENTRY_BYTES)) + 2 * sum(unit.paths.map(({ length }) => length)),
      uses: [...used].sort((a, b) => a - b),
    });
  }
  return result;
}

function isGoingBack(step: DraftStep): step is ComponentDraft {
  return (
    step.detail.kind === 'component' &&
    (step.operation === 'restoreComponent' || step.operation === 'recreateComponent')
  );
}

/** Components of one file, and files of one component, in one unit each; by type and name, so in one order. */
function unitsOf(baseline: Baseline, steps: readonly ComponentDraft[]): Map<string, Unit> {
  const states = new Map(baseline.components.components.map((state) => [keyText(state), state]));
  const units = new Map<string, Unit>();
  for (const { key, operation, detail } of [...steps].sort((a, b) => (a.key < b.key ? -1 : 1))) {
    const paths = states.get(keyText(detail))?.paths ?? [];
    const inParts =
      containerOf(detail.type) !== undefined || (isContainer(detail.type) && operation === 'restoreComponent');
    const id = paths[0] ?? keyText(detail);
    const unit = units.get(id) ?? {
      steps: [],
      paths,
      keep: inParts ? new Set<string>() : undefined,
      names: new Set<string>(),
      fullNames: new Set<string>(),
    };
    unit.steps.push(key);
    // A container that is created again takes its whole file, and every member with it.
    units.set(id, inParts ? unit : { ...unit, keep: undefined });
    unit.keep?.add(keyText(detail));
    unit.fullNames.add(detail.fullName);
    unit.names.add(detail.fullName.split('.').at(-1) ?? detail.fullName);
  }
  return units;
}

async function contentsOf(baseline: Baseline, { paths, keep }: Unit): Promise<Buffer[]> {
  const contents = await Promise.all(paths.map((path) => baseline.folder.read(`metadata/${path}`)));
  const [file] = contents;
  const [path] = paths;
  if (!keep || !file || path === undefined) return contents;
  const first = [...keep][0]?.split(':')[0] ?? '';
  const type = containerOf(first) ?? first;
  const name = (path.split('/').at(-1) ?? '').replace(/\.[^.]+$/, '');
  return [Buffer.from(onlyMembers(type, name, file.toString('utf8'), keep, keep.has(`${type}:${name}`)), 'utf8')];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
