import type { OrderByClause, Query, Subquery } from '@jetstreamapp/soql-parser-js';
import { OrgError, type Row } from '../contracts.js';
import type { PracticeField } from '../schema/fieldNotation.js';
import { hashText, shuffled } from '../shuffle.js';
import { type AggregateColumn, compileAggregate, isAggregate, isBareCount } from './aggregate.js';
import { findFieldPath, type FieldPath } from './fieldPath.js';
import { sorted, sortKey } from './ordering.js';
import { parse } from './parse.js';
import { malformed, typeNotSupported } from './queryErrors.js';
import { GeneratedScan } from './generatedScan.js';
import { longFieldCount, readSelection, toRecord, type Selected, type Selection } from './selection.js';
import { findSource, type QueryScope, type Source } from './sources.js';
import { candidateRows, compileWhere, filteredFields, type Clause } from './where.js';

/** A query that was checked against the schema and can be run. */
export interface CompiledQuery {
  readonly query: Query;
  readonly source: Source;
  readonly aggregate: boolean;
  readonly bareCount: boolean;
  readonly selected: readonly Selected[];
  /** Plain columns in the order of the SELECT list; empty for aggregates. */
  readonly paths: readonly FieldPath[];
  readonly hasChildren: boolean;
  readonly longFields: number;
  /** An aggregate's columns. */
  readonly names: readonly AggregateColumn[];
  /** The answer of a generated table, when the query is one that needs not look at each row as a whole. */
  scan(): GeneratedScan | undefined;
  /** The matching rows (not for aggregates), ordered, cut by LIMIT and OFFSET. */
  rows(): Row[];
  /** What REST answers as `records`. */
  records(): Array<Record<string, unknown>>;
}

/** Parses and checks a query. Throws the org's refusal before any row is read. */
export function compileQuery(scope: QueryScope): CompiledQuery {
  const query = parse(scope.soql);
  return compileParsed(scope, query);
}

