import { parseQuery, type Query } from '@jetstreamapp/soql-parser-js';
import { OrgError } from '../contracts.js';
import { malformed } from './queryErrors.js';

const longest = 100_000;

/** Queries that were parsed lately, by their text: parsing takes longer than most answers. Nobody changes a parsed query. */
const lately = new Map<string, Query>();
const MOST_KEPT = 500;
const LONGEST_KEPT = 2_000;

/** The parsed query. Throws MALFORMED_QUERY for anything that is no SOQL. */
export function parse(soql: string): Query {
  const known = lately.get(soql);
  if (known !== undefined) return known;
  const query = parsed(soql);
  if (lately.size >= MOST_KEPT) lately.clear();
  if (soql.length <= LONGEST_KEPT) lately.set(soql, query);
  return query;
}

function parsed(soql: string): Query {
  if (soql.length > longest)
    throw new OrgError('MALFORMED_QUERY', `SOQL statements cannot be longer than ${longest} characters.`);
  // The parser wants LIMIT before OFFSET; the org takes OFFSET alone.
  const offset = /\boffset\s+(\d+)\s*$/i.exec(soql);
  const text = offset === null ? soql : soql.slice(0, offset.index);
  try {
    const query = parseQuery(text);
    return offset === null ? query : { ...query, offset: Number(offset[1]) };
  } catch (error) {
    const found = /found: '?([^\s']+)'?|found --> '([^']*)'/.exec(error instanceof Error ? error.message : '');
    const token = found?.[1] ?? found?.[2] ?? '';
    throw malformed(soql, token === '' ? 'unexpected end of query' : `unexpected token: '${token}'`, token);
  }
}
