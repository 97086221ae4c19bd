import { expect } from 'chai';
import { Response } from 'undici';
import { OrgHttp } from '../../../src/org/orgHttp.js';
import type { Answers } from '../../../src/org/ports/records.js';
import { RecordWrites } from '../../../src/org/recordWrites.js';
import type { Soap } from '../../../src/org/soap.js';

type Answer = readonly [status: number, body: unknown];
interface Composite {
  readonly allOrNone: boolean;
  readonly collateSubrequests: boolean;
  readonly compositeRequest: ReadonlyArray<{
    readonly method: string;
    readonly url: string;
    readonly httpHeaders?: object;
  }>;
}

const idOf = (n: number): string => `a0V5g000000${String(n).padStart(4, '0')}`;
const good = { success: true, errors: [] };
const page = (...records: object[]): object => ({ totalSize: records.length, done: true, records });
const part = (body: unknown, httpStatusCode = 200): object => ({ body, httpStatusCode });
const together = (...parts: object[]): object => ({
  compositeResponse: parts.map((one, n) => ({ ...one, referenceId: `part${n}` })),
});

/** An org that answers in turn, and writes that keep what they are told was read behind them. */
function writesTo(...answers: Answer[]): {
  readonly writes: RecordWrites;
  readonly asked: Array<readonly [string, unknown]>;
  readonly read: Array<Record<string, unknown>>;
  readonly behind: (...soqls: string[]) => { soqls: string[]; answered: (answers: Answers) => void };
} {
  const asked: Array<readonly [string, unknown]> = [];
  const read: Array<Record<string, unknown>> = [];
  const http = new OrgHttp(
    { instanceUrl: 'https://org.example', accessToken: () => 'token', refresh: async () => {} },
    '66.0',
    {
      fetch: async (url, { method, body }) => {
        const path = url.replace('https://org.example/services/data/v66.0', '').split('?')[0];
        asked.push([`${method} ${path}`, body === undefined ? undefined : JSON.parse(String(body))]);
        const [status, answer] = answers.shift() ?? [500, []];
        return new Response(JSON.stringify(answer), {
          status,
          headers: { 'content-type': 'application/json;charset=UTF-8' },
        });
      },
      sleep: async () => {},
    }
  );
  const behind = (...soqls: string[]): ReturnType<ReturnType<typeof writesTo>['behind']> => ({
    soqls,
    answered: (rows) => void read.push(Object.fromEntries(rows)),
  });
  return { writes: new RecordWrites(http, {} as Soap), asked, read, behind };
}

