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
