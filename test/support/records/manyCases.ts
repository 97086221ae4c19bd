import type { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { FEATURES, type Feature } from './caseSpec.js';
import { drawCase } from './drawCase.js';
import { HARDSHIPS, type Hardship } from './hardships.js';
import { playCase } from './playCase.js';
import { shrinkCase } from './shrinkCase.js';
import { inProcess, overHttp, type Stage } from './stages.js';

/** What many cases came to. Plain data, so that a process can hand it to another. */
export interface Tally {
  readonly cases: number;
  readonly seconds: number;
  /** How many cases held each hardship. */
  readonly held: Readonly<Record<Hardship, number>>;
  readonly failures: ReadonlyArray<{ readonly seed: number; readonly problems: readonly string[] }>;
}

export type Way = 'in process' | 'over HTTP';
const stages: Record<Way, (org: PracticeOrg) => Promise<Stage>> = { 'in process': inProcess, 'over HTTP': overHttp };

/** After so many failing seeds the rest would only repeat them. */
const MOST_FAILURES = 5;

/** `RECORD_FEATURES`: hardships that cases may hold (`none`, or names with commas between them); all when not set. */
export function chosenFeatures(): ReadonlySet<Feature> {
  const chosen = process.env.RECORD_FEATURES?.split(',');
  return new Set(FEATURES.filter((feature) => chosen?.includes(feature) ?? true));
}

/** Plays the cases of the seeds from `first` on; stops early when too many fail. */
export async function playMany(first: number, count: number, way: Way): Promise<Tally> {
  const held = Object.fromEntries(HARDSHIPS.map((hardship) => [hardship, 0])) as Record<Hardship, number>;
  const failures: Array<{ seed: number; problems: readonly string[] }> = [];
  // Rows refused for a passing reason are tried again; nothing passes here while nobody else works.
  const pause = process.env.SF_ROLLBACK_RETRY_MS;
  process.env.SF_ROLLBACK_RETRY_MS = '0.1';
  const start = performance.now();
  let cases = 0;
  for (let seed = first; seed < first + count && failures.length < MOST_FAILURES; seed += 1) {
    const report = await playCase(drawCase(seed, chosenFeatures()), stages[way]);
    cases += 1;
    for (const hardship of report.hardships) held[hardship] += 1;
    if (report.problems.length > 0) failures.push({ seed, problems: report.problems });
  }
  if (pause === undefined) delete process.env.SF_ROLLBACK_RETRY_MS;
  else process.env.SF_ROLLBACK_RETRY_MS = pause;
  return { cases, seconds: (performance.now() - start) / 1000, held, failures };
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const held = Object.fromEntries(
    HARDSHIPS.map((hardship) => [hardship, tallies.reduce((n, tally) => n + tally.held[hardship], 0)])
  ) as Record<Hardship, number>;
  return {
    cases: tallies.reduce((n, tally) => n + tally.cases, 0),
    // Side by side: the slowest decides.
    seconds: Math.max(0, ...tallies.map((tally) => tally.seconds)),
    held,
    failures: tallies.flatMap((tally) => tally.failures).sort((a, b) => a.seed - b.seed),
  };
}

/** How many cases held what, as lines for a person. */
export function tallyText(tally: Tally, way: Way): string {
  const share = (n: number): string => `${((100 * n) / Math.max(1, tally.cases)).toFixed(1)} %`;
  return [
    `${tally.cases} cases ${way} in ${tally.seconds.toFixed(0)} s, ${tally.failures.length} failed; they held`,
    ...HARDSHIPS.map(
      (name) => `  ${name.padEnd(32)}${String(tally.held[name]).padStart(6)}  ${share(tally.held[name]).padStart(7)}`
    ),
  ].join('\n');
}

/** The hardships that less than `least` of the cases held. */
export function tooRare(tally: Tally, least: number): Hardship[] {
  return HARDSHIPS.filter((name) => tally.held[name] / Math.max(1, tally.cases) < least);
}

/** What failed, seed by seed, and the story of the first, made as small as it goes. */
export async function failureText(tally: Tally, way: Way): Promise<string> {
  const list = tally.failures.map(({ seed, problems }) => `seed ${seed}\n  ${problems.join('\n  ')}`).join('\n');
  const [first] = tally.failures;
  if (!first) return '';
  const spec = drawCase(first.seed, chosenFeatures());
  // In process is a hundred times faster; only what fails over HTTP alone is made small there.
  const here = (await playCase(spec, inProcess)).problems;
  const stageOf = here.length > 0 ? inProcess : stages[way];
  const kind = kindOf((here.length > 0 ? here : first.problems)[0] ?? '');
  const small = await shrinkCase(spec, async (candidate) =>
    (await playCase(candidate, stageOf)).problems.some((problem) => kindOf(problem) === kind)
  );
  const report = await playCase(small, stageOf);
  return `${list}\n\nseed ${first.seed} made smaller:\n${report.story()}\n  ${report.problems.join('\n  ')}\n\nTry again: RECORD_SEED=${first.seed} RECORD_CASES=1 npm run test:unit test/property/records.test.ts`;
}

/** What a problem is about, without the names of its rows: what stays the same while a case is made smaller. */
function kindOf(problem: string): string {
  return problem
    .split('\n')[0]
    ?.replace(/\w+__c#-?\d+\([^)]*\)/g, 'row')
    .replace(/\w+__c/g, 'name')
    .replace(/\b\w{15}(\w{3})?\b/g, 'id')
    .replace(/"[^"]*"|\b(null|true|false|\d+)\b/g, 'value')
    .slice(0, 90) as string;
}
