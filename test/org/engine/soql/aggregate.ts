import type {
  FieldFunctionExpression,
  GroupByClause,
  HavingClause,
  OrderByClause,
  Query,
  ValueCondition,
} from '@jetstreamapp/soql-parser-js';
import type { FieldSchema, Row } from '../contracts.js';
import { comparable, compileComparison } from './condition.js';
import { findFieldPath, type FieldPath } from './fieldPath.js';
import { sorted, sortKey, type SortKey } from './ordering.js';
import { malformed } from './queryErrors.js';
import type { QueryScope, Source } from './sources.js';

interface Output {
  readonly name: string;
  readonly key: string;
  readonly field: FieldSchema;
  readonly computed?: boolean;
  of(rows: readonly Row[]): unknown;
}

/** A column of an aggregate answer: its key in the records, and what it is called in words. */
export interface AggregateColumn {
  readonly name: string;
  readonly label: string;
  /** True for a function, false for a grouped field. */
  readonly computed: boolean;
}

const functions = new Set(['COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG', 'MIN', 'MAX']);

export function isAggregate(query: Query): boolean {
  return (
    query.groupBy !== undefined ||
    (query.fields ?? []).some(
      (field) =>
        field.type === 'FieldFunctionExpression' &&
        functions.has(field.functionName.toUpperCase()) &&
        field.parameters.length > 0
    )
  );
}

/** True for `SELECT COUNT() FROM …`, which answers with a number alone. */
export function isBareCount(query: Query): boolean {
  const [field, ...others] = query.fields ?? [];
  return (
    others.length === 0 &&
    field?.type === 'FieldFunctionExpression' &&
    field.functionName.toUpperCase() === 'COUNT' &&
    field.parameters.length === 0
  );
}

/** Prepares GROUP BY and aggregate functions: every name is checked now, rows are grouped when asked. */
export function compileAggregate(
  scope: QueryScope,
  source: Source,
  query: Query
): { readonly names: readonly AggregateColumn[]; group(rows: readonly Row[]): Array<Record<string, unknown>> } {
  const groupPaths = asList(query.groupBy).map((clause: GroupByClause) => {
    if (!('field' in clause)) throw malformed(scope.soql, 'GROUP BY functions are not supported');
    return findFieldPath(scope, source, clause.field.split('.'));
  });
  const outputs = readOutputs(scope, source, query, groupPaths);
  const having = readHaving(scope, source, query.having, groupPaths);
  const keys = asList(query.orderBy).map((clause) => readOrder(scope, source, clause, groupPaths));
  return {
    names: outputs.map((output) => ({ name: output.name, label: output.key, computed: output.computed ?? false })),
    group: (rows) => {
      const groups = groupPaths.length === 0 ? [rows] : [...grouped(rows, groupPaths).values()];
      return sorted(groups.filter(having), keys).map((members) => ({
        attributes: { type: 'AggregateResult' },
        ...Object.fromEntries(outputs.map((output) => [output.name, output.of(members)])),
      }));
    },
  };
}

function readOutputs(scope: QueryScope, source: Source, query: Query, groupPaths: readonly FieldPath[]): Output[] {
  let unnamed = 0;
  return (query.fields ?? []).map((field) => {
    if (field.type === 'FieldFunctionExpression') {
      const aggregate = readFunction(scope, source, field);
      return { ...aggregate, computed: true, name: field.alias ?? `expr${unnamed++}` };
    }
    if (field.type !== 'Field' && field.type !== 'FieldRelationship')
      throw malformed(scope.soql, 'sub-queries are not allowed in an aggregate query');
    const parts = field.type === 'Field' ? field.field.split('.') : [...field.relationships, field.field];
    const path = findFieldPath(scope, source, parts);
    if (!groupPaths.some((group) => group.path === path.path))
      throw malformed(scope.soql, `Field must be grouped or aggregated: ${path.path}`, parts.at(-1) ?? '');
    const alias = 'alias' in field && typeof field.alias === 'string' ? field.alias : undefined;
    return {
      name: alias ?? path.field.name,
      key: path.path,
      field: path.field,
      of: (rows) => (rows[0] === undefined ? null : path.read(rows[0])),
    };
  });
}

