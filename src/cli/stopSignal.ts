import { EXIT } from '../model/refusal.js';

/**
 * The first Ctrl-C (or SIGTERM) asks to stop: the step in flight is settled, the next is not begun. The second stops at
 * once; the journal holds what is needed to go on.
 */
export class StopSignal {
  private asked = false;

  public constructor(private readonly onFirst: () => void) {
    process.on('SIGINT', this.handle);
    process.on('SIGTERM', this.handle);
  }

  public readonly stopAsked = (): boolean => this.asked;

  public end(): void {
    process.off('SIGINT', this.handle);
    process.off('SIGTERM', this.handle);
  }

  private readonly handle = (): void => {
    if (this.asked) process.exit(EXIT.secondInterrupt);
    this.asked = true;
    this.onFirst();
  };
}
