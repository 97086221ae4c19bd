/**
 * Lets a flag stand without its value: `--resume` alone becomes `--resume=latest`. The parser of the official CLI knows
 * only flags that always or never have one.
 */
export function withOptionalValue(argv: readonly string[], flag: string, otherwise: string): string[] {
  return argv.map((word, at) => {
    const next = argv[at + 1];
    return word === `--${flag}` && (next === undefined || next.startsWith('-')) ? `--${flag}=${otherwise}` : word;
  });
}
