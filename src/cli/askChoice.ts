import { Messages } from '@salesforce/core';
import type { Choice } from '../plan/choice/choice.js';
import { chosen, offers, openConflicts } from '../plan/choice/choosing.js';
import type { Draft } from '../plan/draft.js';
import { Refusal } from '../model/refusal.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback.plan');

/**
 * Asks which changes go back, all ticked at first, and which conflicts are overwritten all the same, none ticked unless a
 * flag said so. Escape or Ctrl-C plans nothing.
 */
export async function askChoice(choice: Choice, draft: Draft): Promise<Choice> {
  const { checkbox } = await import('@inquirer/prompts');
  const ask = async (
    message: string,
    list: ReadonlyArray<{ target: string; what: string; ticked: boolean }>
  ): Promise<Set<string>> => {
    if (list.length === 0) return new Set();
    const ticked = await checkbox<string>({
      message,
      pageSize: 15,
      loop: false,
      choices: list.map(({ target, what, ticked: checked }) => ({
        value: target,
        name: `${target}  (${what})`,
        short: target,
        checked,
      })),
    }).catch(() => undefined);
    if (!ticked) throw new Refusal('choiceCancelled');
    return new Set(ticked);
  };
  const changes = offers(draft);
  const ticked = await ask(
    messages.getMessage('askChanges'),
    changes.map((offer) => ({ ...offer, ticked: true }))
  );
  const conflicts = openConflicts(draft);
  const overwritten = await ask(
    messages.getMessage('askConflicts'),
    conflicts.map((offer) => ({ ...offer, ticked: offer.overwritten }))
  );
  const unticked = changes.map(({ target }) => target).filter((target) => !ticked.has(target));
  return chosen(choice, unticked, new Map(conflicts.map(({ target }) => [target, overwritten.has(target)])));
}
