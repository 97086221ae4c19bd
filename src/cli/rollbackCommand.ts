import { stripVTControlCharacters } from 'node:util';
import { Flags, SfCommand, toHelpSection } from '@salesforce/sf-plugins-core';
import { Messages, OrgConfigProperties, type Org } from '@salesforce/core';
import type { Interfaces } from '@oclif/core';
import { openSwitches } from '../apply/openSwitches.js';
import { EXIT } from '../model/refusal.js';
import { wrap } from '../report/table.js';
import type { Store } from '../store/ports.js';
import { asSfError } from './errors.js';
import { EXIT_CODES } from './exitCodes.js';
import { ProgressLine } from './progressLine.js';
import { sameFlags, shellWord, typedFlag, typedOrg, width } from './terminal.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback');

const storeFlag = Flags.string({
  summary: messages.getMessage('flags.store.summary'),
  env: 'SF_ROLLBACK_STORE',
  helpValue: 'DIR',
});

/** Flags of every command that works on an org. */
export const commonFlags = {
  'target-org': Flags.requiredOrg(),
  'api-version': Flags.orgApiVersion(),
  store: storeFlag,
};

/** Flags of every command that reads the store, and for which an org only narrows what is meant. */
export const storeFlags = {
  'target-org': Flags.optionalOrg({ summary: messages.getMessage('flags.optional-org.summary') }),
  store: storeFlag,
};

export const waitFlag = Flags.duration({
  unit: 'minutes',
  char: 'w',
  min: 1,
  defaultValue: 60,
  summary: messages.getMessage('flags.wait.summary'),
  helpValue: 'MINUTES',
});

export const configFlag = Flags.string({ summary: messages.getMessage('flags.config.summary'), helpValue: 'FILE' });

/** What the commands share: the exit code table in `--help`, errors with a way out, progress on stderr. */
export abstract class RollbackCommand<T> extends SfCommand<T> {
  public static override readonly errorCodes = toHelpSection('EXIT CODES', EXIT_CODES);

  private line: ProgressLine | undefined;
  private tokens: Parameters<typeof typedFlag>[0] = [];

  /** Where the command tells how far it is. */
  protected stages(): ProgressLine {
    this.line ??= new ProgressLine(this.jsonEnabled());
    return this.line;
  }

  /** Remembers what was typed: the hook of `--flags-dir` shows only in what is parsed. */
  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv);
    this.tokens = parsed.raw;
    return parsed;
  }

  /** The org as it was typed; undefined when a default was used. */
  protected typedOrg(): string | undefined {
    return typedFlag(this.tokens, 'target-org') ?? typedOrg(this.argv);
  }

  /** The flags with which a suggested command works on the same org and the same store. */
  protected sameFlags(label: string): string {
    return sameFlags(label, typedFlag(this.tokens, 'store'));
  }

  /** The same for a command that may do without an org; `user` is who worked on it last, as the store says. */
  protected orgAndStore(org: Org | undefined, user?: string | null): string {
    const store = typedFlag(this.tokens, 'store');
    const label = this.typedOrg() ?? org?.getUsername() ?? user ?? undefined;
    return label === undefined ? `-o ORG${this.typedStore()}` : sameFlags(label, store);
  }

  /** The store as it was typed, to be put behind a suggested command; empty when a default was used. */
  protected typedStore(): string {
    const store = typedFlag(this.tokens, 'store');
    return store === undefined ? '' : ` --store ${shellWord(store)}`;
  }

  /** A sentence in lines that fit the terminal. */
  protected inLines(text: string): string {
    return wrap(text, width()).join('\n');
  }

  /** A warning of at most a few lines, none wider than the terminal. */
  protected warnInLines(text: string): void {
    const [first = '', ...rest] = wrap(`Warning: ${text}`, width());
    this.warn(this.jsonEnabled() ? text : [first.replace(/^Warning: /, ''), ...rest].join('\n'));
  }

  /** What a run that was cut off left switched off by hand is said by every command, until it is switched on again. */
  protected async warnOfSwitches(
    store: Store,
    orgId: string | undefined,
    same: string,
    /** The run that is gone on with: it reminds of its own. */
    except?: string
  ): Promise<void> {
    const last = (await openSwitches(store, orgId)).filter(({ runId }) => runId !== except).at(-1);
    if (last) this.warnInLines(messages.getMessage('switchOpen', [last.runId, same, last.runId]));
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
    if (isOclifError(error)) {
      // The official CLI ends some wrong flags with 1, which here means that a run failed.
      if ('parse' in error) Object.assign(error, { oclif: { exit: EXIT.badFlags } });
      return super.catch(error);
    }
    const sfError = asSfError(error, this.typedOrg() ?? byDefault, typedFlag(this.tokens, 'store'));
    try {
      return await super.catch(sfError);
    } catch (thrown) {
      // The base class has codes of its own for words that it takes for faults of the program; the table is ours.
      process.exitCode = sfError.exitCode;
      throw Object.assign(thrown as Error, { exitCode: sfError.exitCode, oclif: { exit: sfError.exitCode } });
    }
  }
}

/** Wrong flags and `--help` are oclif's own and keep its words and exit code 2. */
function isOclifError(error: Error): boolean {
  return 'oclif' in error || 'skipOclifErrorHandling' in error;
}