function compileParsed(scope: QueryScope, query: Query): CompiledQuery {
  const name = query.sObject ?? '';
  const source = findSource(scope, name);
  if (source === undefined) throw typeNotSupported(scope.soql, name);
  if (source.schema.queryable === false)
    throw new OrgError('INVALID_TYPE_FOR_OPERATION', `entity type ${source.schema.name} does not support query`);
  if ((query.offset ?? 0) > 2000)
    throw new OrgError('NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is 2000`);
  const bareCount = isBareCount(query);
  const aggregate = !bareCount && isAggregate(query);
  const inner = (innerQuery: Query): Set<unknown> => innerValues(scope, innerQuery);
  const where = compileWhere(scope, source, query.where, inner, query.sObjectAlias);
  refuseWithoutFilter(scope, source, query);
  const matching = (): Row[] => {
    const candidates = candidateRows(scope, source, query.where) ?? source.rows();
    const found: Row[] = [];
    for (const row of candidates) if (where.test(row)) found.push(row);
    return shuffled(found, `${source.schema.name}${hashText(scope.soql)}`);
  };
  if (aggregate) return aggregateQuery(scope, query, source, matching);
  const selection: Selection = bareCount
    ? { selected: [], paths: [], hasChildren: false }
    : readSelection(scope, source, query, (subquery, child, link) => compileChildren(scope, subquery, child, link));
  const order = orderKeys(scope, source, query);
  const scan = (): GeneratedScan | undefined => generatedScan(scope, source, query, where);
  const rows = (): Row[] => {
    const scanned = scan();
    if (scanned !== undefined) return scanned.slice(0, scanned.length);
    const result = cut(sorted(matching(), order), query);
    refuseManyHeavy(source, selection, result.length);
    return result;
  };
  return {
    query,
    source,
    aggregate,
    bareCount,
    names: [],
    selected: selection.selected,
    paths: selection.paths,
    hasChildren: selection.hasChildren,
    longFields: longFieldCount(selection.paths),
    scan,
    rows,
    records: () => rows().map((row) => toRecord(scope, source, selection.selected, row)),
  };
}

function aggregateQuery(scope: QueryScope, query: Query, source: Source, matching: () => Row[]): CompiledQuery {
  const compiled = compileAggregate(scope, source, query);
  return {
    query,
    source,
    aggregate: true,
    bareCount: false,
    selected: [],
    paths: [],
    hasChildren: false,
    longFields: 0,
    names: compiled.names,
    scan: () => undefined,
    rows: () => {
      throw new Error('an aggregate query has no rows');
    },
    records: () => cut(compiled.group(matching()), query),
  };
}

/** A generated table is scanned by number, unless the query names ids, sorts by something else or its user sees only some rows. */
function generatedScan(scope: QueryScope, source: Source, query: Query, where: Clause): GeneratedScan | undefined {
  const { store } = scope.org;
  const table = source.table === undefined ? store.generatedTable(source.schema.name) : undefined;
  if (table === undefined || store.hasGone() || !scope.user.rights.viewAllData) return undefined;
  if (candidateRows(scope, source, query.where, true) !== undefined) return undefined;
  const clauses: OrderByClause[] =
    query.orderBy === undefined ? [] : Array.isArray(query.orderBy) ? query.orderBy : [query.orderBy];
  const [clause, ...others] = clauses;
  if (others.length > 0) return undefined;
  if (clause !== undefined && !('field' in clause && clause.field.toLowerCase() === 'id')) return undefined;
  const names = filteredFields(query.where).map((name) => source.field(name));
  const stored = [...store.storedRows(source.schema.name)];
  return new GeneratedScan({
    table,
    stored,
    matching: stored.filter((row) => (scope.all || row['IsDeleted'] !== true) && where.test(row)),
    where: query.where === undefined ? undefined : where.test,
    needs: where.needs,
    // A filter on a parent or a formula reads more than it names.
    fields: names.some((field) => field === undefined || field.formulaPath !== undefined)
      ? undefined
      : names.map((field) => field?.name ?? ''),
    order: clause === undefined ? 'none' : clause.order === 'DESC' ? 'down' : 'up',
    offset: query.offset ?? 0,
    limit: query.limit,
  });
}

function compileChildren(
  scope: QueryScope,
  subquery: Subquery,
  child: Source,
  link: PracticeField
): { readonly selected: readonly Selected[]; run(parent: Row): Array<Record<string, unknown>> } {
  const selection = readSelection(scope, child, subquery, () => {
    throw malformed(scope.soql, 'sub-queries of sub-queries are not supported');
  });
  const where = compileWhere(scope, child, subquery.where, (query) => innerValues(scope, query));
  const order = orderKeys(scope, child, subquery);
  const run = (parent: Row): Array<Record<string, unknown>> => {
    const candidates =
      child.rowsWith(link, String(parent['Id'])) ?? [...child.rows()].filter((row) => row[link.name] === parent['Id']);
    const rows = cut(sorted(shuffled(candidates.filter(where.test), scope.soql), order), subquery);
    return rows.map((row) => toRecord(scope, child, selection.selected, row));
  };
  return { selected: selection.selected, run };
}

function innerValues(scope: QueryScope, query: Query): Set<unknown> {
  const compiled = compileParsed(scope, query);
  const [path, ...others] = compiled.paths;
  if (path === undefined || others.length > 0 || (path.field.type !== 'id' && path.field.type !== 'reference')) {
    throw malformed(
      scope.soql,
      `The selected field in the inner query of a semi join must be an Id or a reference field`
    );
  }
  return new Set(
    compiled
      .rows()
      .map((row) => path.read(row))
      .filter((value) => value !== null)
  );
}

function orderKeys(scope: QueryScope, source: Source, query: Query | Subquery): Array<ReturnType<typeof sortKey<Row>>> {
  const clauses: readonly OrderByClause[] =
    query.orderBy === undefined ? [] : Array.isArray(query.orderBy) ? query.orderBy : [query.orderBy];
  return clauses.map((clause) => {
    if (!('field' in clause)) throw malformed(scope.soql, 'ORDER BY functions need an aggregate query');
    const path = findFieldPath(scope, source, clause.field.split('.'));
    return sortKey<Row>(scope, clause, path.field, path.read);
  });
}

function cut<T>(items: T[], query: Query | Subquery): T[] {
  const start = query.offset ?? 0;
  return query.limit === undefined ? items.slice(start) : items.slice(start, start + query.limit);
}

/** Some views answer only when they are asked about something. */
function refuseWithoutFilter(scope: QueryScope, source: Source, query: Query): void {
  const columns = source.table?.filterOn ?? [];
  if (columns.length === 0 || filteredFields(query.where).some((name) => columns.includes(name))) return;
  throw malformed(scope.soql, `A filter on a reified column is required [${columns.join(',')}]`);
}

function refuseManyHeavy(source: Source, selection: Selection, size: number): void {
  const heavy = source.table?.heavyFields ?? [];
  if (size > 1 && selection.paths.some((path) => path.steps.length === 0 && heavy.includes(path.field.name))) {
    throw new OrgError(
      'MALFORMED_QUERY',
      `When retrieving results with Metadata or FullName fields, the query qualifications must specify no more than one row for retrieval. Result size: ${size}`
    );
  }
}
