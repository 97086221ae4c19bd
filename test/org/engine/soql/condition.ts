import type { Operator, ValueCondition, ValueQueryCondition } from '@jetstreamapp/soql-parser-js';
import { instantOf } from '../clock.js';
import type { FieldSchema, Row } from '../contracts.js';
import { to18 } from '../ids.js';
import { isLong } from '../schema/describe.js';
import { dateLiteralSpan } from './dateLiterals.js';
import { queryError, malformed } from './queryErrors.js';
import type { QueryScope } from './sources.js';

export type Test = (value: unknown) => boolean;
export type RowTest = (row: Row) => boolean;

type Comparable = string | number | boolean;

/** A single comparison of a field's value with literals. Null counts as unequal to everything but null. */
export function compileComparison(scope: QueryScope, field: FieldSchema, condition: ValueCondition): Test {
  if (isLong(field) || field.type === 'encryptedstring') {
    throw queryError(
      'INVALID_FIELD',
      scope.soql,
      field.name,
      `field '${field.name}' can not be filtered in a query call`
    );
  }
  const operator = condition.operator.toUpperCase() as Operator;
  const values = Array.isArray(condition.value) ? condition.value : [condition.value];
  const kinds = Array.isArray(condition.literalType)
    ? condition.literalType
    : values.map(() => condition.literalType as string);
  if (operator === 'INCLUDES' || operator === 'EXCLUDES') return compileMulti(scope, field, operator, values);
  if (operator === 'LIKE') return compileLike(scope, field, values[0] ?? '');
  const tests = values.map((text, index) =>
    compileOne(
      scope,
      field,
      operator === 'IN' || operator === 'NOT IN' ? '=' : operator,
      text,
      kinds[index] ?? kinds[0] ?? 'STRING'
    )
  );
  if (operator === 'IN' || operator === 'NOT IN') {
    const set = plainSet(scope, field, values, kinds);
    const isIn: Test =
      set === undefined ? (value) => tests.some((test) => test(value)) : (value) => set.has(foldedKey(value));
    return operator === 'IN' ? isIn : (value) => !isIn(value);
  }
  return tests[0] ?? ((): boolean => false);
}

/** Text and id lists can be long: one set instead of one test each. */
function plainSet(
  scope: QueryScope,
  field: FieldSchema,
  values: readonly string[],
  kinds: readonly string[]
): Set<string> | undefined {
  if (!isTextual(field) || kinds.some((kind) => kind !== 'STRING')) return undefined;
  return new Set(values.map((text) => foldedKey(literalText(scope, field, text))));
}

/** Ids are told apart by case, other text is not. */
function foldedKey(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  return to18(text) === text && text.length === 18 ? `id:${text}` : text.toLowerCase();
}

function compileOne(scope: QueryScope, field: FieldSchema, operator: string, text: string, kind: string): Test {
  if (kind === 'NULL') return nullTest(scope, operator);
  if (kind === 'DATE_LITERAL' || kind === 'DATE_N_LITERAL') return spanTest(scope, field, operator, text);
  const wanted = literal(scope, field, text, kind);
  return (given) => {
    const value = comparable(field, given);
    if (value === null) return operator === '!=' || operator === '<>';
    switch (operator) {
      case '=':
        return value === wanted;
      case '!=':
      case '<>':
        return value !== wanted;
      case '<':
        return value < wanted;
      case '<=':
        return value <= wanted;
      case '>':
        return value > wanted;
      case '>=':
        return value >= wanted;
      default:
        throw malformed(scope.soql, `unexpected token: '${operator}'`, operator);
    }
  };
}

function nullTest(scope: QueryScope, operator: string): Test {
  if (operator === '=') return (value) => (value ?? null) === null;
  if (operator === '!=' || operator === '<>') return (value) => (value ?? null) !== null;
  throw malformed(scope.soql, `unexpected token: 'null'`, 'null');
}

function spanTest(scope: QueryScope, field: FieldSchema, operator: string, text: string): Test {
  if (field.type !== 'date' && field.type !== 'datetime') throw wrongLiteral(scope, field);
  const span = dateLiteralSpan(text, scope.org.clock.millis());
  if (span === undefined) throw malformed(scope.soql, `unexpected token: '${text}'`, text);
  return (given) => {
    const value = comparable(field, given);
    if (typeof value !== 'number') return operator === '!=';
    switch (operator) {
      case '=':
        return value >= span.from && value < span.to;
      case '!=':
        return value < span.from || value >= span.to;
      case '<':
        return value < span.from;
      case '<=':
        return value < span.to;
      case '>':
        return value >= span.to;
      default:
        return value >= span.from;
    }
  };
}