describe('rows that are written, and what is read behind them', () => {
  const rows = (...ns: number[]): Array<{ Id: string; Name: string }> =>
    ns.map((n) => ({ Id: idOf(n), Name: `n${n}` }));

  it('go in one request that keeps their order and asks for nothing to be taken back where a part fails', async () => {
    const answer = together(part([good]), part(page({ Id: 'a' })), part(page({ Id: 'b' })));
    const { writes, asked, read, behind } = writesTo([200, answer]);
    const results = await writes.updateRows('Thing__c', rows(1), behind('SELECT own', 'SELECT next'));
    expect(results.map(({ success }) => success)).to.deep.equal([true]);
    expect(read).to.deep.equal([{ 'SELECT own': [{ Id: 'a' }], 'SELECT next': [{ Id: 'b' }] }]);
    expect(asked.map(([what]) => what)).to.deep.equal(['POST /composite']);
    const sent = asked[0]?.[1] as Composite;
    expect([sent.allOrNone, sent.collateSubrequests]).to.deep.equal([false, false]);
    expect(sent.compositeRequest.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
      'PATCH /services/data/v66.0/composite/sobjects',
      'GET /services/data/v66.0/queryAll?q=SELECT%20own',
      'GET /services/data/v66.0/queryAll?q=SELECT%20next',
    ]);
    // Headers of the whole request do not reach its parts.
    expect(sent.compositeRequest[0]?.httpHeaders).to.deep.equal({ 'sforce-auto-assign': 'FALSE' });
  });

  it('count as written, and as not read, where any part behind them failed', async () => {
    const failed = [{ errorCode: 'SERVER_UNAVAILABLE' }];
    for (const behindThem of [
      [part(page({ Id: 'a' })), part(failed, 503)],
      [part(failed, 400), part(page({ Id: 'b' }))],
    ]) {
      const { writes, asked, read, behind } = writesTo([200, together(part([good]), ...behindThem)]);
      const results = await writes.updateRows('Thing__c', rows(1), behind('SELECT own', 'SELECT next'));
      expect(results.map(({ success }) => success)).to.deep.equal([true]);
      expect([asked.length, read]).to.deep.equal([1, []]);
    }
  });

  it('keep the answer that fits where another has more rows than a page', async () => {
    const more = { totalSize: 3_000, done: false, nextRecordsUrl: '/services/data/v66.0/query/01g-2000', records: [] };
    const { writes, read, behind } = writesTo([200, together(part([good]), part(page({ Id: 'a' })), part(more))]);
    await writes.updateRows('Thing__c', rows(1), behind('SELECT own', 'SELECT next'));
    expect(read).to.deep.equal([{ 'SELECT own': [{ Id: 'a' }] }]);
  });

  it('are sent by themselves where the answers are to other parts, or come in another order', async () => {
    const [first, second] = [part([good]), part(page({ Id: 'a' }))];
    for (const compositeResponse of [
      [
        { ...second, referenceId: 'part1' },
        { ...first, referenceId: 'part0' },
      ],
      [
        { ...first, referenceId: 'part0' },
        { ...second, referenceId: 'another' },
      ],
      [{ ...first, referenceId: 'part0' }, null],
    ]) {
      const { writes, asked, read, behind } = writesTo([200, { compositeResponse }], [200, [good]]);
      const [result] = await writes.updateRows('Thing__c', rows(1), behind('q'));
      expect(result?.success).to.equal(true);
      expect(asked.map(([what]) => what)).to.deep.equal(['POST /composite', 'PATCH /composite/sobjects']);
      expect(read).to.deep.equal([]);
    }
  });

  it('are read behind the last call only, and no more than fits', async () => {
    const all = together(part([good]), ...'abcd'.split('').map((name) => part(page({ Id: name }))));
    const { writes, asked, read, behind } = writesTo([200, Array.from({ length: 200 }, () => good)], [200, all]);
    const ids = Array.from({ length: 201 }, (_, n) => idOf(n));
    await writes.deleteRows('Thing__c', ids, behind('1', '2', '3', '4', '5'));
    expect(asked.map(([what]) => what)).to.deep.equal(['DELETE /composite/sobjects', 'POST /composite']);
    expect(Object.keys(read[0] ?? {})).to.deep.equal(['1', '2', '3', '4']);
  });

  it('are sent by themselves when the org did not write them there; what was read before that does not count', async () => {
    const busy = together(part([{ errorCode: 'SERVER_UNAVAILABLE' }], 503), part(page({ Id: 'old' })));
    for (const answer of [[200, busy] as const, [404, [{ errorCode: 'NOT_FOUND', message: 'no' }]] as const]) {
      const { writes, asked, read, behind } = writesTo(answer, [200, [good]]);
      const [result] = await writes.updateRows('Thing__c', rows(1), behind('q'));
      expect(result?.success).to.equal(true);
      expect(asked.map(([what]) => what)).to.deep.equal(['POST /composite', 'PATCH /composite/sobjects']);
      expect(read).to.deep.equal([]);
    }
  });

  it('are not sent once more when the org fails at all of it together to the end: they may have been written', async () => {
    const failed: Answer = [500, [{ errorCode: 'UNKNOWN_EXCEPTION', message: 'An unexpected error occurred' }]];
    const { writes, asked, read, behind } = writesTo(failed, failed, failed, failed, failed, [200, [good]]);
    const error = await writes.deleteRows('Thing__c', [idOf(1)], behind('q')).then(
      () => undefined,
      (thrown: unknown) => thrown
    );
    expect(error).to.include({ status: 500 });
    expect(new Set(asked.map(([what]) => what))).to.deep.equal(new Set(['POST /composite']));
    expect(read).to.deep.equal([]);
  });

  it('go by themselves where a text would be taken for a reference to another answer', async () => {
    const { writes, asked, behind } = writesTo([200, [good]]);
    await writes.updateRows('Thing__c', [{ Id: idOf(1), Name: 'see @{part1.records[0].Id}' }], behind('q'));
    expect(asked.map(([what]) => what)).to.deep.equal(['PATCH /composite/sobjects']);
  });
});
