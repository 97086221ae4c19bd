import { EXIT } from '../model/refusal.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * The first Ctrl-C (or SIGTERM) asks to stop: the step in flight is settled, the next is not begun. The second stops at
 * once; the journal holds what is needed to go on.
 */
export class StopSignal {
  private asked = false;
  private ended = false;
  /** `SfCommand` listens too, and would end the process at the first signal: its listeners step aside meanwhile. */
  private readonly others = SIGNALS.map((signal) => ({ signal, listeners: process.listeners(signal) }));

  public constructor(
    private readonly onFirst: () => void,
    /** Says what is to be said at once: the process ends when it returns. */
    private readonly onSecond: () => void = () => undefined
  ) {
    for (const signal of SIGNALS) {
      process.removeAllListeners(signal);
      process.on(signal, this.handle);
    }
  }

  public readonly stopAsked = (): boolean => this.asked;

  /** From here on signals mean again what they meant before. May be called twice. */
  public end(): void {
    if (this.ended) return;
    this.ended = true;
    for (const { signal, listeners } of this.others) {
      process.off(signal, this.handle);
      for (const listener of listeners) process.on(signal, listener);
    }
  }

  private readonly handle = (): void => {
    if (this.asked) {
      this.onSecond();
      process.exit(EXIT.secondInterrupt);
    }
    this.asked = true;
    this.onFirst();
  };
}
