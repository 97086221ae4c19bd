import process from 'node:process';
import { caseText, Crashes, randomCase, type CrashCase, type Death } from '../crashes.js';
import { SIDE_BY_SIDE, type Way } from '../crashStory.js';
import { Dice } from '../dice.js';
import { KillingGround } from '../kills.js';
import { Counter, type Part, type Tally } from './part.js';

const MOMENTS = ['before', 'inside', 'after'] as const;

/** What is cut off: the way of the story with everything, or a rollback of which two steps are under way at a time. */
type Told = Way | 'sideBySide';

const begun = new Map<Told, Promise<Crashes>>();

/** The story is the same for every case, and takes a second to begin. */
function crashesOf(way: Told): Promise<Crashes> {
  const known = begun.get(way) ?? (way === 'sideBySide' ? Crashes.begin('apply', SIDE_BY_SIDE) : Crashes.begin(way));
  begun.set(way, known);
  return known;
}

/** Cases by number; `problems` says what is not as promised of one. */
function cases(
  say: { readonly title: string; readonly asked: string },
  total: () => Promise<number>,
  play: (at: number) => Promise<{ readonly what: string; readonly problems: readonly string[] }>
): Part {
  return {
    ...say,
    total,
    async play(first: number, count: number): Promise<Tally> {
      const counter = new Counter();
      for (let at = first; at < first + count; at += 1) {
        const { what, problems } = await play(at);
        counter.saw('cases');
        counter.failed(at, what, problems.slice(0, 6));
      }
      return counter;
    },
  };
}

function crashCases(
  way: Told,
  say: { readonly title: string; readonly asked: string },
  total: (crashes: Crashes) => number,
  caseAt: (at: number, crashes: Crashes) => CrashCase
): Part {
  return cases(
    say,
    async () => total(await crashesOf(way)),
    async (at) => {
      const crashes = await crashesOf(way);
      const crash = caseAt(at, crashes);
      return { what: caseText(crash), problems: await crashes.play(crash) };
    }
  );
}

/** The power goes at one operation of the disk; in turn what was not synced is lost and kept. */
function single(operation: number, moment: number, seed: number): CrashCase {
  const death: Death = { at: 'disk', operation, moment: MOMENTS[moment] as (typeof MOMENTS)[number] };
  return { deaths: [death], survival: (operation + moment) % 2 === 0 ? 'none' : 'all', seed };
}

export function crashParts(seed: number): Readonly<Record<string, Part>> {
  return {
    singles: crashCases(
      'apply',
      {
        title: 'the power goes before, inside and after each write to the disk, then --resume',
        asked: 'every write x 3',
      },
      ({ undisturbed }) => undisturbed.operations * MOMENTS.length,
      (at) => single(Math.floor(at / MOMENTS.length), at % MOMENTS.length, seed)
    ),
    doubles: crashCases(
      'apply',
      { title: 'the power goes twice, at any write or request, then --resume', asked: '2,000' },
      () => 2_000,
      (at, { undisturbed }) => randomCase(seed + at, 2, undisturbed)
    ),
    undo: crashCases(
      'undo',
      { title: 'a run is taken back, the power goes at each write to the disk, then --resume', asked: 'every write' },
      ({ undisturbed }) => undisturbed.operations,
      (at) => single(at, at % MOMENTS.length, seed)
    ),
    sideBySide: crashCases(
      'sideBySide',
      {
        title: 'a deployment beside the rows, answers of any duration, the power goes anywhere, then --resume',
        asked: 'some',
      },
      () => 1_000,
      (at, { undisturbed }) => ({ ...randomCase(seed + at, 1 + (at % 2), undisturbed), paced: true })
    ),
    fullDisk: cases(
      { title: 'the disk is full from each write on, until the run is gone on with', asked: 'every write' },
      async () => (await crashesOf('apply')).undisturbed.operations,
      async (at) => ({
        what: `full from disk operation ${at} on`,
        problems: await (await crashesOf('apply')).playRefusingDisk(at, 'ENOSPC'),
      })
    ),
    readOnly: cases(
      { title: 'the disk can only be read from each tenth write on, until the run is gone on with', asked: 'some' },
      async () => Math.ceil((await crashesOf('apply')).undisturbed.operations / 10),
      async (at) => ({
        what: `read-only from disk operation ${10 * at} on`,
        problems: await (await crashesOf('apply')).playRefusingDisk(10 * at, 'EROFS'),
      })
    ),
    clock: crashCases(
      'apply',
      { title: 'the clock of this machine jumps to and fro while the power goes, then --resume', asked: 'some' },
      () => 200,
      (at, { undisturbed }) => ({ ...randomCase(seed + at, 1, undisturbed), clockJumps: true })
    ),
    cuts: cases(
      { title: 'journal cut behind each of its lines, then --resume', asked: 'every line' },
      async () => (await crashesOf('apply')).undisturbed.lines + 1,
      async (at) => ({
        what: `journal cut behind line ${at}`,
        problems: await (await crashesOf('apply')).playCut(at),
      })
    ),
    races: cases(
      { title: 'races of two applies: exactly one runs', asked: '1,000' },
      () => Promise.resolve(1_000),
      async (at) => ({
        what: `race with seed ${seed + at}`,
        problems: await (await crashesOf('apply')).playRace(seed + at),
      })
    ),
    kills: kills(seed, 100),
  };
}

let ground: Promise<KillingGround> | undefined;

/** One for each process, until it ends. */
function theGround(): Promise<KillingGround> {
  ground ??= (async () => {
    const opened = await KillingGround.open((await crashesOf('apply')).story);
    process.once('exit', () => opened.close());
    return opened;
  })();
  return ground;
}

/** `kill -9` of the real command, over real HTTP and on a real disk. */
function kills(seed: number, count: number): Part {
  return cases(
    { title: 'SIGKILL of the real command, then --resume', asked: String(count) },
    () => Promise.resolve(count),
    async (at) => {
      const killing = await theGround();
      const { requests } = await killing.undisturbed();
      // Spread over the whole run, each somewhere in its own stretch.
      const point = 1 + Math.floor(((at + new Dice(seed + at).below(1_000) / 1_000) * requests) / count);
      const request = Math.min(requests, point);
      return { what: `killed at request ${request} of ${requests}`, problems: await killing.kill(request) };
    }
  );
}
