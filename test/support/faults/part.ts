import process from 'node:process';

/** What came of some cases: how often each thing was seen, and what was not as promised. */
export interface Tally {
  readonly counts: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

/** One question of `npm run test:faults`, answered by many cases that are numbered from 0. */
export interface Part {
  readonly title: string;
  /** The figure it answers for, as it was asked for. */
  readonly asked: string;
  /** Slices that one process plays at once: above 1 where most of the time is waiting. */
  readonly atOnce?: number;
  /** How many cases there are; may take a moment to find out. */
  total(): Promise<number>;
  /** Plays the cases from `first` on. Each case depends on its number alone. */
  play(first: number, count: number): Promise<Tally>;
}

/** FAULTS_SEED asks for other dice everywhere. */
export const SEED = Number(process.env.FAULTS_SEED ?? 20_261_121);

export class Counter implements Tally {
  public readonly counts: Record<string, number> = {};
  public readonly failures: string[] = [];

  public saw(what: string, times = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + times;
  }

  /** Notes what is not as promised of a case, if anything is. */
  public failed(at: number, what: string, problems: readonly string[]): void {
    if (problems.length > 0) this.failures.push(`case ${at}: ${what}\n  ${problems.join('\n').replace(/\n/g, '\n  ')}`);
  }

  public add({ counts, failures }: Tally): this {
    for (const [what, times] of Object.entries(counts)) this.saw(what, times);
    this.failures.push(...failures);
    return this;
  }
}
