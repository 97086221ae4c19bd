import { type FieldType, type Query, type Subquery } from '@jetstreamapp/soql-parser-js';
import type { Row } from '../contracts.js';
import { childRelationships } from '../schema/childRelationships.js';
import { isLong } from '../schema/describe.js';
import type { PracticeField } from '../schema/fieldNotation.js';
import { findFieldPath, parentOf, readField, type FieldPath, type ParentStep } from './fieldPath.js';
import { malformed, noSuchRelationship } from './queryErrors.js';
import { findSource, type QueryScope, type Source } from './sources.js';

/** One thing a query selects, in the order of the query. */
export type Selected =
  | { readonly kind: 'field'; readonly field: PracticeField }
  | { readonly kind: 'parent'; readonly step: ParentStep; readonly selected: Selected[] }
  | {
      readonly kind: 'children';
      readonly name: string;
      readonly selected: readonly Selected[];
      run(parent: Row): Array<Record<string, unknown>>;
    };

export interface Selection {
  readonly selected: Selected[];
  /** The plain columns, for Bulk and for column metadata. */
  readonly paths: FieldPath[];
  readonly hasChildren: boolean;
}

/** Runs a child sub-query for one parent. */
export type ChildQuery = (
  query: Subquery,
  child: Source,
  link: PracticeField
) => { readonly selected: readonly Selected[]; run(parent: Row): Array<Record<string, unknown>> };

/** Reads the SELECT list. Throws for unknown fields and for a field named twice. */
export function readSelection(
  scope: QueryScope,
  source: Source,
  query: Query | Subquery,
  childQuery: ChildQuery
): Selection {
  const selection: Selection = { selected: [], paths: [], hasChildren: false };
  let hasChildren = false;
  const seen = new Set<string>();
  for (const field of query.fields ?? []) {
    if (field.type === 'FieldSubquery') {
      selection.selected.push(readChildren(scope, source, field.subquery, childQuery));
      hasChildren = true;
      continue;
    }
    for (const parts of partsOf(scope, source, field, query)) {
      const path = findFieldPath(scope, source, parts);
      if (seen.has(path.path))
        throw malformed(scope.soql, `duplicate field selected: ${path.path}`, parts.at(-1) ?? '');
      seen.add(path.path);
      selection.paths.push(path);
      place(selection.selected, path.steps, path.field);
    }
  }
  return { ...selection, hasChildren };
}

function partsOf(scope: QueryScope, source: Source, field: FieldType, query: Query | Subquery): string[][] {
  switch (field.type) {
    case 'Field': {
      const parts = field.field.split('.');
      return [withoutAlias(parts, query)];
    }
    case 'FieldRelationship':
      return [
        withoutAlias(
          [...('objectPrefix' in field ? [field.objectPrefix] : []), ...field.relationships, field.field],
          query
        ),
      ];
    case 'FieldFunctionExpression':
      return functionParts(scope, source, field.functionName, field.parameters.map(String), query);
    default:
      throw malformed(scope.soql, 'TYPEOF is not supported');
  }
}

function withoutAlias(parts: string[], query: Query | Subquery): string[] {
  const alias = query.sObjectAlias?.toLowerCase();
  const name = 'sObject' in query ? query.sObject?.toLowerCase() : undefined;
  const first = parts[0]?.toLowerCase();
  return parts.length > 1 && first !== undefined && (first === alias || first === name) ? parts.slice(1) : parts;
}

/** `FIELDS(ALL)` and its kin, and the functions that give the field itself. */
function functionParts(
  scope: QueryScope,
  source: Source,
  name: string,
  parameters: readonly string[],
  query: Query | Subquery
): string[][] {
  if (['TOLABEL', 'FORMAT', 'CONVERTCURRENCY'].includes(name.toUpperCase())) return [String(parameters[0]).split('.')];
  if (name.toUpperCase() !== 'FIELDS') throw malformed(scope.soql, `unexpected token: '${name}'`, name);
  const which = String(parameters[0]).toUpperCase();
  if (which !== 'STANDARD' && (query.limit === undefined || query.limit > 200)) {
    throw malformed(scope.soql, 'The SOQL FIELDS function must have a LIMIT of at most 200');
  }
  return source
    .fields()
    .filter((field) => which === 'ALL' || (field.custom ?? false) === (which === 'CUSTOM'))
    .map((field) => [field.name]);
}

function place(selected: Selected[], steps: readonly ParentStep[], field: PracticeField): void {
  const [step, ...rest] = steps;
  if (step === undefined) {
    selected.push({ kind: 'field', field });
    return;
  }
  let parent = selected.find((entry) => entry.kind === 'parent' && entry.step.name === step.name);
  if (parent === undefined) {
    parent = { kind: 'parent', step, selected: [] };
    selected.push(parent);
  }
  if (parent.kind === 'parent') place(parent.selected, rest, field);
}

function readChildren(scope: QueryScope, source: Source, subquery: Subquery, childQuery: ChildQuery): Selected {
  const relationship = childRelationships(scope.org.schema.all(), source.schema.name).find(
    ({ name }) => name?.toLowerCase() === subquery.relationshipName.toLowerCase()
  );
  const child = relationship === undefined ? undefined : findSource(scope, relationship.child.name);
  if (relationship === undefined || child === undefined || relationship.name === null)
    throw noSuchRelationship(scope.soql, subquery.relationshipName);
  return { kind: 'children', name: relationship.name, ...childQuery(subquery, child, relationship.field) };
}

/** A record as REST prints it, with its attributes and its nested parents and children. */
export function toRecord(
  scope: QueryScope,
  source: Source,
  selected: readonly Selected[],
  row: Row
): Record<string, unknown> {
  const record: Record<string, unknown> = { attributes: attributes(scope, source, row) };
  for (const entry of selected) {
    if (entry.kind === 'field') {
      record[entry.field.name] = readField(source, row, entry.field) ?? null;
    } else if (entry.kind === 'parent') {
      const parent = parentOf(entry.step, row);
      record[entry.step.name] =
        parent === undefined ? null : toRecord(scope, parent.source, entry.selected, parent.row);
    } else {
      const children = entry.run(row);
      record[entry.name] = children.length === 0 ? null : { totalSize: children.length, done: true, records: children };
    }
  }
  return record;
}

function attributes(scope: QueryScope, source: Source, row: Row): { type: string; url: string } {
  const base = `/services/data/v${scope.version}/${scope.api === 'tooling' ? 'tooling/' : ''}sobjects`;
  return {
    type: source.schema.name,
    url: `${base}/${source.schema.name}/${String(row['Id'] ?? row['DurableId'] ?? '')}`,
  };
}

/** How many long custom text fields are selected: two or more make the org's pages small. */
export function longFieldCount(paths: readonly FieldPath[]): number {
  return paths.filter((path) => isLong(path.field) && path.field.custom === true).length;
}
