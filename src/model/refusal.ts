/** Exit codes of every command; `cli/exitCodes.ts` prints the same table in `--help`. */
export const EXIT = {
  done: 0,
  failed: 1,
  badFlags: 2,
  refused: 3,
  locked: 4,
  somethingToDo: 5,
  partial: 68,
  interrupted: 69,
  secondInterrupt: 130,
} as const;

/**
 * An expected "no". `key` names the message in `messages/errors.md`, `tokens` fill it; `actionTokens` fill its actions.
 * The commands turn it into an `SfError` with the message, the next commands and the exit code.
 */
export class Refusal extends Error {
  public readonly tokens: readonly string[];
  public readonly actionTokens: readonly string[];
  public readonly exitCode: number;
  public readonly data?: unknown;

  public constructor(
    public readonly key: string,
    options: {
      tokens?: ReadonlyArray<string | number>;
      actionTokens?: ReadonlyArray<string | number>;
      exitCode?: number;
      data?: unknown;
      cause?: unknown;
    } = {}
  ) {
    super(
      `${key}: ${(options.tokens ?? []).join(', ')}`,
      options.cause === undefined ? undefined : { cause: options.cause }
    );
    this.name = 'Refusal';
    this.tokens = (options.tokens ?? []).map(String);
    this.actionTokens = (options.actionTokens ?? options.tokens ?? []).map(String);
    this.exitCode = options.exitCode ?? EXIT.refused;
    this.data = options.data;
  }
}
