import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { joinKnowledge, type Knowledge } from '../../records/knowledge.js';
import { EMPTY_SCOPE, type Scope } from '../../snapshot/scope.js';
import { isMetadataName, type ScopeFlags } from '../scopeFlags.js';
import type { Dataset } from './configSchema.js';
import type { ConfigFile } from './readConfig.js';

/**
 * The scope of the flags, and of the file where the flags say nothing: components, flows and records are each taken from
 * the flags as soon as one flag names any.
 */
export async function scopeFlagsWith(flags: ScopeFlags, file: ConfigFile | undefined): Promise<ScopeFlags> {
  const scope = file?.config.scope;
  if (!file || !scope) return flags;
  const named = (value: readonly unknown[] | string | undefined): boolean => value !== undefined && value.length > 0;
  const components = [flags.manifest, flags.metadata, flags.sourceDir, flags.deployDir, flags.deployId].some(named);
  return {
    ...flags,
    ...(components ? {} : await componentsOf(file)),
    ...(named(flags.flows) || scope.flows === undefined
      ? {}
      : { flows: scope.flows === 'all' ? ['all'] : scope.flows }),
    ...(named(flags.records) || scope.records === undefined ? {} : { records: scope.records }),
  };
}

async function componentsOf(file: ConfigFile): Promise<Pick<ScopeFlags, 'manifest' | 'metadata' | 'sourceDir'>> {
  const { manifest, metadata, sourceDir } = file.config.scope ?? {};
  const inFolder = (path: string, key: ReadonlyArray<string | number>): string => {
    const found = resolve(file.folder, path);
    if (!existsSync(found)) throw file.refuse(key, `there is no ${path} beside this file`);
    return found;
  };
  for (const [index, entry] of (metadata ?? []).entries())
    if (!(await isMetadataName(entry)))
      throw file.refuse(['scope', 'metadata', index], `"${entry}" names no metadata type`);
  return {
    ...(manifest ? { manifest: inFolder(manifest, ['scope', 'manifest']) } : {}),
    ...(metadata ? { metadata } : {}),
    ...(sourceDir ? { sourceDir: sourceDir.map((path, index) => inFolder(path, ['scope', 'sourceDir', index])) } : {}),
  };
}

/** A dataset of the file as a scope: its objects, and what it knows of them. */
export function datasetScope(name: string, dataset: Dataset): Scope {
  return {
    ...EMPTY_SCOPE,
    records: dataset.objects.map(({ object, where, optional }) => ({
      object,
      ...(where === undefined ? {} : { where }),
      dataset: name,
      ...(optional === undefined ? {} : { optional }),
    })),
    knowledge: knowledgeOf(dataset),
  };
}

function knowledgeOf({ softReferences, twoPass, deactivate, customLogic }: Dataset): Knowledge {
  return joinKnowledge([
    {
      softReferences: softReferences ?? {},
      twoPass: twoPass ?? {},
      customLogic: customLogic ?? [],
      deactivate: Object.fromEntries(
        Object.entries(deactivate ?? {}).map(([object, { field, value }]) => [object, { field, value: String(value) }])
      ),
    },
  ]);
}
