import type { Row } from '../contracts.js';
import type { PracticeField } from '../schema/fieldNotation.js';
import { noSuchColumn, noSuchRelationship } from './queryErrors.js';
import { findSource, type QueryScope, type Source } from './sources.js';

/** A step from a row to its parent. */
export interface ParentStep {
  readonly field: PracticeField;
  readonly name: string;
  readonly targets: readonly Source[];
}

/** A field, perhaps of a parent, as the query may name it. */
export interface FieldPath {
  readonly steps: readonly ParentStep[];
  readonly field: PracticeField;
  /** Schema spelling, `SBQQ__Rule__r.Name`. */
  readonly path: string;
  read(row: Row): unknown;
}

/** The parent of a row, with the source it lives in. */
export function parentOf(step: ParentStep, row: Row): { readonly row: Row; readonly source: Source } | undefined {
  const id = row[step.field.name];
  if (typeof id !== 'string') return undefined;
  for (const source of step.targets) {
    const parent = source.byId(id);
    if (parent !== undefined) return { row: parent, source };
  }
  return undefined;
}

/** Finds the way from a source along relationship names to a field. Throws the org's INVALID_FIELD texts. */
export function findFieldPath(scope: QueryScope, source: Source, parts: readonly string[]): FieldPath {
  const steps: ParentStep[] = [];
  let sources: readonly Source[] = [source];
  for (const part of parts.slice(0, -1)) {
    const step = findParentStep(scope, sources, part);
    if (step === undefined) throw noSuchRelationship(scope.soql, part);
    steps.push(step);
    sources = step.targets;
  }
  const name = parts.at(-1) ?? '';
  const field =
    sources.map((candidate) => candidate.field(name)).find((candidate) => candidate !== undefined) ??
    typeOfParent(name, steps);
  if (field === undefined)
    throw noSuchColumn(scope.soql, name, sources.length > 1 ? 'Name' : (sources[0]?.schema.name ?? ''));
  return {
    steps,
    field,
    path: [...steps.map((step) => step.name), field.name].join('.'),
    read: reader(source, steps, field),
  };
}

/** A polymorphic parent has a `Type`: the name of the object it is. */
function typeOfParent(name: string, steps: readonly ParentStep[]): PracticeField | undefined {
  const last = steps.at(-1);
  return last !== undefined && last.targets.length > 1 && name.toLowerCase() === 'type'
    ? { name: 'Type', type: 'string', length: 40 }
    : undefined;
}

export function readField(source: Source, row: Row, field: PracticeField): unknown {
  const own = source.field(field.name);
  if (own !== undefined) return source.value(row, own);
  return field.name === 'Type' ? source.schema.name : null;
}

function reader(source: Source, steps: readonly ParentStep[], field: PracticeField): (row: Row) => unknown {
  return (row) => {
    let current: { row: Row; source: Source } | undefined = { row, source };
    for (const step of steps) {
      current = parentOf(step, current.row);
      if (current === undefined) return null;
    }
    return readField(current.source, current.row, field);
  };
}

function findParentStep(scope: QueryScope, sources: readonly Source[], name: string): ParentStep | undefined {
  for (const source of sources) {
    for (const field of source.fields()) {
      if (field.relationshipName?.toLowerCase() !== name.toLowerCase()) continue;
      const targets = (field.referenceTo ?? [])
        .map((target) => findSource(scope, target) ?? findSource({ ...scope, api: 'data' }, target))
        .filter((target) => target !== undefined);
      if (targets.length > 0) return { field, name: field.relationshipName, targets };
    }
  }
  return undefined;
}
