import type { RawRow } from '../../org/ports/queries.js';
import type { Answers } from '../../org/ports/records.js';

/** How old an answer may get between its reading and the write that relies on it, besides the time the disk takes. */
const STALE_MS = 5_000;

/**
 * Answers that came along with the write of a step: its own rows after it, and the rows of the next step before that. Each is
 * given once, to whoever asks the very same question, and only until something is written: a write makes them old. So does
 * time: a machine that slept in between asks again.
 */
export class ReadAhead {
  private answers = new Map<string, readonly RawRow[]>();
  private at = 0;

  public constructor(private readonly now: () => Date) {}

  /** `since`: when they were asked for, where other requests came in between. */
  public keep(answers: Answers, since = this.now()): void {
    this.answers = new Map(answers);
    this.at = since.getTime();
  }

  /** The moment, for `keep`. */
  public moment(): Date {
    return this.now();
  }

  public forget(): void {
    this.answers.clear();
  }

  /** The answers to all of these questions; undefined when one of them is not there or too old. */
  public take(soqls: readonly string[]): Answers | undefined {
    const age = this.now().getTime() - this.at;
    if (age < 0 || age > STALE_MS) this.forget();
    const taken = new Map<string, readonly RawRow[]>();
    for (const soql of soqls) {
      const rows = this.answers.get(soql);
      if (rows === undefined) return undefined;
      taken.set(soql, rows);
    }
    for (const soql of soqls) this.answers.delete(soql);
    return taken;
  }
}
