import pLimit from 'p-limit';
import { QUERIES_PER_COMPOSITE, sendTogether, type Subanswer, type Subrequest } from './composite.js';
import type { OrgHttp } from './orgHttp.js';
import type { RawRow } from './ports/queries.js';
import { onlyPage } from './restQueries.js';

/** Composites that are under way at a time. */
const AT_A_TIME = 4;

/** A query for a composite, deleted rows included unless only the `living` are asked for. */
export function queryPart(soql: string, living = false): Subrequest {
  return { method: 'GET', path: `/${living ? 'query' : 'queryAll'}?q=${encodeURIComponent(soql)}` };
}

/** The rows of an answer that holds them all; undefined when it does not, whatever the reason. */
export function wholeAnswer(answer: Subanswer | undefined, soql: string): RawRow[] | undefined {
  if (answer?.status !== 200) return undefined;
  try {
    return onlyPage(answer.body, soql);
  } catch {
    return undefined;
  }
}

/**
 * Queries that go five in a call, deleted rows included unless only the `living` are asked for. One that was refused, or has more rows than a page, has no answer:
 * it is to be asked by itself, which tells why.
 */
export async function queriesTogether(
  http: OrgHttp,
  soqls: readonly string[],
  living = false
): Promise<ReadonlyMap<string, readonly RawRow[]>> {
  const rows = new Map<string, readonly RawRow[]>();
  const limit = pLimit(AT_A_TIME);
  const chunks: string[][] = [];
  for (let at = 0; at < soqls.length; at += QUERIES_PER_COMPOSITE)
    chunks.push(soqls.slice(at, at + QUERIES_PER_COMPOSITE));
  await Promise.all(
    chunks.map((chunk) =>
      limit(async () => {
        const parts = chunk.map((soql) => queryPart(soql, living));
        const answers = await sendTogether(http, parts, { readsOnly: true });
        for (const [n, soql] of chunk.entries()) {
          const whole = wholeAnswer(answers[n], soql);
          if (whole) rows.set(soql, whole);
        }
      })
    )
  );
  return rows;
}
