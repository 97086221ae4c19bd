import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (how: { readonly type: 'major' | 'minor'; readonly flavor?: 'last-resort' }) => void;

/** Bytes read between two small collections. */
const YOUNG_EVERY = 8 * 1024 * 1024;

/**
 * How much the heap and the buffers beside it may grow before V8 looks through all of it. By itself it would allow a tenth
 * after the large collection below, which pieces that wait for their turn fill again and again: some 60 MB of libraries
 * would be looked through for every 10 MB, beside the main thread, which took a third of the CPU of a large snapshot.
 */
const GROWTH_PERCENT = 100;

/** A young generation that is large enough for most of what lives briefly. */
const MOST_YOUNG = 16 * 1024 * 1024;

let collect: Collect | undefined;
let youngIsHeld = false;
let sinceLast = 0;

/**
 * Gives memory back that loading the program left behind, before much is read: V8 keeps a young generation of up to 128 MB
 * once loading has filled one, and waits with old garbage until there is more of it. Takes a quarter of a second, and makes
 * collections during the reading small. Does nothing where the runtime has no such switch, and nothing the second time: what
 * loading left behind is gone by then.
 */
export function shrinkHeap(): void {
  if (collect) return;
  try {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('typeof gc === "function" ? gc : undefined') as Collect | undefined;
    setFlagsFromString('--no-expose-gc');
    setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
    collect?.({ type: 'major', flavor: 'last-resort' });
  } catch {
    // More memory is used, and nothing else is different.
    collect = undefined;
  }
}

/**
 * To be told how many bytes went by. Pieces of answers lie outside the heap, where V8 hardly sees them: by itself it would
 * let 64 MB of them gather. Does nothing before `shrinkHeap`.
 */
export function passed(bytes: number): void {
  sinceLast += bytes;
  if (!collect || sinceLast < YOUNG_EVERY) return;
  sinceLast = 0;
  collect({ type: 'minor' });
}

/**
 * To be called while many rows are read that stay: V8 takes it as a reason to make the young generation larger and larger,
 * which has nothing to gain from rows that do not die. Does nothing before `shrinkHeap`.
 */
export function holdYoung(): void {
  if (!collect || youngIsHeld) return;
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  if ((young?.space_size ?? 0) < MOST_YOUNG) return;
  youngIsHeld = true;
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Collects everything that nothing holds, between two stages of large work. Does nothing before `shrinkHeap`. */
export function collectGarbage(): void {
  collect?.({ type: 'major' });
}
