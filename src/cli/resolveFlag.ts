import { parseSelector } from '../model/selector.js';
import { EXIT, Refusal } from '../model/refusal.js';

/** `SELECTOR=keep|restore` as typed after `--resolve`; anything else is a wrong flag. */
export function resolveFlag(entries: readonly string[]): Array<{ selector: string; decision: 'keep' | 'restore' }> {
  return entries.map((entry) => {
    const at = entry.lastIndexOf('=');
    const selector = entry.slice(0, at);
    const decision = entry.slice(at + 1);
    if (
      at < 1 ||
      (decision !== 'keep' && decision !== 'restore') ||
      !(parseSelector(selector) ?? selector.includes(':'))
    )
      throw new Refusal('badResolve', { tokens: [entry], exitCode: EXIT.badFlags });
    return { selector, decision };
  });
}
