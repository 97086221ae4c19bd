import { EXIT, Refusal } from '../model/refusal.js';

/** A plan compares and restores in the API version of its snapshot; another one, asked for by flag, is refused. */
export function sameApiVersion(asked: string | undefined, snapshot: string): void {
  if (asked !== undefined && asked !== snapshot)
    throw new Refusal('otherApiVersion', { tokens: [asked, snapshot], exitCode: EXIT.refused });
}
