import type { OpLog, OpLogEntry } from './contracts.js';

/** What happened, in order, kept in memory. Entries of a transaction that was taken back are never appended. */
export class MemoryOpLog implements OpLog {
  private readonly lines: OpLogEntry[] = [];

  public get entries(): readonly OpLogEntry[] {
    return this.lines;
  }

  public append(entry: OpLogEntry): void {
    this.lines.push(entry);
  }

  public clear(): void {
    this.lines.length = 0;
  }
}
