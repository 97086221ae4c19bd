import { stripVTControlCharacters } from 'node:util';
import { Flags, SfCommand, toHelpSection } from '@salesforce/sf-plugins-core';
import { Messages, OrgConfigProperties } from '@salesforce/core';
import { EXIT } from '../model/refusal.js';
import { asSfError } from './errors.js';
import { EXIT_CODES } from './exitCodes.js';
import { ProgressLine } from './progressLine.js';
import { typedOrg } from './terminal.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback');

/** Flags that every command has. */
export const commonFlags = {
  'target-org': Flags.requiredOrg(),
  'api-version': Flags.orgApiVersion(),
  store: Flags.string({
    summary: messages.getMessage('flags.store.summary'),
    env: 'SF_ROLLBACK_STORE',
    helpValue: 'DIR',
  }),
};

export const waitFlag = Flags.duration({
  unit: 'minutes',
  char: 'w',
  min: 1,
  defaultValue: 60,
  summary: messages.getMessage('flags.wait.summary'),
  helpValue: 'MINUTES',
});

/** What the commands share: the exit code table in `--help`, errors with a way out, progress on stderr. */
export abstract class RollbackCommand<T> extends SfCommand<T> {
  public static override readonly errorCodes = toHelpSection('EXIT CODES', EXIT_CODES);

  private line: ProgressLine | undefined;

  /** Where the command tells how far it is. */
  protected stages(): ProgressLine {
    this.line ??= new ProgressLine(this.jsonEnabled());
    return this.line;
  }

  /** Colours are for people who watch: where a log is written there are none, also where a library takes `CI` for a wish. */
  public override logToStderr(message = '', ...args: unknown[]): void {
    const colours = process.stderr.isTTY || process.env.FORCE_COLOR;
    super.logToStderr(colours ? message : stripVTControlCharacters(message), ...args);
  }

  /** `SfCommand` calls this at Ctrl-C from within a signal listener, where oclif's exception would end in a stack trace. */
  public override exit(code = 0): never {
    if (code !== EXIT.secondInterrupt) return super.exit(code);
    this.line?.done();
    process.exit(code);
  }

  protected override async catch(error: Error): Promise<never> {
    this.line?.done();
    const byDefault = this.configAggregator.getPropertyValue<string>(OrgConfigProperties.TARGET_ORG) ?? undefined;
    return super.catch(isOclifError(error) ? error : asSfError(error, typedOrg(this.argv) ?? byDefault));
  }
}

/** Wrong flags and `--help` are oclif's own and keep its words and exit code 2. */
function isOclifError(error: Error): boolean {
  return 'oclif' in error || 'skipOclifErrorHandling' in error;
}
