import { Flags, SfCommand, toHelpSection } from '@salesforce/sf-plugins-core';
import { Messages } from '@salesforce/core';
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

  protected override async catch(error: Error): Promise<never> {
    this.line?.done();
    return super.catch(isOclifError(error) ? error : asSfError(error, typedOrg(this.argv)));
  }
}

/** Wrong flags and `--help` are oclif's own and keep its words and exit code 2. */
function isOclifError(error: Error): boolean {
  return 'oclif' in error || 'skipOclifErrorHandling' in error;
}
