import { isSelector } from '../model/selector.js';
import { EXIT, Refusal } from '../model/refusal.js';

/** What was typed after `--only` or `--exclude`; what selects nothing is a wrong flag, not an empty choice. */
export function selectorFlag(flag: '--only' | '--exclude', entries: readonly string[] = []): readonly string[] {
  for (const entry of entries)
    if (!isSelector(entry)) throw new Refusal('badSelector', { tokens: [flag, entry], exitCode: EXIT.badFlags });
  return entries;
}

/** `SELECTOR=keep|restore` as typed after `--resolve`; anything else is a wrong flag. */
export function resolveFlag(entries: readonly string[]): Array<{ selector: string; decision: 'keep' | 'restore' }> {
  return entries.map((entry) => {
    const at = entry.lastIndexOf('=');
    const selector = entry.slice(0, at);
    const decision = entry.slice(at + 1);
    // A type or object alone needs its lane: `--resolve Pricing=keep` would mean less than it seems.
    if (at < 1 || (decision !== 'keep' && decision !== 'restore') || !selector.includes(':') || !isSelector(selector))
      throw new Refusal('badResolve', { tokens: [entry], exitCode: EXIT.badFlags });
    return { selector, decision };
  });
}
