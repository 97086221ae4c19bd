/**
 * The figures of recovery: crashes at every write, double crashes, cut journals, races, and kills of the real command.
 * CRASH_SEED asks for another seed; CRASH_DOUBLES, CRASH_RACES and CRASH_KILLS for other numbers; CRASH_EVERY=7 plays every
 * seventh write only.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { caseText, Crashes, randomCase, type CrashCase, type Death } from '../../test/support/crashes.js';
import { Dice } from '../../test/support/dice.js';
import { KillingGround } from '../../test/support/kills.js';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const SEED = number('CRASH_SEED', 20_261_121);
const MOMENTS = ['before', 'inside', 'after'] as const;

interface Tally {
  readonly played: number;
  readonly failures: readonly string[];
}

/** What one process plays of one part: every `of`-th case from `share` on. */
interface Share {
  readonly part: keyof typeof PARTS;
  readonly share: number;
  readonly of: number;
}

const PARTS = {
  singles: (share: Share) => playAll(share, async (crashes) => [...singles(crashes)]),
  doubles: (share: Share) =>
    playAll(share, async (crashes) =>
      Array.from({ length: number('CRASH_DOUBLES', 2_000) }, (_unused, n) =>
        randomCase(SEED + n, 2, crashes.undisturbed)
      )
    ),
  cuts: playCuts,
  races: playRaces,
  kills: playKills,
};

const TITLES: Record<keyof typeof PARTS, string> = {
  singles: 'crash before, inside and after every write to the disk, then --resume',
  doubles: 'two crashes, at any write or request, then --resume',
  cuts: 'journal cut behind each of its lines, then --resume',
  races: 'races of two applies: exactly one runs',
  kills: 'SIGKILL of the real command, then --resume',
};

/** Every operation that changes something on the disk, in turn losing and keeping what was not synced. */
function* singles({ undisturbed }: Crashes): Generator<CrashCase> {
  for (let operation = 0; operation < undisturbed.operations; operation += number('CRASH_EVERY', 1))
    for (const [at, moment] of MOMENTS.entries()) {
      const death: Death = { at: 'disk', operation, moment };
      yield { deaths: [death], survival: (operation + at) % 2 === 0 ? 'none' : 'all', seed: SEED };
    }
}

function mine<T>(all: readonly T[], { share, of }: Share): T[] {
  return all.filter((_one, at) => at % of === share);
}

async function playAll(share: Share, casesOf: (crashes: Crashes) => Promise<readonly CrashCase[]>): Promise<Tally> {
  const crashes = await Crashes.begin();
  const failures: string[] = [];
  const cases = mine(await casesOf(crashes), share);
  for (const one of cases) {
    const problems = await crashes.play(one);
    if (problems.length > 0) failures.push(`${caseText(one)}\n    ${problems.slice(0, 5).join('\n    ')}`);
  }
  return { played: cases.length, failures };
}

async function playCuts(share: Share): Promise<Tally> {
  const crashes = await Crashes.begin();
  const failures: string[] = [];
  let played = 0;
  for (let line = share.share; ; line += share.of) {
    let seen = false;
    await crashes.playCuts((at, problems) => {
      seen = true;
      if (problems.length > 0) failures.push(`cut behind line ${at}\n    ${problems.slice(0, 5).join('\n    ')}`);
    }, line);
    if (!seen) return { played, failures };
    played += 1;
  }
}

async function playRaces(share: Share): Promise<Tally> {
  const crashes = await Crashes.begin();
  const failures: string[] = [];
  const seeds = mine(
    Array.from({ length: number('CRASH_RACES', 1_000) }, (_unused, n) => SEED + n),
    share
  );
  for (const seed of seeds) {
    const problems = await crashes.playRace(seed);
    if (problems.length > 0) failures.push(`race with seed ${seed}\n    ${problems.slice(0, 5).join('\n    ')}`);
  }
  return { played: seeds.length, failures };
}

async function playKills(share: Share): Promise<Tally> {
  const crashes = await Crashes.begin();
  const ground = await KillingGround.open(crashes.story);
  try {
    const { requests, picture } = await ground.undisturbed();
    const dice = new Dice(SEED);
    const kills = number('CRASH_KILLS', 100);
    // Spread over the whole run, each somewhere in its own stretch.
    const points = Array.from({ length: kills }, (_unused, n) =>
      Math.min(requests, 1 + Math.floor(((n + dice.below(1_000) / 1_000) * requests) / kills))
    );
    const failures: string[] = [];
    const own = mine(points, share);
    for (const at of own) {
      const problems = await ground.kill(at, picture);
      if (problems.length > 0)
        failures.push(`killed at request ${at} of ${requests}\n    ${problems.slice(0, 5).join('\n    ')}`);
    }
    return { played: own.length, failures };
  } finally {
    ground.close();
  }
}

/** A share of a part in a process of its own. */
function elsewhere(share: Share): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(share)]);
    child.once('message', (tally) => resolve(tally as Tally));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`a process that played crashes ended with code ${code}`)));
  });
}

async function playPart(part: keyof typeof PARTS): Promise<boolean> {
  const started = performance.now();
  const of = availableParallelism();
  const tallies = await Promise.all(Array.from({ length: of }, (_unused, share) => elsewhere({ part, share, of })));
  const played = tallies.reduce((n, tally) => n + tally.played, 0);
  const failures = tallies.flatMap((tally) => tally.failures);
  const seconds = Math.round((performance.now() - started) / 1_000);
  console.log(`${played - failures.length} of ${played}: ${TITLES[part]} (seed ${SEED}, ${seconds} s)`);
  for (const failure of failures.slice(0, 5)) console.log(`  ${failure}`);
  return failures.length === 0 && played > 0;
}

const [given] = process.argv.slice(2);
if (given?.startsWith('{') && process.send) {
  const share = JSON.parse(given) as Share;
  process.env.SF_ROLLBACK_RETRY_MS ??= '5';
  const tally = await PARTS[share.part](share);
  process.send(tally, () => process.exit(0));
} else {
  const { undisturbed } = await Crashes.begin();
  console.log(
    `The rollback: ${undisturbed.totals} items in flows, metadata and records; ${undisturbed.operations} operations on the ` +
      `disk, ${undisturbed.syncs} of them syncs; ${undisturbed.requests} requests.`
  );
  const parts = (given ? given.split(',') : Object.keys(PARTS)) as ReadonlyArray<keyof typeof PARTS>;
  let good = true;
  for (const part of parts) good = (await playPart(part)) && good;
  process.exitCode = good ? 0 : 1;
}
