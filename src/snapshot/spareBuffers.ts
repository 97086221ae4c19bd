/** Sizes are rounded up to this, so that what one block needed fits the next one. */
const STEP = 4 * 1024;

/**
 * Buffers that are used over and over. Each one made anew would wait for a collection of all garbage, and where it waited
 * long for its turn even for one of the whole heap: those would take longer than the reading.
 */
export class SpareBuffers {
  private readonly spare = new Map<number, Buffer[]>();
  private bytes = 0;

  public constructor(
    /** Bytes that are kept at most. */
    private readonly most: number
  ) {}

  /** A buffer of at least so many bytes, with anything in it. */
  public take(size: number): Buffer {
    const room = Math.ceil(size / STEP) * STEP;
    const found = this.spare.get(room)?.pop();
    if (!found) return Buffer.allocUnsafeSlow(room);
    this.bytes -= room;
    return found;
  }

  /** To be given a buffer as it was taken, whole, once nobody looks at it any more. */
  public give(buffer: Buffer): void {
    const room = buffer.length;
    if (this.bytes + room > this.most) return;
    this.bytes += room;
    const others = this.spare.get(room);
    if (others) others.push(buffer);
    else this.spare.set(room, [buffer]);
  }
}
