import pLimit from 'p-limit';

/** More at a time gains nothing: an org lets 25 long ones run for all its users together (Limits guide, concurrent requests). */
const MOST = 20;

/**
 * How many requests are before the head of a good answer at a time. Half as many once the org turns one away because there
 * are too many, and one more again after as many as fit went well. A place is not held while rows are read: streams wait for
 * each other there.
 */
export class RequestGate {
  private readonly limit = pLimit(MOST);
  private wentWell = 0;

  /** Resolves when it is one's turn, to what gives the place to the next one. */
  public enter(): Promise<() => void> {
    return new Promise((resolve) => {
      void this.limit(() => new Promise<void>((leave) => resolve(leave)));
    });
  }

  /** Requests that may wait at a time. */
  public get places(): number {
    return this.limit.concurrency;
  }

  /** To be said by who holds a place still: else the next one is let in to meet the same. */
  public turnedAway(): void {
    const together = Math.min(this.places, this.limit.activeCount);
    this.limit.concurrency = Math.max(1, Math.floor(together / 2));
    this.wentWell = 0;
  }

  public answered(): void {
    if (this.places >= MOST) return;
    this.wentWell += 1;
    if (this.wentWell < this.places) return;
    this.wentWell = 0;
    this.limit.concurrency = this.places + 1;
  }
}
