import { expect } from 'chai';
import { Response } from 'undici';
import { Refusal } from '../../../src/model/refusal.js';
import { OrgHttp, OrgRequestError, type RequestOptions } from '../../../src/org/orgHttp.js';

const TYPE = { 'content-type': 'application/json;charset=UTF-8' };
const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { ...TYPE, ...headers } });
const refused = (status: number, errorCode: string, headers = {}): Response =>
  json([{ errorCode, message: 'no' }], status, headers);
const lost = (code: string): Error => Object.assign(new TypeError('fetch failed'), { cause: { code } });

interface Heard {
  readonly method: string | undefined;
  readonly url: string;
  readonly token: string | undefined;
}

/** A door whose other end says these things, one a request; what it heard, and how long it was made to wait. */
function door(...answers: Array<Response | Error | 'stall'>): {
  http: OrgHttp;
  heard: Heard[];
  pauses: number[];
  refreshed: () => number;
} {
  const heard: Heard[] = [];
  const pauses: number[] = [];
  let refreshes = 0;
  const http = new OrgHttp(
    {
      instanceUrl: 'https://org.example',
      accessToken: () => `token${refreshes}`,
      refresh: async () => void (refreshes += 1),
    },
    '66.0',
    {
      fetch: (url, init) => {
        const headers = init.headers as Record<string, string>;
        heard.push({ method: init.method, url, token: headers.authorization });
        const answer = answers.shift();
        if (answer === undefined) throw new Error('nobody expected this request');
        if (answer instanceof Error) return Promise.reject(answer);
        if (answer !== 'stall') return Promise.resolve(answer);
        return new Promise((_resolve, reject) => {
          init.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
        });
      },
      sleep: async (milliseconds) => void pauses.push(milliseconds),
    }
  );
  return { http, heard, pauses, refreshed: () => refreshes };
}

async function failure(work: Promise<unknown>): Promise<OrgRequestError> {
  const error = await work.then(
    (value) => expect.fail(`it answered ${JSON.stringify(value)}`),
    (caught: unknown) => caught
  );
  expect(error).to.be.instanceOf(OrgRequestError);
  return error as OrgRequestError;
}

const CREATE: RequestOptions = { method: 'POST', json: {} };
const SET: RequestOptions = { method: 'PATCH', json: {}, repeatable: true };

