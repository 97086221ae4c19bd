import { Messages } from '@salesforce/core';
import type { RollbackPlan } from '../plan/rollbackPlan.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback.apply');

export type CpqTriggers = 'attested-off' | 'leave-on';

/**
 * Where the plan writes records of the CPQ package: whether its triggers are off. No API can switch them, so a person says
 * so; without a word they are taken to be on, which is said with `warn`. Undefined when no such record is written.
 */
export async function cpqGate(
  warn: (text: string) => void,
  plan: RollbackPlan,
  flag: CpqTriggers | undefined,
  asks: boolean
): Promise<CpqTriggers | undefined> {
  const concerned = plan.steps.some(
    (step) => step.detail.kind === 'records' && /^(SBQQ|sbaa|blng)__/.test(step.detail.object)
  );
  if (!concerned) return undefined;
  if (flag) return flag;
  if (!asks) {
    warn(messages.getMessage('triggersLeftOn'));
    return 'leave-on';
  }
  const { select } = await import('@inquirer/prompts');
  return select<CpqTriggers>({
    message: messages.getMessage('triggersQuestion'),
    choices: [
      { name: messages.getMessage('triggersAreOn'), value: 'leave-on' },
      { name: messages.getMessage('triggersAreOff'), value: 'attested-off' },
    ],
  });
}
