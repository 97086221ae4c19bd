import { Messages } from '@salesforce/core';
import { Refusal } from '../model/refusal.js';
import type { Choice } from '../plan/choice/choice.js';
import { chosen, offers, openConflicts, type Offer } from '../plan/choice/choosing.js';
import type { Draft } from '../plan/draft.js';
import { clip, plural } from '../report/table.js';
import { OPERATION_WORDS } from '../report/words.js';
import { width } from './terminal.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback.plan');

/** Columns that a list takes for its marks. */
const MARKS = 4;

/** Where questions are asked; the terminal of the process when left out. */
export interface Console {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

interface Line {
  readonly target: string;
  readonly what: string;
  readonly ticked: boolean;
}

/**
 * Asks which changes go back, all ticked at first, and which conflicts are overwritten all the same, none ticked unless a
 * flag said so. Rows are listed with what people call them (`names`, by SELECTOR). Ctrl-C plans nothing.
 */
export async function askChoice(
  choice: Choice,
  draft: Draft,
  names: ReadonlyMap<string, string>,
  where?: Console
): Promise<Choice> {
  // In quotes, and nothing in a name reaches the terminal as a command to it.
  const called = (target: string): string[] => {
    const name = names.get(target);
    return name === undefined ? [] : [JSON.stringify(name)];
  };
  const changes = offers(draft);
  const ticked = await ask(
    messages.getMessage('askChanges'),
    changes.map((offer) => ({
      target: offer.target,
      what: [inWords(offer), ...called(offer.target)].join('  '),
      ticked: true,
    })),
    where
  );
  const conflicts = openConflicts(draft);
  const overwritten = await ask(
    messages.getMessage('askConflicts'),
    conflicts.map(({ target, what, overwritten: asked }) => ({
      target,
      what: [...called(target), what].join('  '),
      ticked: asked,
    })),
    where
  );
  const unticked = changes.map(({ target }) => target).filter((target) => !ticked.has(target));
  return chosen(choice, unticked, new Map(conflicts.map(({ target }) => [target, overwritten.has(target)])));
}

function inWords({ operations, rows }: Offer): string {
  const words = [...new Set(operations.map((operation) => OPERATION_WORDS[operation]))].join(', ');
  return rows === undefined ? words : `${words}: ${plural(rows, 'row')}`;
}

/** One line for each; what does not fit in it is told in full below the list while the line is chosen. */
async function ask(message: string, lines: readonly Line[], where: Console | undefined): Promise<Set<string>> {
  if (lines.length === 0) return new Set();
  const { checkbox } = await import('@inquirer/prompts');
  const ticked = await checkbox<string>(
    {
      message,
      pageSize: 15,
      loop: false,
      theme: { style: { renderSelectedChoices: (all: readonly unknown[]) => `${all.length} of ${lines.length}` } },
      choices: lines.map(({ target, what, ticked: checked }) => {
        const whole = `${target}  ${what}`;
        const name = clip(whole, width() - MARKS);
        return { value: target, name, checked, ...(name === whole ? {} : { description: whole }) };
      }),
    },
    where as Parameters<typeof checkbox>[1]
  ).catch(() => undefined);
  if (!ticked) throw new Refusal('choiceCancelled');
  return new Set(ticked);
}
