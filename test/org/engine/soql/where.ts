import type { Query, ValueCondition, ValueQueryCondition, WhereClause } from '@jetstreamapp/soql-parser-js';
import type { Row } from '../contracts.js';
import type { PracticeField } from '../schema/fieldNotation.js';
import { compileComparison, isSemiJoin, literalText, type RowTest, type Test } from './condition.js';
import { findFieldPath } from './fieldPath.js';
import { malformed } from './queryErrors.js';
import type { QueryScope, Source } from './sources.js';

type Leaf = ValueCondition | ValueQueryCondition;
type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | Leaf;

/** Runs the inner query of a semi-join and gives the values of its one field. */
export type InnerQuery = (query: Query) => Set<unknown>;

/** A condition on one stored field of the object itself. */
export interface FieldTest {
  readonly field: PracticeField;
  readonly test: Test;
}

export interface Clause {
  readonly test: RowTest;
  /** Conditions each of which a row must meet for `test`; there may be more that are not known by themselves. */
  readonly needs: readonly FieldTest[];
}

/** The WHERE clause as one test of a row. Mixing AND and OR without parentheses is refused, as by the org. */
export function compileWhere(
  scope: QueryScope,
  source: Source,
  where: WhereClause | undefined,
  inner: InnerQuery,
  prefix?: string
): Clause {
  if (where === undefined) return { test: () => true, needs: [] };
  const tokens = flatten(where);
  const reader = new Reader(scope, tokens, (leaf) => compileLeaf(scope, source, leaf, inner, prefix));
  return reader.whole();
}

/**
 * Rows that can match, found by an index, or undefined when all must be looked at.
 * Only a top-level AND of plain `Id`/reference comparisons is used.
 */
export function candidateRows(
  scope: QueryScope,
  source: Source,
  where: WhereClause | undefined,
  onlyById = false
): Row[] | undefined {
  if (where === undefined) return undefined;
  const tokens = flatten(where);
  if (tokens.some((token) => token === 'OR' || token === 'NOT' || token === '(')) return undefined;
  for (const token of tokens) {
    if (typeof token === 'string' || isSemiJoin(token) || (token.operator !== '=' && token.operator !== 'IN')) continue;
    const field = typeof token.field === 'string' && !token.field.includes('.') ? source.field(token.field) : undefined;
    if (field === undefined || (field.type !== 'id' && (onlyById || field.type !== 'reference'))) continue;
    const values = Array.isArray(token.value) ? token.value : [token.value];
    if (values.some((value) => !value.startsWith("'"))) continue;
    const found = new Map<string, Row>();
    for (const value of values) {
      const rows = source.rowsWith(field, literalText(scope, field, value));
      if (rows === undefined) return undefined;
      for (const row of rows) found.set(String(row['Id']), row);
    }
    return [...found.values()];
  }
  return undefined;
}

/** The names of the object's own fields that the WHERE clause compares. */
export function filteredFields(where: WhereClause | undefined): string[] {
  if (where === undefined) return [];
  return flatten(where).flatMap((token) => (typeof token === 'object' && 'field' in token ? [token.field] : []));
}

function compileLeaf(
  scope: QueryScope,
  source: Source,
  leaf: Leaf,
  inner: InnerQuery,
  prefix: string | undefined
): Clause {
  if (!('field' in leaf)) throw malformed(scope.soql, 'functions are not supported in this filter');
  const parts = leaf.field.split('.');
  if (prefix !== undefined && parts[0]?.toLowerCase() === prefix.toLowerCase() && parts.length > 1) parts.shift();
  const path = findFieldPath(scope, source, parts);
  if (isSemiJoin(leaf)) {
    let ids: Set<unknown> | undefined;
    const negative = leaf.operator.toUpperCase() === 'NOT IN';
    const test: RowTest = (row) => {
      ids ??= inner(leaf.valueQuery);
      return ids.has(path.read(row)) !== negative;
    };
    return { test, needs: [] };
  }
  const test = compileComparison(scope, path.field, leaf);
  const isStored = path.steps.length === 0 && path.field.formulaPath === undefined;
  return { test: (row) => test(path.read(row)), needs: isStored ? [{ field: path.field, test }] : [] };
}

/** The parser keeps conditions as a chain with counts of parentheses; this makes a plain token list of it. */
function flatten(where: WhereClause): Token[] {
  const tokens: Token[] = [];
  const open = (count: number | undefined): void => {
    for (let index = 0; index < (count ?? 0); index++) tokens.push('(');
  };
  let current: WhereClause | undefined = where;
  while (current !== undefined) {
    const left = current.left as (Leaf & { openParen?: number; closeParen?: number }) | null;
    const operator = 'operator' in current ? current.operator : undefined;
    open(left?.openParen);
    if (operator === 'NOT') {
      tokens.push('NOT');
    } else {
      if (left !== null) tokens.push(left);
      for (let index = 0; index < (left?.closeParen ?? 0); index++) tokens.push(')');
      if (operator !== undefined) tokens.push(operator);
    }
    current = 'right' in current ? current.right : undefined;
  }
  return tokens;
}

class Reader {
  private place = 0;

  public constructor(
    private readonly scope: QueryScope,
    private readonly tokens: readonly Token[],
    private readonly leaf: (leaf: Leaf) => Clause
  ) {}

  public whole(): Clause {
    const clause = this.group();
    if (this.place < this.tokens.length) throw this.unexpected();
    return clause;
  }

  private group(): Clause {
    const clauses = [this.negation()];
    let operator: 'AND' | 'OR' | undefined;
    for (;;) {
      const token = this.tokens[this.place];
      if (token !== 'AND' && token !== 'OR') break;
      if (operator !== undefined && operator !== token) throw this.unexpected();
      operator = token;
      this.place++;
      clauses.push(this.negation());
    }
    const [only, ...more] = clauses;
    if (only !== undefined && more.length === 0) return only;
    if (operator === 'OR') return { test: (row) => clauses.some(({ test }) => test(row)), needs: [] };
    return {
      test: (row) => clauses.every(({ test }) => test(row)),
      needs: clauses.flatMap(({ needs }) => needs),
    };
  }

  private negation(): Clause {
    if (this.tokens[this.place] !== 'NOT') return this.primary();
    this.place++;
    const { test } = this.primary();
    return { test: (row) => !test(row), needs: [] };
  }

  private primary(): Clause {
    const token = this.tokens[this.place];
    if (token === '(') {
      this.place++;
      const clause = this.group();
      if (this.tokens[this.place] !== ')') throw this.unexpected();
      this.place++;
      return clause;
    }
    if (token === undefined || typeof token === 'string') throw this.unexpected();
    this.place++;
    return this.leaf(token);
  }

  private unexpected(): Error {
    const token = this.tokens[this.place];
    const text = typeof token === 'string' ? token : '';
    return malformed(this.scope.soql, `unexpected token: '${text}'`, text);
  }
}
