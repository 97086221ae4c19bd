import type { RunResult } from '../../../src/apply/runResult.js';
import { asSfError } from '../../../src/cli/errors.js';
import { Refusal } from '../../../src/model/refusal.js';
import { OrgRequestError } from '../../../src/org/orgRequestError.js';
import type { RollbackPlan } from '../../../src/plan/rollbackPlan.js';
import type { Snapshot } from '../../../src/snapshot/snapshotFormat.js';
import { COMMANDS, FaultWorld, type Command, type Fault, type Moment, type Way } from './faultWorld.js';
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

/** A world in process that was played to its end in peace, and can be set back to the beginning of each command. */
interface Rehearsed extends Undisturbed {
  readonly world: FaultWorld;
  readonly requests: Readonly<Record<Command, number>>;
  readonly at: Readonly<Record<Command, Moment>>;
  readonly done: Done;
}

/** What the commands before the first that is looked at have made. */
interface Done {
  readonly snapshot?: Snapshot;
  readonly plan?: RollbackPlan;
  readonly run?: RunResult;
}

let rehearsed: Promise<Rehearsed> | undefined;

/** The commands once without faults: what they give, and how many requests each takes. */
export function reference(): Promise<Rehearsed> {
  rehearsed ??= (async () => {
    const world = await FaultWorld.start('in process');
    const first = await rehearse(world);
    // A world that is set back has to play like a new one, to the last request and every Id.
    world.backTo(first.at.snapshot);
    const second = await rehearse(world);
    if (JSON.stringify(first.heard) !== JSON.stringify(second.heard))
      throw new Error('a world that was set back plays otherwise than a new one');
    return first;
  })();
  return rehearsed;
}

async function rehearse(world: FaultWorld): Promise<Rehearsed & { readonly heard: readonly unknown[] }> {
  const counted = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
    const { requests } = world.faultsFromHere(new Map());
    const value = await work();
    world.noFaults();
    return [value, requests()];
  };
  const beforeSnapshot = world.moment();
  const [snapshot, snapshotRequests] = await counted(() => world.snapshot());
  await world.badRelease();
  const beforePlan = world.moment();
  const [plan, planRequests] = await counted(() => world.plan(snapshot));
  const planned = await world.planText(plan);
  const beforeApply = world.moment();
  const from = world.org.opLog.entries.length;
  const [run, applyRequests] = await counted(() => world.apply(plan));
  const inserts = world.insertsSince(from);
  const beforeValidate = world.moment();
  const [validation, validateRequests] = await counted(() => world.validate(snapshot, run));
  const open = differences(world.state(), world.before);
  if (run.status !== 'succeeded' || validation.verdict !== 'restored' || open.length > 0)
    throw new Error(`without any fault: ${run.status}, ${validation.verdict}\n${open.join('\n')}`);
  return {
    world,
    snapshot: snapshotText(snapshot),
    plan: planned,
    verdict: validation.verdict,
    inserts,
    requests: { snapshot: snapshotRequests, plan: planRequests, apply: applyRequests, validate: validateRequests },
    at: { snapshot: beforeSnapshot, plan: beforePlan, apply: beforeApply, validate: beforeValidate },
    done: { snapshot, plan, run },
    heard: [...world.org.opLog.entries],
  };
}

/**
 * Plays the commands up to `last` under a schedule of faults and judges each; what was refused is done again in peace. In
 * process it begins with the first command that has a fault, on the world as the commands before it leave it.
 */
export async function playSchedule(way: Way, schedule: Schedule, last: Command = 'validate'): Promise<Played> {
  const wanted = await reference();
  if (way === 'in process') {
    const first = COMMANDS.find((command) => (schedule[command]?.size ?? 0) > 0) ?? 'snapshot';
    wanted.world.backTo(wanted.at[first]);
    return new Judge(wanted.world, schedule, wanted).play(first, last, wanted.done);
  }
  const world = await FaultWorld.start(way);
  try {
    return await new Judge(world, schedule, wanted).play('snapshot', last, {});
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

  /** `done` has what the commands before `first` have made. */
  public async play(first: Command, last: Command, done: Done): Promise<Played> {
    try {
      await this.commands(COMMANDS.indexOf(first), COMMANDS.indexOf(last), done);
    } catch (error) {
      this.problems.push(`in peace: ${(error as Error).stack ?? String(error)}`);
    }
    return { ends: this.ends, hit: this.hit, requests: this.requests, problems: this.problems };
  }

  private async commands(first: number, last: number, done: Done): Promise<void> {
    let { snapshot, plan, run } = done;
    if (first === 0) snapshot = await this.snapshot();
    if (last === 0) return;
    if (first === 0) await this.world.badRelease();
    if (first <= 1) plan = await this.plan(snapshot as Snapshot);
    if (last === 1) return;
    if (first <= 2) run = await this.rollback(snapshot as Snapshot, plan as RollbackPlan);
    if (last === 2) return;
    await this.validate(snapshot as Snapshot, run as RunResult);
  }

  private async snapshot(): Promise<Snapshot> {
    const { world, wanted } = this;
    const snapshot = await this.reading('snapshot', () => world.snapshot(), snapshotText, wanted.snapshot);
    const made = snapshot ?? (await world.snapshot());
    await this.noHalfSnapshot();
    return made;
  }

  private async plan(snapshot: Snapshot): Promise<RollbackPlan> {
    const { world, wanted } = this;
    const text = (made: RollbackPlan): Promise<string> => world.planText(made);
    const plan = await this.reading('plan', () => world.plan(snapshot), text, wanted.plan);
    return plan ?? world.plan(snapshot);
  }

  private async rollback(snapshot: Snapshot, plan: RollbackPlan): Promise<RunResult> {
    const { world, wanted } = this;
    const from = world.org.opLog.entries.length;
    const run = await this.apply(snapshot, plan);
    const open = differences(world.state(), world.before);
    if (open.length > 0) this.problems.push(`the org is not back:\n${open.join('\n')}`);
    const inserts = world.insertsSince(from);
    if (inserts !== wanted.inserts) this.problems.push(`${inserts} rows were inserted, not ${wanted.inserts}`);
    return run;
  }

  private async validate(snapshot: Snapshot, run: RunResult): Promise<void> {
    const { world, wanted } = this;
    const verdict = (validation: { verdict: string }): string => validation.verdict;
    const seen = await this.reading('validate', () => world.validate(snapshot, run), verdict, wanted.verdict);
    const again = seen ?? (await world.validate(snapshot, run));
    if (again.verdict !== wanted.verdict) this.problems.push(`in peace it is judged ${again.verdict}`);
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