describe('the one door for requests', () => {
  let before: string | undefined;
  beforeEach(() => {
    before = process.env.SF_ROLLBACK_TIMEOUT_MS;
    process.env.SF_ROLLBACK_TIMEOUT_MS = '20';
  });
  afterEach(() => {
    if (before === undefined) delete process.env.SF_ROLLBACK_TIMEOUT_MS;
    else process.env.SF_ROLLBACK_TIMEOUT_MS = before;
  });

  it('asks again for what it may, and gives up after five attempts', async () => {
    const passing = (): Response => refused(503, 'SERVER_UNAVAILABLE');
    const good = door(
      lost('ECONNRESET'),
      'stall',
      passing(),
      new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      json({ good: 1 })
    );
    expect(await good.http.json('/limits')).to.deep.equal({ good: 1 });
    expect(good.heard).to.have.length(5);
    expect(good.http.requests()).to.equal(5);
    const bad = door(passing(), passing(), passing(), passing(), passing());
    expect(await failure(bad.http.json('/limits'))).to.include({ code: 'SERVER_UNAVAILABLE', mayHaveActed: false });
  });

  it('sends what creates once, and says that the org may have acted', async () => {
    for (const answer of [
      lost('ECONNRESET'),
      'stall' as const,
      refused(500, 'UNKNOWN_EXCEPTION'),
      new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      new Response('{"id":', { headers: TYPE }),
    ]) {
      const { http, heard } = door(answer);
      expect(await failure(http.json('/jobs', CREATE))).to.include({ mayHaveActed: true });
      expect(heard).to.have.length(1);
    }
  });

  it('sends what creates again when the org cannot have seen it', async () => {
    const { http } = door(lost('ECONNREFUSED'), new Response('slow down', { status: 429 }), json({ id: 1 }));
    expect(await http.json('/jobs', CREATE)).to.deep.equal({ id: 1 });
    const never = door(...Array.from({ length: 5 }, () => lost('ENOTFOUND')));
    expect(await failure(never.http.json('/jobs', CREATE))).to.include({ code: 'NETWORK', mayHaveActed: false });
  });

  it('repeats a write that leaves the same state, and says of its last failure that the org may have acted', async () => {
    expect(await door(lost('UND_ERR_SOCKET'), new Response(null, { status: 204 })).http.json('/x', SET)).to.equal(
      undefined
    );
    const { http } = door(...Array.from({ length: 5 }, () => lost('ECONNRESET')));
    expect(await failure(http.json('/x', SET))).to.include({ code: 'NETWORK', mayHaveActed: true });
  });

  it('waits as long as the server asks, and gives up on one that asks for too long', async () => {
    const { http, pauses } = door(refused(503, 'SERVER_UNAVAILABLE', { 'retry-after': '7' }), json({}));
    await http.json('/limits');
    expect(pauses).to.deep.equal([7000]);
    const busy = door(refused(503, 'SERVER_UNAVAILABLE', { 'retry-after': '3600' }));
    expect((await failure(busy.http.json('/limits'))).code).to.equal('SERVER_UNAVAILABLE');
  });

  it('logs in again once, also for a write, and stops where that does not help', async () => {
    const once = door(refused(401, 'INVALID_SESSION_ID'), json({ id: 1 }));
    expect(await once.http.json('/jobs', CREATE)).to.deep.equal({ id: 1 });
    expect(once.heard.map(({ token }) => token)).to.deep.equal(['Bearer token0', 'Bearer token1']);
    const twice = door(refused(401, 'INVALID_SESSION_ID'), refused(401, 'INVALID_SESSION_ID'));
    const error = await twice.http.json('/limits').catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(Refusal).and.include({ key: 'sessionExpired' });
    expect(twice.refreshed()).to.equal(1);
  });

  it('stops at the limit of the day', async () => {
    const { http, heard } = door(
      json([{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }], 403)
    );
    const error = await http.json('/limits').catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(Refusal).and.include({ key: 'apiLimitReached' });
    expect(heard).to.have.length(1);
  });

  it('takes no empty answer, no redirect and no other kind for what was asked', async () => {
    const empty = (): Response => new Response('', { headers: TYPE });
    expect((await failure(door(...Array.from({ length: 5 }, empty)).http.json('/limits'))).code).to.equal('BAD_ANSWER');
    const moved = (): Response =>
      new Response(null, { status: 302, headers: { location: 'https://elsewhere.example' } });
    expect((await failure(door(moved()).http.json('/limits'))).code).to.equal('HTTP_302');
    const page = (): Response => json({ records: [] });
    expect((await failure(door(...Array.from({ length: 5 }, page)).http.text('/results', 'csv'))).code).to.equal(
      'BAD_ANSWER'
    );
  });

  it('refuses an answer that reaches for a prototype, however it is written', async () => {
    for (const text of ['{"__proto__":{"a":1}}', '{"\\u005f_proto__":{"a":1}}', '{"a":{"__pr\\u006Fto__":1}}']) {
      const answers = Array.from({ length: 5 }, () => new Response(text, { headers: TYPE }));
      expect((await failure(door(...answers).http.json('/limits'))).code, text).to.equal('BAD_ANSWER');
    }
    expect(await door(new Response('{"a":"\\u0070"}', { headers: TYPE })).http.json('/x')).to.deep.equal({ a: 'p' });
  });

  it('bounds an answer that stalls in its middle, and lets a slow one take its time', async () => {
    const dripping = (pieces: number, stalls: boolean): Response => {
      let sent = 0;
      const stream = new ReadableStream({
        async pull(controller) {
          if (sent === pieces) return stalls ? new Promise(() => undefined) : controller.close();
          sent += 1;
          await new Promise((resolve) => setTimeout(resolve, 8));
          controller.enqueue(Buffer.from(sent === 1 ? '["' : sent === pieces ? '"]' : 'x'));
        },
      });
      return new Response(stream as never, { headers: TYPE });
    };
    expect(await door(dripping(8, false)).http.json('/slow')).to.deep.equal(['xxxxxx']);
    const stalled = door(...Array.from({ length: 5 }, () => dripping(2, true)));
    expect((await failure(stalled.http.json('/stalled'))).code).to.equal('TIMEOUT');
  });

  it('tells what the org says of its allowance and its clock', async () => {
    const { http } = door(
      json({}, 200, { 'sforce-limit-info': 'api-usage=123/15000', date: 'Thu, 01 Jan 2026 00:00:30 GMT' })
    );
    expect(http.apiUsage()).to.equal(undefined);
    await http.json('/limits');
    expect(http.apiUsage()).to.deep.equal({ used: 123, max: 15_000 });
    expect(http.lastAnswerAt()).to.equal('2026-01-01T00:00:30.000Z');
  });
});