/** What two values are compared by: instants for dates, folded text, ids as they are. */
export function comparable(field: FieldSchema, value: unknown): Comparable | null {
  if (value === null || value === undefined) return null;
  switch (field.type) {
    case 'date':
    case 'datetime':
      return instantOf(String(value));
    case 'id':
    case 'reference':
      return String(value);
    default:
      return typeof value === 'string' ? value.toLowerCase() : (value as Comparable);
  }
}

function isTextual(field: FieldSchema): boolean {
  return !['boolean', 'int', 'double', 'currency', 'percent', 'date', 'datetime'].includes(field.type);
}

function literal(scope: QueryScope, field: FieldSchema, text: string, kind: string): Comparable {
  switch (field.type) {
    case 'boolean':
      if (kind !== 'BOOLEAN') throw wrongLiteral(scope, field);
      return text.toUpperCase() === 'TRUE';
    case 'int':
    case 'double':
    case 'currency':
    case 'percent':
      if (kind !== 'INTEGER' && kind !== 'DECIMAL') throw wrongLiteral(scope, field);
      return Number(text);
    case 'date':
      if (kind !== 'DATE') throw wrongLiteral(scope, field);
      return instantOf(text);
    case 'datetime':
      if (kind !== 'DATETIME') throw wrongLiteral(scope, field);
      return instantOf(text);
    default: {
      if (kind !== 'STRING') throw wrongLiteral(scope, field);
      const value = literalText(scope, field, text);
      return field.type === 'id' || field.type === 'reference' ? value : value.toLowerCase();
    }
  }
}

function wrongLiteral(scope: QueryScope, field: FieldSchema): Error {
  const type =
    field.type === 'datetime'
      ? 'dateTime'
      : isTextual(field)
        ? 'string'
        : field.type === 'boolean'
          ? 'boolean'
          : field.type;
  const quotes = isTextual(field) ? 'should be enclosed in quotes' : 'should not be enclosed in quotes';
  return queryError(
    'INVALID_FIELD',
    scope.soql,
    field.name,
    `value of filter criterion for field '${field.name}' must be of type ${type} and ${quotes}`
  );
}

/** The text of a quoted literal; an id in its 18 characters. Throws for what is no id where one is due. */
export function literalText(scope: QueryScope, field: FieldSchema, quoted: string): string {
  const text = unquoted(quoted);
  if (field.type !== 'id' && field.type !== 'reference') return text;
  if (text === '') return text;
  const id = to18(text);
  if (id === undefined)
    throw queryError('INVALID_QUERY_FILTER_OPERATOR', scope.soql, field.name, `invalid ID field: ${text}`);
  return id;
}

function unquoted(quoted: string): string {
  const inner = quoted.startsWith("'") ? quoted.slice(1, -1) : quoted;
  const escapes: Readonly<Record<string, string>> = {
    n: '\n',
    N: '\n',
    r: '\r',
    R: '\r',
    t: '\t',
    T: '\t',
    b: '\b',
    f: '\f',
  };
  return inner.replace(/\\(.)/gs, (_all, letter: string) => escapes[letter] ?? letter);
}

function compileLike(scope: QueryScope, field: FieldSchema, quoted: string): Test {
  if (!isTextual(field) || field.type === 'id' || field.type === 'reference') {
    throw queryError('INVALID_FIELD', scope.soql, field.name, `invalid operator on ${field.type} field`);
  }
  // `\%` and `\_` are the characters themselves.
  const inner = quoted.startsWith("'") ? quoted.slice(1, -1) : quoted;
  const source = inner.replace(/\\[%_]|\\(.)|[%_]|[^\\%_]/gs, (part) => {
    if (part === '%') return '[\\s\\S]*';
    if (part === '_') return '[\\s\\S]';
    const text = part === '\\%' || part === '\\_' ? part.slice(1) : unquoted(`'${part}'`);
    return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  const pattern = new RegExp(`^${source}$`, 'i');
  return (value) => typeof value === 'string' && pattern.test(value);
}

function compileMulti(
  scope: QueryScope,
  field: FieldSchema,
  operator: 'INCLUDES' | 'EXCLUDES',
  values: readonly string[]
): Test {
  if (field.type !== 'multipicklist')
    throw queryError(
      'INVALID_FIELD',
      scope.soql,
      field.name,
      `includes/excludes operator only valid on multipicklist field: ${field.name}`
    );
  const groups = values.map((value) => unquoted(value).toLowerCase().split(';'));
  const includes: Test = (value) => {
    const chosen = typeof value === 'string' ? value.toLowerCase().split(';') : [];
    return groups.some((group) => group.every((one) => chosen.includes(one)));
  };
  return operator === 'INCLUDES' ? includes : (value) => !includes(value);
}

export function isSemiJoin(condition: object): condition is ValueQueryCondition {
  return 'valueQuery' in condition;
}
