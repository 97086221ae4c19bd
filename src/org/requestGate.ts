import pLimit from 'p-limit';

/** More at a time gains nothing: an org lets 25 long ones run for all its users together (Limits guide, concurrent requests). */
const MOST = 20;

/** The place of one request. */
export interface Place {
  /** Gives the place to the next one; the second time nothing. */
  leave(): void;
  /** The org turned it away; to be said before it leaves: else the next one is let in to meet the same. */
  turnedAway(): void;
}

/**
 * How many requests are before the head of a good answer at a time. Half as many once the org turns one away because there
 * are too many, and one more again after as many as fit went well. A place is not held while rows are read: streams wait for
 * each other there.
 */
export class RequestGate {
  private readonly limit = pLimit(MOST);
  private wentWell = 0;
  private halvings = 0;

  /** Resolves when it is one's turn. */
  public enter(): Promise<Place> {
    return new Promise((resolve) => {
      void this.limit(
        () =>
          new Promise<void>((leave) => {
            const { halvings } = this;
            resolve({ leave, turnedAway: () => this.halve(halvings) });
          })
      );
    });
  }

  /** Requests that may wait at a time. */
  public get places(): number {
    return this.limit.concurrency;
  }

  public answered(): void {
    if (this.places >= MOST) return;
    this.wentWell += 1;
    if (this.wentWell < this.places) return;
    this.wentWell = 0;
    this.limit.concurrency = this.places + 1;
  }

  /** Those that were let in together are turned away together: that is one reason for fewer, not one for each. */
  private halve(halvingsAtEntry: number): void {
    if (halvingsAtEntry !== this.halvings) return;
    const together = Math.min(this.places, this.limit.activeCount);
    this.limit.concurrency = Math.max(1, Math.floor(together / 2));
    this.halvings += 1;
    this.wentWell = 0;
  }
}
