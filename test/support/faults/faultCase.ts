import type { RunResult } from '../../../src/apply/runResult.js';
import { asSfError } from '../../../src/cli/errors.js';
import { Refusal } from '../../../src/model/refusal.js';
import { OrgRequestError } from '../../../src/org/orgRequestError.js';
import type { RollbackPlan } from '../../../src/plan/rollbackPlan.js';
import type { Snapshot } from '../../../src/snapshot/snapshotFormat.js';
import { COMMANDS, FaultWorld, type Command, type Fault, type Way } from './faultWorld.js';
import { differences } from './orgState.js';

export const FAULTS: readonly Fault[] = [
  'resetBefore',
  'resetAfter',
  'stall',
  'truncate',
  'cutShort',
  'html200',
  'status401',
  'status403Limit',
  'status429',
  'status500',
  'status503',
  'stripHeaders',
];

/** Faults by command, at requests counted from its first. */
export type Schedule = Readonly<Partial<Record<Command, ReadonlyMap<number, Fault>>>>;

/** How a command ended: as if nothing had been, with a clean refusal, or (apply) with a run that says what is open. */
export type End = 'right' | 'refused' | 'partly';

export interface Played {
  readonly ends: ReadonlyArray<{ readonly command: Command; readonly end: End; readonly how: string }>;
  /** Faults that met a request. */
  readonly hit: number;
  readonly requests: Readonly<Record<Command, number>>;
  /** What is not as promised; empty when all is. */
  readonly problems: readonly string[];
}

/** What the commands give when nothing goes wrong. */
interface Undisturbed {
  readonly snapshot: string;
  readonly plan: string;
  readonly verdict: string;
  /** Rows that apply inserts: none of them may come twice. */
  readonly inserts: number;
}

function snapshotText({ parts, gaps, counts, complete }: Snapshot): string {
  return JSON.stringify({ parts, gaps, counts, complete });
}

let undisturbed: Promise<Undisturbed & { readonly requests: Readonly<Record<Command, number>> }> | undefined;

/** The commands once without faults: what they give, and how many requests each takes. */
export function reference(): Promise<Undisturbed & { readonly requests: Readonly<Record<Command, number>> }> {
  undisturbed ??= (async () => {
    const world = await FaultWorld.start('in process');
    const counted = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
      const { requests } = world.faultsFromHere(new Map());
      const value = await work();
      return [value, requests()];
    };
    const [snapshot, snapshotRequests] = await counted(() => world.snapshot());
    await world.badRelease();
    const [plan, planRequests] = await counted(() => world.plan(snapshot));
    const planned = await world.planText(plan);
    const from = world.org.opLog.entries.length;
    const [run, applyRequests] = await counted(() => world.apply(plan));
    const [validation, validateRequests] = await counted(() => world.validate(snapshot, run));
    const open = differences(world.state(), world.before);
    if (run.status !== 'succeeded' || validation.verdict !== 'restored' || open.length > 0)
      throw new Error(`without any fault: ${run.status}, ${validation.verdict}\n${open.join('\n')}`);
    return {
      snapshot: snapshotText(snapshot),
      plan: planned,
      verdict: validation.verdict,
      inserts: world.insertsSince(from),
      requests: { snapshot: snapshotRequests, plan: planRequests, apply: applyRequests, validate: validateRequests },
    };
  })();
  return undisturbed;
}

/** Plays the commands up to `last` under a schedule of faults and judges each; what was refused is done again in peace. */
export async function playSchedule(way: Way, schedule: Schedule, last: Command = 'validate'): Promise<Played> {
  const world = await FaultWorld.start(way);
  try {
    return await new Judge(world, schedule, await reference()).play(last);
  } finally {
    await world.close();
  }
}

class Judge {
  private readonly ends: Array<{ command: Command; end: End; how: string }> = [];
  private readonly problems: string[] = [];
  private readonly requests: Record<Command, number> = { snapshot: 0, plan: 0, apply: 0, validate: 0 };
  private hit = 0;

  public constructor(
    private readonly world: FaultWorld,
    private readonly schedule: Schedule,
    private readonly wanted: Undisturbed
  ) {}

  public async play(last: Command): Promise<Played> {
    try {
      await this.commands(last);
    } catch (error) {
      this.problems.push(`in peace: ${(error as Error).stack ?? String(error)}`);
    }
    return { ends: this.ends, hit: this.hit, requests: this.requests, problems: this.problems };
  }

