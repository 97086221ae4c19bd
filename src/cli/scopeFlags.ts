import type { ComponentKey } from '../metadata/component.js';
import { Refusal } from '../model/refusal.js';
import type { OrgHistory } from '../org/ports/history.js';
import {
  componentsOfDeployment,
  componentsOfManifest,
  componentsOfSource,
  componentsToDeploy,
} from './componentScope.js';
import { presetNamed, PRESETS } from '../records/presets/presets.js';
import type { Snapshot } from '../snapshot/snapshotFormat.js';
import { EMPTY_SCOPE, mergeScopes, parseObjectScope, scopeOfComponents, type Scope } from '../snapshot/scope.js';

export interface ScopeFlags {
  readonly manifest?: string;
  readonly metadata?: readonly string[];
  readonly sourceDir?: readonly string[];
  readonly deployDir?: readonly string[];
  readonly deployId?: readonly string[];
  readonly flows?: readonly string[];
  readonly records?: readonly string[];
  /** Datasets of `rollback.yml` by name, to be named like presets. */
  readonly datasets?: Readonly<Record<string, Scope>>;
}

/** What the flags say is in scope. With no scope flag: every flow, and the CPQ preset where the package is installed. */
export async function scopeOfFlags(
  flags: ScopeFlags,
  org: Pick<OrgHistory, 'packageVersions' | 'deployReport'>,
  label: string
): Promise<Scope> {
  const { datasets = {}, ...typed } = flags;
  const values: ReadonlyArray<string | readonly string[] | undefined> = Object.values(typed);
  const named = values.some((value) => value !== undefined && value.length > 0);
  if (!named) {
    const scope: Scope = { ...EMPTY_SCOPE, flows: 'all' };
    return 'SBQQ' in (await org.packageVersions()) ? mergeScopes(scope, presetScope('cpq')) : scope;
  }
  let scope: Scope = EMPTY_SCOPE;
  const components = await componentsOf(flags, org, label);
  if (components.length > 0) scope = mergeScopes(scope, { ...EMPTY_SCOPE, ...scopeOfComponents(components) });
  if (flags.flows?.length)
    scope = mergeScopes(scope, {
      ...EMPTY_SCOPE,
      flows: flags.flows.some((name) => name === 'all' || name === '*') ? 'all' : flags.flows,
    });
  for (const entry of flags.records ?? []) scope = mergeScopes(scope, await recordScope(entry, datasets, org, label));
  return scope;
}

/** The scope of the snapshot that is followed: only what both hold can be compared. */
export function followedScope(snapshot: Snapshot): Scope {
  const { flows, metadata, records, knowledge } = snapshot.scope;
  return {
    flows,
    metadata,
    ...(knowledge === undefined ? {} : { knowledge }),
    records: records.map(({ object, where, preset, dataset, optional }) => ({
      object,
      ...(where === undefined ? {} : { where }),
      ...(preset === undefined ? {} : { preset }),
      ...(dataset === undefined ? {} : { dataset }),
      ...(optional === undefined ? {} : { optional }),
    })),
  };
}

function presetScope(name: string): Scope {
  const preset = presetNamed(name);
  return { ...EMPTY_SCOPE, records: (preset?.objects ?? []).map((entry) => ({ ...entry, preset: name })) };
}

async function recordScope(
  entry: string,
  datasets: Readonly<Record<string, Scope>>,
  org: Pick<OrgHistory, 'packageVersions'>,
  label: string
): Promise<Scope> {
  if (Object.hasOwn(datasets, entry)) return datasets[entry] as Scope;
  const preset = presetNamed(entry);
  if (preset) {
    if (!(preset.namespace in (await org.packageVersions())))
      throw new Refusal('packageMissing', { tokens: [preset.name, preset.namespace, label], actionTokens: [label] });
    return presetScope(entry);
  }
  const object = parseObjectScope(entry);
  if (!object)
    throw new Refusal('badRecordScope', {
      tokens: [entry, [...PRESETS.map((known) => known.name), ...Object.keys(datasets)].join(', ')],
    });
  if (object.object.endsWith('__mdt'))
    throw new Refusal('customMetadataRecords', {
      tokens: [object.object],
      actionTokens: [object.object.slice(0, -5), label],
    });
  return { ...EMPTY_SCOPE, records: [object] };
}

/** Components named in any way; source-deploy-retrieve is loaded only where a name does not say it all. */
async function componentsOf(
  flags: ScopeFlags,
  org: Pick<OrgHistory, 'deployReport'>,
  label: string
): Promise<ComponentKey[]> {
  const keys: ComponentKey[] = [];
  for (const entry of flags.metadata ?? []) {
    const [type, ...name] = entry.split(':');
    if (!type || !/^[A-Za-z]+$/.test(type)) throw new Refusal('badMetadata', { tokens: [entry] });
    keys.push({ type, fullName: name.join(':') || '*' });
  }
  if (flags.manifest) keys.push(...(await componentsOfManifest(flags.manifest)));
  for (const path of flags.sourceDir ?? []) keys.push(...(await componentsOfSource(path)));
  for (const folder of flags.deployDir ?? []) keys.push(...(await componentsToDeploy(folder)));
  for (const id of flags.deployId ?? []) keys.push(...(await componentsOfDeployment(id, org, label)));
  return checkTypes(keys);
}

/** Whether `TYPE` or `TYPE:NAME` names a type that source-deploy-retrieve knows. */
export async function isMetadataName(entry: string): Promise<boolean> {
  const [type = ''] = entry.split(':');
  const { RegistryAccess } = await import('@salesforce/source-deploy-retrieve');
  try {
    return new RegistryAccess().getTypeByName(type).name.length > 0;
  } catch {
    return false;
  }
}

async function checkTypes(keys: ComponentKey[]): Promise<ComponentKey[]> {
  if (keys.length === 0) return keys;
  const { RegistryAccess } = await import('@salesforce/source-deploy-retrieve');
  const registry = new RegistryAccess();
  return keys.map((key) => {
    try {
      return { type: registry.getTypeByName(key.type).name, fullName: key.fullName };
    } catch {
      throw new Refusal('badMetadata', { tokens: [`${key.type}:${key.fullName}`] });
    }
  });
}
