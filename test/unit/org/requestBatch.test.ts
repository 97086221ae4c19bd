import { expect } from 'chai';
import { Response } from 'undici';
import { OrgHttp } from '../../../src/org/orgHttp.js';
import { getTogether } from '../../../src/org/requestBatch.js';

const refusal = [{ errorCode: 'SERVER_UNAVAILABLE', message: 'later' }];

/** An org that gives these answers to the requests of a batch, and to what is asked by itself afterwards. */
function orgThat(inBatch: ReadonlyArray<readonly [status: number, result: unknown]>): {
  readonly http: OrgHttp;
  readonly alone: string[];
} {
  const alone: string[] = [];
  const answer = (body: unknown): Response =>
    new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json;charset=UTF-8' } });
  const http = new OrgHttp(
    { instanceUrl: 'https://org.example', accessToken: () => 'token', refresh: async () => {} },
    '66.0',
    {
      fetch: async (url) => {
        if (url.endsWith('/composite/batch'))
          return answer({ results: inBatch.map(([statusCode, result]) => ({ statusCode, result })) });
        alone.push(url.replace('https://org.example/services/data/v66.0', ''));
        return answer({ by: 'itself' });
      },
      sleep: async () => {},
    }
  );
  return { http, alone };
}

describe('requests that go together', () => {
  it('are asked again by themselves where one met a fault that passes, or the call ran out of time', async () => {
    for (const status of [412, 429, 500, 503]) {
      const { http, alone } = orgThat([
        [200, { by: 'batch' }],
        [status, refusal],
      ]);
      expect(await getTogether(http, ['/a', '/b']), String(status)).to.deep.equal([{ by: 'batch' }, { by: 'itself' }]);
      expect(alone).to.deep.equal(['/b']);
    }
  });

  it('are asked by themselves where a batch takes nothing of the Tooling API', async () => {
    const { http, alone } = orgThat([[404, [{ errorCode: 'NOT_FOUND', message: 'no' }]]]);
    expect(await getTogether(http, ['/tooling/query?q=x'])).to.deep.equal([{ by: 'itself' }]);
    expect(alone).to.deep.equal(['/tooling/query?q=x']);
  });

  it('are refused together where one is refused for good', async () => {
    const { http, alone } = orgThat([[400, [{ errorCode: 'INVALID_FIELD', message: 'no such column' }]]]);
    const error = await getTogether(http, ['/query?q=x']).catch((caught: unknown) => caught as { code: string });
    expect((error as { code: string }).code).to.equal('INVALID_FIELD');
    expect(alone).to.deep.equal([]);
  });
});
