import { isSelector } from '../model/selector.js';
import { EXIT, Refusal } from '../model/refusal.js';

/** What was typed after `--only` or `--exclude`; what selects nothing is a wrong flag, not an empty choice. */
export function selectorFlag(flag: '--only' | '--exclude', entries: readonly string[] = []): readonly string[] {
  for (const entry of entries)
    if (!isSelector(entry)) throw new Refusal('badSelector', { tokens: [flag, entry], exitCode: EXIT.badFlags });
  return entries;
}

/** `SELECTOR=keep|restore` as typed after `--resolve`; anything else is a wrong flag. */
export function resolveFlag(
  entries: readonly string[] = []
): Array<{ selector: string; decision: 'keep' | 'restore' }> {
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

/** Refuses what cannot be meant: the same thing taken back and left out, kept and restored. */
export function refuseContradictions(
  only: readonly string[],
  exclude: readonly string[],
  resolve: ReadonlyArray<{ readonly selector: string; readonly decision: string }>
): void {
  const both = only.filter((selector) => exclude.includes(selector));
  const twice = resolve.filter((entry) =>
    resolve.some((other) => other.selector === entry.selector && other.decision !== entry.decision)
  );
  const said = [
    ...both.map((selector) => `--only ${selector} --exclude ${selector}`),
    ...new Set(twice.map(({ selector }) => `--resolve ${selector}=keep --resolve ${selector}=restore`)),
  ];
  if (said.length > 0) throw new Refusal('contradiction', { tokens: [said.join(' ')], exitCode: EXIT.badFlags });
}
