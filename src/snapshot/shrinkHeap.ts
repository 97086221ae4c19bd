import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Gives memory back that loading the program left behind, before much is read: V8 keeps a young generation of up to 128 MB
 * once loading has filled one, and waits with old garbage until there is more of it. Takes a quarter of a second, and makes
 * collections during the reading small. Does nothing where the runtime has no such switch.
 */
export function shrinkHeap(): void {
  try {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('typeof gc === "function" ? gc : undefined') as
      ((how: { readonly type: string; readonly flavor: string }) => void) | undefined;
    setFlagsFromString('--no-expose-gc');
    collect?.({ type: 'major', flavor: 'last-resort' });
  } catch {
    // More memory is used, and nothing else is different.
  }
}
