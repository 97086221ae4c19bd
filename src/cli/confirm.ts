import { StateAggregator } from '@salesforce/core';
import type { SfCommand } from '@salesforce/sf-plugins-core';
import { parseOrgId } from '../model/ids.js';
import { EXIT, Refusal } from '../model/refusal.js';
import type { OrgIdentity } from '../org/ports.js';

/** Whether what a person typed names this org: its alias or username as typed after `-o`, or its id in either form. */
export function namesOrg(typed: string, org: OrgIdentity): boolean {
  return typed === org.label || typed === org.username || parseOrgId(typed) === org.orgId;
}

/** The same for any alias of the org: also one that was not typed after `-o`. */
async function meansOrg(typed: string, org: OrgIdentity): Promise<boolean> {
  return namesOrg(typed, org) || (await StateAggregator.getInstance()).aliases.resolveUsername(typed) === org.username;
}

/** The consent without which `apply` writes nothing. */
export const confirmedOrg = {
  /** Where nobody can be asked, the org and what is to be done to it must both be named. */
  needsFlags(
    asks: boolean,
    flags: { plan?: string | undefined; resume?: string | undefined; confirm?: string | undefined },
    newestPlan = 'ID'
  ): void {
    if (asks) return;
    const named = flags.plan ?? flags.resume;
    if (!named || !flags.confirm)
      throw new Refusal('confirmMissing', {
        tokens: [[named ? '' : '--plan', flags.confirm ? '' : '--confirm'].filter(Boolean).join(' and ')],
        actionTokens: [flags.resume ? `--resume ${flags.resume}` : `--plan ${flags.plan ?? newestPlan}`],
        exitCode: EXIT.badFlags,
      });
  },

  /** Asks to type the org's alias, or takes the flag; a name of another org is refused. */
  async ask(
    command: SfCommand<unknown>,
    asks: boolean,
    flag: string | undefined,
    org: OrgIdentity,
    purpose = 'apply this plan to it'
  ): Promise<void> {
    if (flag !== undefined) {
      if (!(await meansOrg(flag, org))) throw new Refusal('confirmOtherOrg', { tokens: [flag, org.label, org.orgId] });
      return;
    }
    if (!asks)
      throw new Refusal('confirmMissing', {
        tokens: ['--confirm'],
        actionTokens: ['--plan ID'],
        exitCode: EXIT.badFlags,
      });
    const { input } = await import('@inquirer/prompts');
    const typed = await input({ message: `Type "${org.label}" to ${purpose}:` }).catch(() => '');
    void command;
    if (!(await meansOrg(typed.trim(), org))) throw new Refusal('declined', { tokens: [org.label] });
  },
};
