import type { ComponentKey } from '../metadata/component.js';
import { joinKnowledge, type Knowledge } from '../records/knowledge.js';

/** One object of the scope, with the condition that says which of its rows are configuration. */
export interface ObjectScope {
  readonly object: string;
  /** SOQL condition without `WHERE`; absent: every row. */
  readonly where?: string;
  /** The preset that brought it; an object of a preset that the org lacks is a limit, not an error. */
  readonly preset?: string;
  /** The dataset of `rollback.yml` that brought it. */
  readonly dataset?: string;
  /** Like an object of a preset: one that the org lacks is a limit. */
  readonly optional?: boolean;
}

/** What a snapshot covers. */
export interface Scope {
  /** Names, or every flow of the org. */
  readonly flows: 'all' | readonly string[];
  /** Components; full name `*` means every component of the type. */
  readonly metadata: readonly ComponentKey[];
  readonly records: readonly ObjectScope[];
  /** What the datasets in scope know of their objects. */
  readonly knowledge?: Knowledge;
}

export const EMPTY_SCOPE: Scope = { flows: [], metadata: [], records: [] };

export function isEmptyScope(scope: Scope): boolean {
  return scope.flows.length === 0 && scope.metadata.length === 0 && scope.records.length === 0;
}

/**
 * The components of a manifest put into their lanes: flows and flow definitions are known by version and go to the flow
 * lane; a version member (`Name-3`) counts as its flow.
 */
export function scopeOfComponents(keys: readonly ComponentKey[]): Pick<Scope, 'flows' | 'metadata'> {
  const flows = new Set<string>();
  const metadata: ComponentKey[] = [];
  for (const key of keys) {
    if (key.type === 'Flow' || key.type === 'FlowDefinition') flows.add(key.fullName.replace(/-\d+$/, ''));
    else metadata.push({ type: key.type, fullName: key.fullName });
  }
  return { flows: flows.has('*') ? 'all' : [...flows].sort(), metadata };
}

/** Two scopes as one. An object that both name is covered by either: whole where one takes it whole, else by both conditions. */
export function mergeScopes(a: Scope, b: Scope): Scope {
  const flows = a.flows === 'all' || b.flows === 'all' ? 'all' : [...new Set([...a.flows, ...b.flows])].sort();
  const metadata = new Map([...a.metadata, ...b.metadata].map((key) => [`${key.type}:${key.fullName}`, key]));
  const records = new Map<string, ObjectScope>();
  for (const entry of [...a.records, ...b.records]) {
    const known = records.get(entry.object);
    if (!known || (known.where && !entry.where)) records.set(entry.object, entry);
    else if (known.where && entry.where && known.where !== entry.where)
      records.set(entry.object, { ...known, where: `(${known.where}) OR (${entry.where})` });
  }
  const knowledge = [a, b].flatMap((scope) => scope.knowledge ?? []);
  return {
    flows,
    metadata: [...metadata.values()],
    records: [...records.values()],
    ...(knowledge.length > 0 ? { knowledge: joinKnowledge(knowledge) } : {}),
  };
}

/** `Product2`, `Product2:IsActive = true` as typed after `--records`; undefined when it is no object name. */
export function parseObjectScope(text: string): ObjectScope | undefined {
  const colon = text.indexOf(':');
  const object = colon < 0 ? text : text.slice(0, colon);
  const where = colon < 0 ? '' : text.slice(colon + 1).trim();
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(object)) return undefined;
  if (colon >= 0 && where === '') return undefined;
  return where ? { object, where } : { object };
}
