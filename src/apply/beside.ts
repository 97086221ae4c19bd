import { typeFacts } from '../metadata/typeFacts.js';
import type { Progress } from '../model/progress.js';
import type { Step } from '../plan/rollbackPlan.js';
import type { RunContext } from './runContext.js';

/** Why a run ended before its last step. */
export type Stopped = { readonly by: 'asked' } | { readonly by: 'error'; readonly error: unknown };

/**
 * Whether these steps are a deployment that rows have nothing to do with, and rows come next: all of it is of the user
 * interface alone, and no tests run with it, which save rows of their own.
 */
export function goesBesideRows(run: RunContext, due: readonly Step[], done: ReadonlySet<string>): boolean {
  const next = run.plan.steps.find(({ id }) => !done.has(id));
  return (
    next?.detail.kind === 'records' &&
    !due.some(({ id }) => next.waitsFor.includes(id)) &&
    (run.tests.level === undefined || run.tests.level === 'NoTestRun') &&
    due.every(({ detail }) => detail.kind === 'component' && typeFacts(detail.type).onlyShown === true)
  );
}

/**
 * What goes on in the org while the steps after it are carried out: one deployment, or nothing. A person is told one thing at
 * a time: that it begins, and how far it is once it is all that is waited for.
 */
export class Beside {
  private steps: ReadonlySet<string> = new Set();
  private running: Promise<void> | undefined;
  private said: { readonly stage: string; readonly detail?: string } | undefined;
  private waitedFor = true;
  private over: { readonly error: unknown } | undefined;
  private outcome: () => Stopped | undefined = () => undefined;

  public constructor(
    private readonly run: RunContext,
    private readonly carryOut: (run: RunContext, steps: readonly Step[]) => Promise<Stopped | undefined>
  ) {}

  /** Why no further step is to begin, as soon as that is known. Throws where what happened could not be written down. */
  public stopped(): Stopped | undefined {
    return this.outcome();
  }

  /** Whether a step may be carried out meanwhile: rows that wait for nothing of it. */
  public lets({ detail, waitsFor }: Step): boolean {
    return detail.kind === 'records' && !waitsFor.some((id) => this.steps.has(id));
  }

  public begin(steps: readonly Step[]): void {
    this.steps = new Set(steps.map(({ id }) => id));
    const mayWrite = async (): Promise<void> => {
      if (this.over) throw this.over.error as Error;
      await this.run.mayWrite();
    };
    this.running = this.carryOut({ ...this.run, mayWrite, progress: this.progress() }, steps)
      .then(
        (stopped) => {
          this.outcome = () => stopped;
        },
        (error: unknown) => {
          this.outcome = () => {
            throw error as Error;
          };
        }
      )
      .then(() => {
        this.running = undefined;
      });
    this.waitedFor = false;
  }

  /** The run has stopped: what has not begun to write, such as a deployment that is only being validated, is not to. */
  public beginNothing(error: unknown): void {
    this.over = { error };
  }

  /** Waits until nothing goes on beside any more. */
  public async end(): Promise<void> {
    this.waitedFor = true;
    if (this.running && this.said) this.run.progress.stage(this.said.stage, this.said.detail);
    await this.running;
    this.steps = new Set();
  }

  private progress(): Progress {
    const { progress } = this.run;
    return {
      stage: (stage, detail) => {
        this.said = { stage, ...(detail === undefined ? {} : { detail }) };
        if (this.waitedFor) progress.stage(stage, detail);
      },
      detail: (detail) => {
        if (this.said) this.said = { ...this.said, detail };
        if (this.waitedFor) progress.detail(detail);
      },
      warn: (message) => progress.warn(message),
    };
  }
}
