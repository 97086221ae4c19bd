import { expect } from 'chai';
import { Response } from 'undici';
import { OrgHttp } from '../../../src/org/orgHttp.js';
import { sendRows, type RowCall } from '../../../src/org/rowCalls.js';

type Answer = readonly [status: number, body: unknown];

/** An org that answers in turn; what it was asked is kept. */
function orgThat(...answers: Answer[]): { readonly http: OrgHttp; readonly asked: string[] } {
  const asked: string[] = [];
  const http = new OrgHttp(
    { instanceUrl: 'https://org.example', accessToken: () => 'token', refresh: async () => {} },
    '66.0',
    {
      fetch: async (url, { method }) => {
        asked.push(`${method} ${url.replace('https://org.example/services/data/v66.0', '').split('?')[0]}`);
        const [status, body] = answers.shift() ?? [200, []];
        return new Response(JSON.stringify(body), {
          status,
          headers: { 'content-type': 'application/json;charset=UTF-8' },
        });
      },
      sleep: async () => {},
    }
  );
  return { http, asked };
}

/** The answer to a composite whose parts were answered with these. */
const together = (...parts: ReadonlyArray<readonly [body: unknown, status?: number]>): object => ({
  compositeResponse: parts.map(([body, httpStatusCode = 200], n) => ({
    body,
    httpStatusCode,
    referenceId: `part${n}`,
  })),
});
const row = (action: RowCall['action'], at: number): RowCall => ({
  action,
  object: 'FieldPermissions',
  id: action === 'insert' ? undefined : `01k${at}`,
  values: action === 'delete' ? {} : { PermissionsEdit: true },
  writes: [at],
});
const good = { success: true, errors: [] };
const bad = { success: false, errors: [{ statusCode: 'FIELD_INTEGRITY_EXCEPTION', message: 'depends on Read' }] };
const refusal = { at: 1, code: 'FIELD_INTEGRITY_EXCEPTION', message: 'depends on Read' };

describe('rows that are written wave after wave', () => {
  const waves = [[row('delete', 0)], [row('insert', 1), row('update', 2)]];

  it('go in one request, each answered for itself', async () => {
    const { http, asked } = orgThat([200, together([[good]], [[good]], [[bad]])]);
    expect(await sendRows(http, waves)).to.deep.equal([refusal]);
    expect(asked).to.deep.equal(['POST /composite']);
  });

  it('go one by one, in the same order, where the org does not take them together', async () => {
    const { http, asked } = orgThat(
      [400, [{ errorCode: 'LIMIT_EXCEEDED', message: 'too many' }]],
      [200, [good]],
      [200, [good]],
      [200, [bad]]
    );
    expect(await sendRows(http, waves)).to.deep.equal([refusal]);
    expect(asked.slice(1)).to.deep.equal([
      'DELETE /composite/sobjects',
      'PATCH /composite/sobjects',
      'POST /composite/sobjects',
    ]);
  });

  it('go again by themselves where one was not worked off among the others', async () => {
    const halted = [{ errorCode: 'PROCESSING_HALTED', message: 'halted' }];
    const { http, asked } = orgThat([200, together([[good]], [[good]], [halted, 400])], [200, [bad]]);
    expect(await sendRows(http, waves)).to.deep.equal([refusal]);
    expect(asked).to.deep.equal(['POST /composite', 'POST /composite/sobjects']);
  });

  it('need no composite request where there is one call', async () => {
    const { http, asked } = orgThat([200, [bad]]);
    expect(await sendRows(http, [[row('insert', 1)]])).to.deep.equal([refusal]);
    expect(asked).to.deep.equal(['POST /composite/sobjects']);
  });
});
