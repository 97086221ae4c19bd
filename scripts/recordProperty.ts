/**
 * The figures of the record lane: 10,000 random cases in process and 300 over HTTP, on all cores.
 * RECORD_CASES and RECORD_HTTP_CASES ask for other numbers, RECORD_SEED for another first seed.
 * `npm run test:records -- 674 20001-20100` plays just these seeds, in process, and names each that fails.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import {
  failureText,
  playMany,
  sumOf,
  tallyText,
  tooRare,
  type Tally,
  type Way,
} from '../test/support/records/manyCases.js';

interface Share {
  readonly first: number;
  readonly count: number;
  readonly way: Way;
}

const LEAST_SHARE = 0.05;
const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

/** A share of the cases in a process of its own. */
function elsewhere(share: Share): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(share)]);
    child.once('message', (tally) => resolve(tally as Tally));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`a process that played cases ended with code ${code}`)));
  });
}

async function playShares(first: number, count: number, way: Way): Promise<boolean> {
  if (count <= 0) return true;
  const size = Math.ceil(count / availableParallelism());
  const starts = Array.from({ length: Math.ceil(count / size) }, (_share, at) => at * size);
  const tally = sumOf(
    await Promise.all(starts.map((at) => elsewhere({ first: first + at, count: Math.min(size, count - at), way })))
  );
  console.log(tallyText(tally, way));
  if (tally.failures.length > 0) {
    console.log(await failureText(tally, way));
    return false;
  }
  const rare = tooRare(tally, LEAST_SHARE);
  if (rare.length > 0 && count >= 1_000) console.log(`In too few cases: ${rare.join(', ')}`);
  return rare.length === 0 || count < 1_000;
}

/** Plays single seeds and ranges of them; all of them, however many fail. */
async function playSeeds(seeds: readonly string[]): Promise<boolean> {
  const ranges = seeds.map((text) => text.split('-').map(Number)).map(([from = 0, to = from]) => ({ from, to }));
  const failures: Tally['failures'][number][] = [];
  let cases = 0;
  for (const { from, to } of ranges)
    for (let seed = from; seed <= to; seed += 1) {
      const tally = await playMany(seed, 1, 'in process');
      cases += tally.cases;
      failures.push(...tally.failures);
    }
  for (const { seed, problems } of failures) console.log(`seed ${seed}\n  ${problems.join('\n  ')}`);
  console.log(`${cases} cases, ${failures.length} failed`);
  return failures.length === 0;
}

const [share, ...more] = process.argv.slice(2);
if (share !== undefined && !process.send) {
  process.exitCode = (await playSeeds([share, ...more])) ? 0 : 1;
} else if (share !== undefined && process.send) {
  const { first, count, way } = JSON.parse(share) as Share;
  const tally = await playMany(first, count, way);
  process.send(tally, () => process.exit(0));
} else {
  const first = number('RECORD_SEED', 1);
  const good = [
    await playShares(first, number('RECORD_CASES', 10_000), 'in process'),
    await playShares(first, number('RECORD_HTTP_CASES', 300), 'over HTTP'),
  ];
  process.exitCode = good.every(Boolean) ? 0 : 1;
}
