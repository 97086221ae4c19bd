/** A small text hash (FNV-1a). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/**
 * The same things in an order nobody may rely on: the same on every run for the same seed,
 * yet neither the order of insertion nor that of ids.
 */
export function shuffled<T>(things: Iterable<T>, seed: string): T[] {
  const result = [...things];
  let state = hashText(seed) || 1;
  for (let index = result.length - 1; index > 0; index--) {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    const other = state % (index + 1);
    const kept = result[index] as T;
    result[index] = result[other] as T;
    result[other] = kept;
  }
  return result;
}
