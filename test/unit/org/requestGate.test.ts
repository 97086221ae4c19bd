import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Response } from 'undici';
import { OrgHttp } from '../../../src/org/orgHttp.js';
import { RequestGate } from '../../../src/org/requestGate.js';

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json;charset=UTF-8' } });
const TOO_MANY = [
  { errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.' },
];

/** An org that lets so many requests run at a time, and the pauses of whoever was turned away. */
function narrowOrg(places: number): { http: OrgHttp; turnedAway: () => number; most: () => number } {
  let running = 0;
  let turnedAway = 0;
  let most = 0;
  const http = new OrgHttp(
    { instanceUrl: 'https://org.example', accessToken: () => 'token', refresh: () => Promise.resolve() },
    '66.0',
    {
      fetch: async () => {
        if (running >= places) {
          turnedAway += 1;
          return json(TOO_MANY, 403);
        }
        running += 1;
        most = Math.max(most, running);
        await sleep(5);
        running -= 1;
        return json({});
      },
      sleep: (milliseconds) => sleep(Math.min(milliseconds / 25, 20)),
    }
  );
  return { http, turnedAway: () => turnedAway, most: () => most };
}

describe('requests at a time', () => {
  it('are no more than the org takes, once it has said so', async () => {
    const { http, turnedAway } = narrowOrg(4);
    await Promise.all(Array.from({ length: 200 }, () => http.json('/limits')));
    // All that began together, and now and then one that tried whether there is room again.
    expect(turnedAway()).to.be.lessThan(80);
  });

  it('are twenty as long as nobody is turned away', async () => {
    const { http, most } = narrowOrg(1_000);
    await Promise.all(Array.from({ length: 60 }, () => http.json('/limits')));
    expect(most()).to.equal(20);
  });

  it('are half of what was under way when one is turned away, at least one, and become more again one by one', async () => {
    const gate = new RequestGate();
    expect(gate.places).to.equal(20);
    const first = await Promise.all(Array.from({ length: 9 }, () => gate.enter()));
    for (const place of first) place.turnedAway();
    expect(gate.places, 'those that were let in together count once').to.equal(4);
    for (const place of first) place.leave();
    for (let n = 0; n < 3; n += 1) {
      const place = await gate.enter();
      place.turnedAway();
      place.leave();
    }
    expect(gate.places).to.equal(1);
    const after = [1, 2, 3, 4, 5, 6].map(() => (gate.answered(), gate.places));
    expect(after).to.deep.equal([2, 2, 3, 3, 3, 4]);
    for (let n = 0; n < 1_000; n += 1) gate.answered();
    expect(gate.places).to.equal(20);
  });

  it('wait without a place while an answer is read, so that streams can wait for each other', async () => {
    const { http } = narrowOrg(1_000);
    const order: string[] = [];
    let all: (() => void) | undefined;
    const read = new Promise<void>((resolve) => (all = resolve));
    const streams = Array.from({ length: 30 }, (_stream, n) =>
      http.stream('/limits', 'json', async () => {
        order.push(`${n}`);
        if (order.length === 30) all?.();
        await read;
      })
    );
    await Promise.all(streams);
    expect(order).to.have.length(30);
  });
});
