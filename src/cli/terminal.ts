/** Columns of the terminal; 80 where there is none, so that what a log keeps can be read anywhere. */
export function width(): number {
  return process.stdout.isTTY ? Math.max(60, Math.min(process.stdout.columns || 80, 140)) : 80;
}

/** True when a person can be asked. */
export function canAsk(json: boolean, noPrompt: boolean): boolean {
  return !json && !noPrompt && process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** The org as it was typed after `-o`, for the commands that are suggested next; undefined when a default was used. */
export function typedOrg(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => word === '-o' || word === '--target-org');
  if (at >= 0) return argv[at + 1];
  return argv.map((word) => /^(?:--target-org=|-o=?)(.+)$/.exec(word)?.[1]).find((name) => name !== undefined);
}

/** What a parser tells of a word it read. */
type Token = { readonly type: string; readonly flag?: string; readonly input?: string };

/** The value of a flag as it was typed, or as a file of `--flags-dir` has it; undefined when a default was used. */
export function typedFlag(tokens: readonly Token[], flag: string): string | undefined {
  return tokens.findLast((token) => token.type === 'flag' && token.flag === flag)?.input;
}

/** A word as a shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `"${word.replace(/(["\\$`])/g, '\\$1')}"`;
}

/** The flags a suggested command needs to work on the same org and the same store. */
export function sameFlags(org: string, store: string | undefined): string {
  return `-o ${shellWord(org)}${store === undefined ? '' : ` --store ${shellWord(store)}`}`;
}
