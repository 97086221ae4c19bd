import type { Switchboard } from '../../test/org/engine/switches.js';

export type ProfileName = 'P0' | 'P1';

/** How far away the org is. Answers are not compressed, so that a stream's speed is that of the rows. */
export const PROFILES: Readonly<Record<ProfileName, Partial<Switchboard>>> = {
  /** Beside us: only work costs time. */
  P0: { latency: 0, jobMilliseconds: 0, bytesPerSecond: 0 },
  /** As over the internet: 150 ms a round trip, 2 s in the job queue, 26 MB/s for each of any number of streams. */
  P1: { latency: 150, jobMilliseconds: 2000, bytesPerSecond: 26_000_000 },
};