  private async commands(last: Command): Promise<void> {
    const { world } = this;
    const ends = (command: Command): boolean => COMMANDS.indexOf(command) >= COMMANDS.indexOf(last);
    const snapshot =
      (await this.reading('snapshot', () => world.snapshot(), snapshotText, this.wanted.snapshot)) ??
      (await world.snapshot());
    await this.noHalfSnapshot();
    if (ends('snapshot')) return;
    await world.badRelease();
    const plan =
      (await this.reading(
        'plan',
        () => world.plan(snapshot),
        (made) => world.planText(made),
        this.wanted.plan
      )) ?? (await world.plan(snapshot));
    if (ends('plan')) return;
    const from = world.org.opLog.entries.length;
    const run = await this.apply(snapshot, plan);
    const open = differences(world.state(), world.before);
    if (open.length > 0) this.problems.push(`the org is not back:\n${open.join('\n')}`);
    const inserts = world.insertsSince(from);
    if (inserts !== this.wanted.inserts)
      this.problems.push(`${inserts} rows were inserted, not ${this.wanted.inserts}`);
    if (ends('apply')) return;
    const verdict = (validation: { verdict: string }): string => validation.verdict;
    if (!(await this.reading('validate', () => world.validate(snapshot, run), verdict, this.wanted.verdict)))
      await world.validate(snapshot, run);
  }

  /** A command that only reads: it gives what it always gives, or a clean refusal, and writes nothing in the org. */
  private async reading<T>(
    command: Command,
    work: () => Promise<T>,
    text: (value: T) => string | Promise<string>,
    wanted: string
  ): Promise<T | undefined> {
    let value: T | undefined;
    const writes = await this.world.writesDuring(async () => {
      value = await this.under(command, work);
    });
    if (writes.length > 0) this.problems.push(`${command} wrote to the org: ${JSON.stringify(writes)}`);
    if (value === undefined) return undefined;
    const got = await text(value);
    if (got !== wanted) {
      this.problems.push(`${command} gave something else:\n${firstDifference(got, wanted)}`);
      return undefined;
    }
    this.ends.push({ command, end: 'right', how: '' });
    return value;
  }

  private async apply(snapshot: Snapshot, plan: RollbackPlan): Promise<RunResult> {
    const { world } = this;
    const run = await this.under('apply', () => world.apply(plan));
    if (run) {
      const planned = plan.steps.reduce((n, step) => n + step.count, 0);
      const accounted = Object.values(run.totals).reduce((n, count) => n + (count ?? 0), 0);
      if (planned !== accounted) this.problems.push(`${accounted} of ${planned} items are accounted for`);
      if (run.status === 'succeeded') {
        this.ends.push({ command: 'apply', end: 'right', how: '' });
        return run;
      }
      this.ends.push({ command: 'apply', end: 'partly', how: run.status });
    }
    // What was stopped is gone on with, once the org is done with what it was sent; what failed goes back with a new plan.
    world.timePasses();
    const resumed = await world.resume();
    if (resumed?.status === 'succeeded') return resumed;
    const rest = await world.plan(snapshot);
    const again = await world.apply(rest);
    if (rest.steps.length > 0 && again.status !== 'succeeded')
      this.problems.push(
        `the rest ended ${again.status}: ${JSON.stringify(again.steps.flatMap((step) => step.errors))}`
      );
    return again;
  }

  /** Runs a command under its faults; undefined when it refused, which has to be clean. */
  private async under<T>(command: Command, work: () => Promise<T>): Promise<T | undefined> {
    const counted = this.world.faultsFromHere(this.schedule[command] ?? new Map());
    try {
      return await work();
    } catch (error) {
      const shown = asSfError(error);
      if (!(error instanceof Refusal || error instanceof OrgRequestError) || shown.name === 'UnexpectedError')
        this.problems.push(`${command} broke: ${(error as Error).stack ?? String(error)}`);
      if ((shown.actions ?? []).length === 0)
        this.problems.push(`${command} refused and said no way out: ${shown.message}`);
      this.ends.push({ command, end: 'refused', how: shown.name });
      return undefined;
    } finally {
      this.requests[command] = counted.requests();
      this.hit += counted.hit();
      this.world.noFaults();
    }
  }

  private async noHalfSnapshot(): Promise<void> {
    const { store } = this.world;
    const whole = await Promise.all(
      (await store.ids('snapshots')).map(async (id) => (await store.open('snapshots', id)).exists('snapshot.json'))
    );
    if (whole.filter(Boolean).length !== 1) this.problems.push('a snapshot that was refused counts as one');
  }
}

function firstDifference(got: string, wanted: string): string {
  let at = 0;
  while (at < got.length && got[at] === wanted[at]) at += 1;
  return `…${got.slice(Math.max(0, at - 200), at + 300)}\ninstead of\n…${wanted.slice(Math.max(0, at - 200), at + 300)}`;
}