function readFunction(
  scope: QueryScope,
  source: Source,
  expression: Pick<FieldFunctionExpression, 'functionName' | 'parameters'>
): Omit<Output, 'name'> {
  const name = expression.functionName.toUpperCase();
  if (!functions.has(name))
    throw malformed(scope.soql, `unexpected token: '${expression.functionName}'`, expression.functionName);
  const path = findFieldPath(scope, source, String(expression.parameters[0]).split('.'));
  const values = (rows: readonly Row[]): unknown[] =>
    rows.map((row) => path.read(row)).filter((value) => value !== null && value !== undefined);
  const numbers = (rows: readonly Row[]): number[] => values(rows).map(Number);
  const sum = (rows: readonly Row[]): number => numbers(rows).reduce((total, value) => total + value, 0);
  const extreme = (rows: readonly Row[], sign: number): unknown =>
    values(rows).reduce<unknown>((best, value) => {
      const left = comparable(path.field, value);
      const right = comparable(path.field, best);
      return right === null || (left !== null && (left < right ? -1 : 1) * sign > 0 && left !== right) ? value : best;
    }, null);
  const isNumeric = ['COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG'].includes(name);
  return {
    key: `${name}(${path.path})`,
    field: isNumeric ? { name: path.field.name, type: 'double' } : path.field,
    of: (rows) => {
      switch (name) {
        case 'COUNT':
          return values(rows).length;
        case 'COUNT_DISTINCT':
          return new Set(values(rows).map((value) => comparable(path.field, value))).size;
        case 'SUM':
          return values(rows).length === 0 ? null : sum(rows);
        case 'AVG':
          return values(rows).length === 0 ? null : sum(rows) / values(rows).length;
        case 'MIN':
          return extreme(rows, -1);
        default:
          return extreme(rows, 1);
      }
    },
  };
}

function grouped(rows: readonly Row[], paths: readonly FieldPath[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(paths.map((path) => comparable(path.field, path.read(row))));
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [row]);
    else members.push(row);
  }
  return groups;
}

function readHaving(
  scope: QueryScope,
  source: Source,
  having: HavingClause | undefined,
  groupPaths: readonly FieldPath[]
): (rows: readonly Row[]) => boolean {
  if (having === undefined) return () => true;
  const left = having.left as ValueCondition & { fn?: FieldFunctionExpression };
  const output =
    left.fn !== undefined ? readFunction(scope, source, left.fn) : groupedField(scope, groupPaths, left.field);
  const test = compileComparison(scope, output.field, left);
  const first = (rows: readonly Row[]): boolean => test(output.of(rows));
  if (!('right' in having)) return first;
  const rest = readHaving(scope, source, having.right, groupPaths);
  return having.operator === 'OR' ? (rows) => first(rows) || rest(rows) : (rows) => first(rows) && rest(rows);
}

function readOrder(
  scope: QueryScope,
  source: Source,
  clause: OrderByClause,
  groupPaths: readonly FieldPath[]
): SortKey<readonly Row[]> {
  const output =
    'fn' in clause
      ? readFunction(scope, source, clause.fn as FieldFunctionExpression)
      : groupedField(scope, groupPaths, clause.field);
  return sortKey<readonly Row[]>(scope, clause, output.field, output.of);
}

function groupedField(scope: QueryScope, groupPaths: readonly FieldPath[], name: string): Omit<Output, 'name'> {
  const path = groupPaths.find((candidate) => candidate.path.toLowerCase() === name.toLowerCase());
  if (path === undefined) throw malformed(scope.soql, `Ordered field must be grouped or aggregated: ${name}`, name);
  return { key: path.path, field: path.field, of: (rows) => (rows[0] === undefined ? null : path.read(rows[0])) };
}

function asList<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
