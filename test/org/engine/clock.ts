import type { OrgClock } from './contracts.js';

/** The org's clock. Whole seconds only, because the org's stamps have no milliseconds. */
export class SteppingClock implements OrgClock {
  private time: number;

  public constructor(startAt: string) {
    this.time = Math.floor(Date.parse(startAt) / 1000) * 1000;
    if (Number.isNaN(this.time)) throw new Error(`not a date-time: ${startAt}`);
  }

  public now(): string {
    return restDateTime(this.time);
  }

  public millis(): number {
    return this.time;
  }

  public advance(milliseconds: number): void {
    this.time += milliseconds;
  }
}

/** `2026-01-01T00:00:00.000+0000`, the way REST prints a date-time. */
export function restDateTime(millis: number): string {
  return new Date(Math.floor(millis / 1000) * 1000).toISOString().replace('Z', '+0000');
}

/** The instant of any date-time text the platform prints or takes: `Z`, `+0000`, `+00:00`. NaN when it is none. */
export function instantOf(text: string): number {
  return Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
}
