import { setTimeout as sleep } from 'node:timers/promises';

/** The pause before the next look at something that takes time: short at first, then a fifth of the time gone by. */
export function pause(elapsedMs: number): number {
  return Math.min(Math.max(elapsedMs * 0.2, 200), 15_000);
}

/** Looks until `look` gives something, with growing pauses; rejects with `timedOut()` after `limitMs`. */
export async function until<T>(look: () => Promise<T | undefined>, limitMs: number, timedOut: () => Error): Promise<T> {
  const start = performance.now();
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    const elapsed = performance.now() - start;
    if (elapsed > limitMs) throw timedOut();
    await sleep(pause(elapsed));
  }
}
