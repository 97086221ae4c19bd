import type { JobKind } from './journal.js';

/** What the org says of a job: `open` took no row yet, `unknown` is what it no longer (or never) knew. */
export type JobNow = 'unknown' | 'open' | 'running' | 'ended';

/** A job whose id the journal has. */
export interface KnownJob {
  readonly job: string;
  readonly what: JobKind;
  readonly now: JobNow;
  /** Its results are in the journal already. */
  readonly taken: boolean;
  /** The file with the rows of an insert. */
  readonly sent?: string;
}

/** A job of the same user, object and operation, not older than the run, which no journal names. */
export interface Candidate {
  readonly job: string;
  readonly now: Exclude<JobNow, 'unknown'>;
  /** Whether the rows it took are rows of the file. Only an ended job shows them; `gone`: it no longer does. */
  readonly fits?: 'all' | 'some' | 'none' | 'gone';
  /** Created within minutes after the intention, so that it is this step's own job and nobody else's. */
  readonly atIntention: boolean;
}

/** Rows of an insert that were written down to be sent, without a job in the journal. */
export interface LostSend {
  readonly sent: string;
  readonly candidates: readonly Candidate[];
  /** The org keeps jobs for seven days: when these are over, no candidate is no proof. */
  readonly tooOld: boolean;
}

/** What the journal and the org say of one step of a run that was cut off or stopped. */
export interface StepFacts {
  readonly settled: boolean;
  readonly jobs: readonly KnownJob[];
  readonly lost: readonly LostSend[];
}

/** Why nobody but a person can say whether rows were inserted. */
export type Question = 'resultsGone' | 'twoJobsFit' | 'partFits' | 'tooOld';

/**
 * What becomes of a step. `retry` covers a step that never began: what it is to change is read first, and only what is not
 * yet as planned is written. `abort` names open jobs that took no row and never will.
 */
export type Recovery =
  | { readonly kind: 'settled' }
  | { readonly kind: 'wait'; readonly jobs: readonly string[] }
  | {
      readonly kind: 'adopt';
      readonly results: ReadonlyArray<{ readonly job: string; readonly sent: string; readonly known: boolean }>;
      readonly abort: readonly string[];
    }
  | { readonly kind: 'retry'; readonly abort: readonly string[] }
  | { readonly kind: 'ask'; readonly question: Question; readonly jobs: readonly string[] };

/**
 * Decides how to go on with a step, from the journal and what the org says; sends nothing. All effects but inserts can be
 * repeated, because they set values: they are done again for what is not yet as planned. An insert can not: no row is sent
 * again unless it is certain that the job that was to take it never did.
 */
export function recoverStep(facts: StepFacts): Recovery {
  if (facts.settled) return { kind: 'settled' };
  const inserts = facts.jobs.filter(({ sent, taken }) => sent !== undefined && !taken);
  const gone = inserts.filter(({ now }) => now === 'unknown');
  if (gone.length > 0) return { kind: 'ask', question: 'resultsGone', jobs: gone.map(({ job }) => job) };
  const running = [
    ...facts.jobs.filter(({ now }) => now === 'running'),
    ...facts.lost.flatMap(({ candidates }) => candidates.filter(({ now }) => now === 'running')),
  ];
  if (running.length > 0) return { kind: 'wait', jobs: [...new Set(running.map(({ job }) => job))] };

  const results = inserts.flatMap(({ job, sent, now }) =>
    sent !== undefined && now === 'ended' ? [{ job, sent, known: true }] : []
  );
  for (const { sent, candidates, tooOld } of facts.lost) {
    const all = candidates.filter(({ fits }) => fits === 'all');
    const some = candidates.filter(({ fits }) => fits === 'some');
    const [match] = all;
    if (some.length > 0) return { kind: 'ask', question: 'partFits', jobs: some.map(({ job }) => job) };
    if (all.length > 1) return { kind: 'ask', question: 'twoJobsFit', jobs: all.map(({ job }) => job) };
    const lost = candidates.filter(({ fits }) => fits === 'gone');
    if (match) results.push({ job: match.job, sent, known: false });
    else if (lost.length > 0) return { kind: 'ask', question: 'resultsGone', jobs: lost.map(({ job }) => job) };
    else if (tooOld) return { kind: 'ask', question: 'tooOld', jobs: [] };
  }
  const abort = [
    ...facts.jobs.filter(({ now, what }) => what === 'ingest' && now === 'open'),
    ...facts.lost.flatMap(({ candidates }) =>
      candidates.filter(({ now, atIntention }) => now === 'open' && atIntention)
    ),
  ].map(({ job }) => job);
  const aborted = [...new Set(abort)];
  return results.length > 0 ? { kind: 'adopt', results, abort: aborted } : { kind: 'retry', abort: aborted };
}
