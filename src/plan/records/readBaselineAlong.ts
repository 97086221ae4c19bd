import type { ValueRow } from '../../records/fieldValue.js';
import type { Baseline } from '../../snapshot/baseline.js';
import type { ObjectNow } from './objectNow.js';
import { loadBaseline } from './readRowsById.js';

/** Rows that are looked up at once at least, unless there are no more. */
const AT_ONCE = 1_000;

/**
 * Takes what the baseline has of rows while more of them are on their way. Only as long as each page gives them in Id
 * order: else the same blocks of the baseline would be unpacked for every page, so all of them wait until the last is there.
 */
export class BaselineAlong {
  private waiting: string[] = [];
  private readonly lastOf = new Map<number, string>();
  private inOrder = true;
  private running: Promise<void> | undefined;

  public constructor(
    private readonly baseline: Baseline,
    private readonly object: ObjectNow
  ) {}

  public take(rows: readonly ValueRow[], page: number): void {
    let last = this.lastOf.get(page) ?? '';
    for (const row of rows) {
      const id = row.Id as string;
      if (id <= last) this.inOrder = false;
      last = id;
      this.waiting.push(id);
    }
    this.lastOf.set(page, last);
    this.start();
  }

  /** Resolves when the baseline has been asked for every row; rejects where one look failed. */
  public async rest(): Promise<void> {
    while (this.running) await this.running;
    await this.load();
  }

  private start(): void {
    if (!this.inOrder || this.running || this.waiting.length < AT_ONCE) return;
    this.running = this.load().then(() => {
      this.running = undefined;
      this.start();
    });
    // `rest` tells of it, unless the rows themselves fail before.
    this.running.catch(() => undefined);
  }

  private load(): Promise<void> {
    const ids = new Set(this.waiting);
    this.waiting = [];
    return loadBaseline(this.baseline, this.object, ids);
  }
}
