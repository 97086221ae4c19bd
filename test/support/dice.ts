/** Chance that can be had again: the same seed, the same throws (mulberry32). */
export class Dice {
  private state: number;

  public constructor(seed: number) {
    this.state = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) >>> 0;
  }

  /** A number from 0 up to, not including, `limit`. */
  public below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  public between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  public chance(probability: number): boolean {
    return this.next() < probability;
  }

  public one<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('nothing to choose from');
    return items[this.below(items.length)] as T;
  }

  /** Up to `count` different items. */
  public some<T>(items: readonly T[], count: number): T[] {
    const left = [...items];
    const chosen: T[] = [];
    while (chosen.length < count && left.length > 0) chosen.push(...left.splice(this.below(left.length), 1));
    return chosen;
  }

  /** A number to draw other numbers from later. */
  public salt(): number {
    return this.below(0x7fff_ffff);
  }

  private next(): number {
    this.state = (this.state + 0x6d2b_79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
}
