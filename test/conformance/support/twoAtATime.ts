/**
 * Starts all of these, two at a time, and hands back what waits for each. A test waits for its own; commands of the
 * stock CLI take seconds each, and one of them keeps only one core busy.
 */
export function twoAtATime<K extends string, T>(tasks: Readonly<Record<K, () => Promise<T>>>): Record<K, Promise<T>> {
  let free = 2;
  const waiting: Array<() => void> = [];
  const turn = (): Promise<void> => {
    if (free > 0) {
      free--;
      return Promise.resolve();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const done = (): void => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  const started = {} as Record<K, Promise<T>>;
  for (const name of Object.keys(tasks) as K[]) {
    started[name] = turn().then(tasks[name]).finally(done);
    // The test that waits for it sees the failure.
    started[name].catch(() => undefined);
  }
  return started;
}
