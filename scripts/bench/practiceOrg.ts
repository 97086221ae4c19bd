import { spawn } from 'node:child_process';
import { get, Agent } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { wideObject } from './wideObject.js';

/**
 * `npm run bench:org [rows]`: how fast a practice org with a million generated rows is ready, and how fast it serves
 * them through Bulk query. The org runs in a process of its own; this one only counts what arrives.
 */
const rows = Number(process.argv[2] ?? 1_000_000);
const wanted = { readySeconds: 20, mibPerSecond: 100, peakGib: 3 };
const mib = 1024 * 1024;

const started = performance.now();
const org = spawn(
  process.execPath,
  ['--import', 'tsx', fileURLToPath(new URL('servedOrg.ts', import.meta.url)), String(rows)],
  { stdio: ['pipe', 'pipe', 'inherit'] }
);
const lines = createInterface({ input: org.stdout })[Symbol.asyncIterator]();
const said = async <T>(): Promise<T> => JSON.parse(String((await lines.next()).value)) as T;
const { url, token, readyMs } = await said<{ url: string; token: string; readyMs: number }>();
const processMs = performance.now() - started;

const base = `${url}/services/data/v66.0`;
const authorization = { authorization: `Bearer ${token}` };
const fields = wideObject().fields.map((field) => field.name);
const agent = new Agent({ keepAlive: true });

const count = await timed(() => rest(`SELECT COUNT() FROM Reading__c`));
const one = await timed(() => rest(`SELECT Id, Name FROM Reading__c WHERE Key__c = 'K-00000777'`));
const delta = await timed(() => rest(`SELECT Id FROM Reading__c WHERE SystemModstamp >= 2026-03-02T07:59:00Z`));
const job = await runJob(`SELECT ${fields.join(', ')} FROM Reading__c`);
const plain = await download(job.id, 'identity');
const zipped = await download(job.id, 'gzip', 2);
org.stdin.write('enough\n');
const { peakBytes } = await said<{ peakBytes: number }>();
agent.destroy();

const speed = plain.bytes / mib / plain.seconds;
const result = {
  rows: plain.rows,
  columns: fields.length,
  readySeconds: round(readyMs / 1000),
  readySecondsWithProcessStart: round(processMs / 1000),
  jobSeconds: round(job.seconds),
  mib: round(plain.bytes / mib),
  mibPerSecond: round(speed),
  gzipMibPerSecondOfContent: round(((zipped.rows / plain.rows) * (plain.bytes / mib)) / zipped.seconds),
  countMs: round(count),
  byKeyMs: round(one),
  deltaMs: round(delta),
  peakGib: round(peakBytes / mib / 1024),
};
process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
const missed = [
  ...(processMs / 1000 < wanted.readySeconds ? [] : [`ready in under ${wanted.readySeconds} s`]),
  ...(speed >= wanted.mibPerSecond ? [] : [`${wanted.mibPerSecond} MiB/s or more`]),
  ...(result.peakGib < wanted.peakGib ? [] : [`under ${wanted.peakGib} GiB`]),
  ...(plain.rows === rows ? [] : ['every row']),
];
process.stdout.write(missed.length === 0 ? 'Within its limits.\n' : `Missed: ${missed.join(', ')}.\n`);
process.exitCode = missed.length === 0 ? 0 : 1;

async function rest(soql: string): Promise<unknown> {
  const answer = await fetch(`${base}/query?q=${encodeURIComponent(soql)}`, { headers: authorization });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

async function runJob(query: string): Promise<{ readonly id: string; readonly seconds: number }> {
  const from = performance.now();
  const answer = await fetch(`${base}/jobs/query`, {
    method: 'POST',
    headers: { ...authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ operation: 'query', query }),
  });
  const { id } = (await answer.json()) as { id: string };
  for (;;) {
    const info = (await (await fetch(`${base}/jobs/query/${id}`, { headers: authorization })).json()) as {
      state: string;
      errorMessage?: string;
    };
    if (info.state === 'JobComplete') return { id, seconds: (performance.now() - from) / 1000 };
    if (info.state === 'Failed') throw new Error(info.errorMessage);
  }
}

/** Reads page after page, or only the first few of them, and keeps nothing. */
async function download(
  id: string,
  encoding: string,
  pages = Number.POSITIVE_INFINITY
): Promise<{ readonly bytes: number; readonly rows: number; readonly seconds: number }> {
  const from = performance.now();
  const total = { bytes: 0, rows: 0 };
  let locator = '';
  for (let page = 0; page < pages && locator !== 'null'; page++) {
    const headers = { ...authorization, 'accept-encoding': encoding };
    const suffix = locator === '' ? '' : `?locator=${locator}`;
    locator = await new Promise<string>((resolve, reject) => {
      get(`${base}/jobs/query/${id}/results${suffix}`, { agent, headers }, (answer) => {
        total.rows += Number(answer.headers['sforce-numberofrecords']);
        answer.on('data', (chunk: Buffer) => (total.bytes += chunk.length));
        answer.on('end', () => resolve(String(answer.headers['sforce-locator'])));
        answer.on('error', reject);
      }).on('error', reject);
    });
  }
  return { ...total, seconds: (performance.now() - from) / 1000 };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
