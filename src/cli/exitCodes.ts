import { EXIT } from '../model/refusal.js';

/** The one table of exit codes, printed by `--help` of every command. */
export const EXIT_CODES: Record<number, string> = {
  [EXIT.done]: 'Done, also when it was already done before.',
  [EXIT.failed]: 'Failed, or not restored.',
  [EXIT.badFlags]: 'Bad flags.',
  [EXIT.refused]:
    'Refused: stale plan, wrong org, incomplete or damaged snapshot, unclear attribution, missing permission, declined.',
  [EXIT.locked]: 'Another run holds the lock.',
  [EXIT.somethingToDo]: 'Something to do (only with "plan --exit-code").',
  [EXIT.partial]: 'Partly done.',
  [EXIT.interrupted]:
    'Interrupted or in doubt: go on with "apply --resume". The first Ctrl-C settles the step in flight and ends here.',
  [EXIT.secondInterrupt]: 'Stopped at once by a second Ctrl-C.',
};
