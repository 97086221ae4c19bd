import { QUERIES_PER_COMPOSITE, sendTogether, type Subrequest } from './composite.js';
import type { OrgHttp } from './orgHttp.js';
import { badAnswer } from './orgRequestError.js';

/** Rows a call of sObject Collections takes. */
const ROWS_PER_CALL = 200;

/** One row to write; several writes may share one (user permissions of one parent are columns of one row). */
export interface RowCall {
  readonly action: 'insert' | 'update' | 'delete';
  readonly object: string;
  readonly id: string | undefined;
  readonly values: Readonly<Record<string, unknown>>;
  /** Places of the writes that it carries out. */
  readonly writes: readonly number[];
}

/** A write that the org refused, by its place. */
export interface RefusedWrite {
  readonly at: number;
  readonly code: string;
  readonly message: string;
}

interface SaveResult {
  readonly success: boolean | string;
  readonly errors?: ReadonlyArray<{ readonly statusCode: string; readonly message: string }>;
}

interface Call extends Subrequest {
  readonly rows: readonly RowCall[];
}

/**
 * Sends rows wave after wave, each row on its own: of a wave first those that go, then those that change, then new ones.
 * Several calls go in one request, which the org works off in turn; one that it does not answer there is sent by itself.
 */
export async function sendRows(
  http: OrgHttp,
  waves: ReadonlyArray<readonly RowCall[]>
): Promise<readonly RefusedWrite[]> {
  const calls = waves.flatMap((wave) =>
    (['delete', 'update', 'insert'] as const).flatMap((action) =>
      callsOf(
        action,
        wave.filter((row) => row.action === action)
      )
    )
  );
  const refused: RefusedWrite[] = [];
  for (let at = 0; at < calls.length; at += QUERIES_PER_COMPOSITE) {
    const chunk = calls.slice(at, at + QUERIES_PER_COMPOSITE);
    const answers = chunk.length === 1 ? [] : await together(http, chunk);
    for (const [n, call] of chunk.entries()) refused.push(...refusals(call, answers[n] ?? (await alone(http, call))));
  }
  return refused;
}

function callsOf(action: RowCall['action'], rows: readonly RowCall[]): Call[] {
  // A call takes no more than ten changes of object from row to row.
  const sorted = [...rows].sort((a, b) => (a.object < b.object ? -1 : a.object > b.object ? 1 : 0));
  const calls: Call[] = [];
  for (let at = 0; at < sorted.length; at += ROWS_PER_CALL) {
    const chunk = sorted.slice(at, at + ROWS_PER_CALL);
    if (action === 'delete')
      calls.push({
        rows: chunk,
        method: 'DELETE',
        path: `/composite/sobjects?ids=${chunk.map((row) => row.id).join(',')}&allOrNone=false`,
      });
    else
      calls.push({
        rows: chunk,
        method: action === 'insert' ? 'POST' : 'PATCH',
        path: '/composite/sobjects',
        body: {
          allOrNone: false,
          records: chunk.map((row) => ({
            attributes: { type: row.object },
            ...(row.id === undefined ? {} : { id: row.id }),
            ...row.values,
          })),
        },
      });
  }
  return calls;
}

/** Answers of calls that went together; undefined where there is none of the right shape. */
async function together(http: OrgHttp, calls: readonly Call[]): Promise<Array<SaveResult[] | undefined>> {
  const answers = await sendTogether(http, calls, { repeatable: true });
  return calls.map((call, n) => (answers[n]?.status === 200 ? saveResults(answers[n].body, call) : undefined));
}

async function alone(http: OrgHttp, call: Call): Promise<SaveResult[]> {
  const answers = saveResults(
    await http.json(call.path, {
      method: call.method,
      ...(call.body === undefined ? {} : { json: call.body }),
      // The org knows a parent and a target once: the same row twice is refused, and read back as it should be.
      repeatable: true,
    }),
    call
  );
  if (!answers) throw badAnswer(`${call.rows.length} rows were sent, other than as many results came back`, true);
  return answers;
}

function saveResults(answer: unknown, { rows }: Call): SaveResult[] | undefined {
  const results = answer as SaveResult[];
  return Array.isArray(results) && results.length === rows.length && results.every((one) => one?.success !== undefined)
    ? results
    : undefined;
}

function refusals({ rows }: Call, answers: readonly SaveResult[]): RefusedWrite[] {
  return rows.flatMap((row, n) => {
    const answer = answers[n];
    if (answer === undefined || String(answer.success) === 'true') return [];
    const [error] = answer.errors ?? [];
    const why = { code: error?.statusCode ?? 'UNKNOWN', message: error?.message ?? 'the org gave no reason' };
    return row.writes.map((at) => ({ at, ...why }));
  });
}
