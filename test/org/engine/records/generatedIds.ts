import { to18 } from '../ids.js';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SUFFIX = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const single = [...BASE62];
const pairs = single.flatMap((first) => single.map((second) => first + second));
const capital = (letter: string): number => (letter >= 'A' && letter <= 'Z' ? 1 : 0);
const singleBits = single.map(capital);
const pairBits = pairs.map((pair) => capital(pair.charAt(0)) | (capital(pair.charAt(1)) << 1));

/** How many ids there are: five digits of base 62. */
export const mostGenerated = 62 ** 5;

/**
 * Ids of generated rows: they climb with the row's number, in the order in which text is sorted, and lie below
 * all ids that an org issues. Fast enough to be made a million times while somebody waits.
 */
export class GeneratedIds {
  private readonly head: string;
  private readonly middle: string;

  public constructor(keyPrefix: string) {
    const first = to18(`${keyPrefix}000000000000`);
    if (first === undefined) throw new Error(`not a key prefix: ${keyPrefix}`);
    this.head = first.slice(0, 10);
    this.middle = first.slice(15, 17);
  }

  public at(index: number): string {
    const low = index % 62;
    const rest = (index - low) / 62;
    const middle = rest % 3844;
    const high = (rest - middle) / 3844;
    const bits = (pairBits[high] ?? 0) | ((pairBits[middle] ?? 0) << 2) | ((singleBits[low] ?? 0) << 4);
    return `${this.head}${pairs[high]}${pairs[middle]}${single[low]}${this.middle}${SUFFIX.charAt(bits)}`;
  }

  /** The number of the row with this 18-character id; -1 for an id that is none of these. */
  public indexOf(id: string): number {
    if (!id.startsWith(this.head)) return -1;
    let index = 0;
    for (let place = 10; place < 15; place++) index = index * 62 + BASE62.indexOf(id.charAt(place));
    return index >= 0 && this.at(index) === id ? index : -1;
  }
}
