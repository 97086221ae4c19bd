import { expect } from 'chai';
import {
  recoverStep,
  type Candidate,
  type JobNow,
  type KnownJob,
  type LostSend,
  type Recovery,
  type StepFacts,
} from '../../../../src/apply/journal/recovery.js';

const NOW: readonly JobNow[] = ['unknown', 'open', 'running', 'ended'];
const SENT = 'sent/s001-1.ndjson';

function* knownJobs(): Generator<KnownJob> {
  for (const now of NOW)
    for (const taken of [false, true]) {
      yield { job: `750i${now}${String(taken)}`, what: 'ingest', now, taken, sent: SENT };
      yield { job: `750u${now}${String(taken)}`, what: 'ingest', now, taken };
      yield { job: `0Af${now}${String(taken)}`, what: 'deploy', now, taken };
    }
}

function* candidates(): Generator<Candidate> {
  for (const atIntention of [false, true]) {
    for (const now of ['open', 'running'] as const) yield { job: `751${now}${String(atIntention)}`, now, atIntention };
    for (const fits of ['all', 'some', 'none', 'gone'] as const)
      yield { job: `751${fits}${String(atIntention)}`, now: 'ended', fits, atIntention };
  }
}

/** None, one, or two of the items, the second perhaps like the first. */
function* upToTwo<T>(items: readonly T[]): Generator<readonly T[]> {
  yield [];
  for (const one of items) {
    yield [one];
    for (const two of items) yield [one, two];
  }
}

/** Every step with up to two known jobs and up to two candidates for one lost send: some 140,000. */
function* everyStep(): Generator<StepFacts> {
  const lost: LostSend[] = [];
  for (const tooOld of [false, true])
    for (const some of upToTwo([...candidates()])) lost.push({ sent: 'sent/s001-2.ndjson', candidates: some, tooOld });
  for (const settled of [false, true])
    for (const jobs of upToTwo([...knownJobs()])) {
      yield { settled, jobs, lost: [] };
      for (const send of lost) yield { settled, jobs, lost: [send] };
    }
}

/** The rule once more, said the other way round: what must hold before rows may be sent again. */
function mayInsertAgain(facts: StepFacts): boolean {
  const known = facts.jobs.every(({ sent, taken, now }) => sent === undefined || taken || now === 'open');
  const lost = facts.lost.every(
    ({ candidates: some, tooOld }) =>
      !tooOld && some.every(({ now, fits }) => now === 'open' || (now === 'ended' && fits === 'none'))
  );
  return known && lost;
}

describe('what becomes of a step that was cut off', () => {
  it('leaves a settled step as it is', () => {
    let steps = 0;
    for (const facts of everyStep()) {
      if (!facts.settled) continue;
      if (recoverStep(facts).kind !== 'settled') expect.fail(JSON.stringify(facts));
      steps += 1;
    }
    expect(steps).to.be.greaterThan(60_000);
  });

  it('never lets rows be sent again unless it is certain that the job for them took none', () => {
    for (const facts of everyStep()) {
      if (facts.settled) continue;
      const decision = recoverStep(facts);
      if (decision.kind === 'retry' && !mayInsertAgain(facts)) expect.fail(JSON.stringify(facts));
    }
  });

  it('takes over every result exactly once, and none that was taken before', () => {
    for (const facts of everyStep()) {
      const decision = recoverStep(facts);
      if (decision.kind !== 'adopt') continue;
      const open = facts.jobs.filter(({ sent, taken, now }) => sent !== undefined && !taken && now === 'ended');
      const fitting = facts.lost.flatMap(({ candidates: some }) => some.filter(({ fits }) => fits === 'all'));
      const names = decision.results.map(({ job }) => job);
      if (names.join() !== [...open, ...fitting].map(({ job }) => job).join())
        expect.fail(`${JSON.stringify(facts)} gave ${names.join()}`);
    }
  });

  it('waits while anything of it is still at work, unless a person has to be asked anyway', () => {
    for (const facts of everyStep()) {
      if (facts.settled) continue;
      const running = [...facts.jobs, ...facts.lost.flatMap(({ candidates: some }) => some)].some(
        ({ now }) => now === 'running'
      );
      const { kind } = recoverStep(facts);
      if (running && kind !== 'wait' && kind !== 'ask') expect.fail(`${JSON.stringify(facts)} gave ${kind}`);
      if (!running && kind === 'wait') expect.fail(`${JSON.stringify(facts)} waits for nothing`);
    }
  });

  it('ends only open jobs: those it knows, and those created just after the intention', () => {
    for (const facts of everyStep()) {
      const decision = recoverStep(facts);
      if (!('abort' in decision)) continue;
      for (const job of decision.abort) {
        const known = facts.jobs.some((one) => one.job === job && one.now === 'open' && one.what === 'ingest');
        const found = facts.lost.some(({ candidates: some }) =>
          some.some((one) => one.job === job && one.now === 'open' && one.atIntention)
        );
        if (!known && !found) expect.fail(`${JSON.stringify(facts)} ends ${job}`);
      }
    }
  });

  const examples: ReadonlyArray<readonly [string, Partial<StepFacts>, Recovery]> = [
    ['does a step that never began', {}, { kind: 'retry', abort: [] }],
    [
      'does a bulk update again whose job is gone: values decide',
      { jobs: [{ job: '7501', what: 'ingest', now: 'unknown', taken: false }] },
      { kind: 'retry', abort: [] },
    ],
    [
      'ends a job that was created and got no rows, and sends them with a new one',
      { jobs: [{ job: '7501', what: 'ingest', now: 'open', taken: false, sent: SENT }] },
      { kind: 'retry', abort: ['7501'] },
    ],
    [
      'takes over the results of an insert that came through',
      { jobs: [{ job: '7501', what: 'ingest', now: 'ended', taken: false, sent: SENT }] },
      { kind: 'adopt', results: [{ job: '7501', sent: SENT, known: true }], abort: [] },
    ],
    [
      'finds the job whose id was lost by its rows',
      {
        lost: [
          { sent: SENT, tooOld: false, candidates: [{ job: '7509', now: 'ended', fits: 'all', atIntention: true }] },
        ],
      },
      { kind: 'adopt', results: [{ job: '7509', sent: SENT, known: false }], abort: [] },
    ],
    [
      'leaves an open job of somebody alone that was created at another time',
      { lost: [{ sent: SENT, tooOld: false, candidates: [{ job: '7509', now: 'open', atIntention: false }] }] },
      { kind: 'retry', abort: [] },
    ],
    [
      'asks when the org has forgotten the job of an insert',
      { jobs: [{ job: '7501', what: 'ingest', now: 'unknown', taken: false, sent: SENT }] },
      { kind: 'ask', question: 'resultsGone', jobs: ['7501'] },
    ],
    [
      'asks when jobs are no longer kept and none is found',
      { lost: [{ sent: SENT, tooOld: true, candidates: [] }] },
      { kind: 'ask', question: 'tooOld', jobs: [] },
    ],
  ];
  for (const [title, facts, expected] of examples)
    it(title, () => expect(recoverStep({ settled: false, jobs: [], lost: [], ...facts })).to.deep.equal(expected));
});
