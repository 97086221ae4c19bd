import { isRecordId, parseRecordId } from '../model/ids.js';
import type { OrgHttp } from './orgHttp.js';
import { badAnswer } from './orgRequestError.js';
import type { RecordWriter, RowResult } from './ports.js';
import type { Soap } from './soap.js';

/** Rows a call of sObject Collections or SOAP undelete takes (REST and SOAP API guides). */
const ROWS_PER_CALL = 200;

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
    rows: ReadonlyArray<Readonly<Record<string, unknown>> & { readonly Id: string }>
  ): Promise<RowResult[]> {
    const results: RowResult[] = [];
    for (const chunk of chunksOf(rows)) {
      const answer = await this.http.json<SaveResult[]>('/composite/sobjects', {
        method: 'PATCH',
        headers: { 'sforce-auto-assign': 'FALSE' },
        json: {
          allOrNone: false,
          records: chunk.map(({ Id, ...values }) => ({ attributes: { type: object }, id: Id, ...values })),
        },
        // The same values once more leave the same rows.
        repeatable: true,
      });
      results.push(
        ...this.paired(
          chunk.map((row) => row.Id),
          answer
        )
      );
    }
    return results;
  }

  public async deleteRows(_object: string, ids: readonly string[]): Promise<RowResult[]> {
    const results: RowResult[] = [];
    for (const chunk of chunksOf(checkedIds(ids))) {
      const answer = await this.http.json<SaveResult[]>(`/composite/sobjects?ids=${chunk.join(',')}&allOrNone=false`, {
        method: 'DELETE',
        repeatable: true,
      });
      results.push(...this.paired(chunk, answer).map(deletedIsDone));
    }
    return results;
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
