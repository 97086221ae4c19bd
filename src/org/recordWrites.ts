import { isRecordId, parseRecordId } from '../model/ids.js';
import { QUERIES_PER_COMPOSITE, sendTogether, type Subrequest } from './composite.js';
import type { OrgHttp } from './orgHttp.js';
import { badAnswer } from './orgRequestError.js';
import type { RawRow } from './ports/queries.js';
import type { ReadBehind, RecordWriter, RowResult } from './ports/records.js';
import { queryPart, wholeAnswer } from './queriesTogether.js';
import type { Soap } from './soap.js';

/** Rows a call of sObject Collections or SOAP undelete takes (REST and SOAP API guides). */
const ROWS_PER_CALL = 200;

/** Bytes of rows beyond which they go by themselves: how much a composite takes is nowhere written. */
const ROOM_IN_COMPOSITE = 1_000_000;

/** One call of sObject Collections. What it leaves is the same however often it arrives. */
interface Call extends Subrequest {
  readonly method: 'PATCH' | 'DELETE';
  readonly ids: readonly string[];
}

interface SaveResult {
  readonly id?: string | null;
  readonly success: boolean | string;
  readonly errors?:
    | ReadonlyArray<{ readonly statusCode: string; readonly message: string }>
    | { readonly statusCode: string; readonly message: string };
}

function* chunksOf<T>(items: readonly T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += ROWS_PER_CALL) yield items.slice(at, at + ROWS_PER_CALL);
}

function rowResult(id: string, result: SaveResult): RowResult {
  if (String(result.success) === 'true') return { id, success: true };
  const [error] = [result.errors ?? []].flat();
  return {
    id,
    success: false,
    code: error?.statusCode ?? 'UNKNOWN',
    message: error?.message ?? 'the org gave no reason',
  };
}

/** Writes of records. Assignment rules never run: a rollback restores owners, it does not route. */
export class RecordWrites implements Pick<RecordWriter, 'updateRows' | 'deleteRows' | 'undeleteRows'> {
  public constructor(
    private readonly http: OrgHttp,
    private readonly soap: Soap
  ) {}

  public async updateRows(
    object: string,
    rows: ReadonlyArray<Readonly<Record<string, unknown>> & { readonly Id: string }>,
    behind?: ReadBehind
  ): Promise<RowResult[]> {
    const calls = [...chunksOf(rows)].map((chunk): Call => ({
      method: 'PATCH',
      path: '/composite/sobjects',
      headers: { 'sforce-auto-assign': 'FALSE' },
      body: {
        allOrNone: false,
        records: chunk.map(({ Id, ...values }) => ({ attributes: { type: object }, id: Id, ...values })),
      },
      ids: chunk.map((row) => row.Id),
    }));
    return this.send(calls, behind);
  }

  public async deleteRows(_object: string, ids: readonly string[], behind?: ReadBehind): Promise<RowResult[]> {
    const calls = [...chunksOf(checkedIds(ids))].map((chunk): Call => ({
      method: 'DELETE',
      path: `/composite/sobjects?ids=${chunk.join(',')}&allOrNone=false`,
      ids: chunk,
    }));
    return (await this.send(calls, behind)).map(deletedIsDone);
  }

  /** One call after the other; what is to be read behind them goes with the last. */
  private async send(calls: readonly Call[], behind: ReadBehind | undefined): Promise<RowResult[]> {
    const results: RowResult[] = [];
    for (const [n, call] of calls.entries()) {
      const last = n === calls.length - 1;
      results.push(
        ...(behind && last && fitsTogether(call, behind) ? await this.both(call, behind) : await this.one(call))
      );
    }
    return results;
  }

  private async one({ method, path, body, headers, ids }: Call): Promise<RowResult[]> {
    const answer = await this.http.json<SaveResult[]>(path, {
      method,
      ...(headers ? { headers } : {}),
      ...(body === undefined ? {} : { json: body }),
      repeatable: true,
    });
    return this.paired(ids, answer);
  }

  /**
   * A call with the queries behind it. Refused, or not answered there, it is sent by itself, and nothing was read behind it.
   * Where one part failed, nothing says what the others saw: then the answers do not count either.
   */
  private async both(call: Call, behind: ReadBehind): Promise<RowResult[]> {
    const soqls = behind.soqls.slice(0, QUERIES_PER_COMPOSITE - 1);
    const parts = [call, ...soqls.map((soql) => queryPart(soql))];
    const [written, ...read] = await sendTogether(this.http, parts, { repeatable: true });
    const results = written?.body as readonly SaveResult[] | undefined;
    if (written?.status !== 200 || !isWhole(results, call)) return this.one(call);
    if (read.some((answer) => answer?.status !== 200)) return this.paired(call.ids, results);
    const answers = new Map<string, readonly RawRow[]>();
    for (const [n, soql] of soqls.entries()) {
      const rows = wholeAnswer(read[n], soql);
      if (rows) answers.set(soql, rows);
    }
    behind.answered(answers);
    return this.paired(call.ids, results);
  }

  public async undeleteRows(ids: readonly string[]): Promise<RowResult[]> {
    const results: RowResult[] = [];
    for (const chunk of chunksOf(checkedIds(ids))) {
      // What is back already is refused row by row; reading back decides. So it may be asked again.
      const answer = await this.soap.call('partner', 'undelete', { ids: chunk }, { repeatable: true });
      results.push(...this.paired(chunk, answer as unknown as readonly SaveResult[]));
    }
    return results;
  }

  private paired(ids: readonly string[], answer: readonly SaveResult[]): RowResult[] {
    if (!Array.isArray(answer) || answer.length !== ids.length)
      throw badAnswer(`${ids.length} rows were sent, ${answer?.length ?? 'no'} results came back`, true);
    return ids.map((id, at) => rowResult(parseRecordId(id) ?? id, answer[at] as SaveResult));
  }
}

/** Only Ids reach a URL, whatever a plan or a journal says. */
function checkedIds(ids: readonly string[]): readonly string[] {
  const other = ids.find((id) => !isRecordId(id));
  if (other !== undefined) throw new Error(`not a record id: ${JSON.stringify(other)}`);
  return ids;
}

/** A row that is gone already is what the delete wanted: its parent took it along, or an earlier attempt did it. */
function deletedIsDone(result: RowResult): RowResult {
  return result.code === 'ENTITY_IS_DELETED' ? { id: result.id, success: true } : result;
}

function isWhole(results: unknown, { ids }: Call): results is readonly SaveResult[] {
  return Array.isArray(results) && results.length === ids.length;
}

/** In a composite, what looks like `@{part0.id}` is replaced by what an earlier answer holds: such texts go by themselves. */
function fitsTogether({ body }: Call, { soqls }: ReadBehind): boolean {
  const text = body === undefined ? '' : JSON.stringify(body);
  return soqls.length > 0 && !text.includes('@{') && Buffer.byteLength(text) <= ROOM_IN_COMPOSITE;
}
