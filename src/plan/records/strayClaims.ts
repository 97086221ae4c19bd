import { recordTarget } from '../../model/selector.js';
import type { RecordChange } from '../../records/diffRecords.js';
import { claimInserted, type Claim } from '../attribution/claims.js';
import { conflict, decide } from '../choice/choice.js';
import type { Conflict } from '../conflict.js';
import type { Decisions } from '../draft.js';
import type { StrayFate, Strays } from './strayRows.js';

/**
 * Whether a row that comes back with its parent goes again. One that somebody else created was taken along by the deployment:
 * it stays, unless a person names it. Who created it decides: its last editor is whoever deleted it.
 */
export function strayFate(change: RecordChange, decisions: Decisions): StrayFate {
  return theirs(change, decisions) && !isNamed(change, decisions) ? 'stays' : 'goes';
}

/** What the plan says of somebody else's rows, and of what stays because of them. */
export function strayConflicts({ others, holding, swept }: Strays, decisions: Decisions): Conflict[] {
  const ofOthers = (decision: 'keep' | 'restore') => (change: RecordChange) => {
    const claim = theirs(change, decisions);
    const said = 'it comes back with its parent, which took it along; created since';
    const target = recordTarget(change.object, change.id);
    return claim ? [conflict(target, claim.kind, 'absent', said, claim.author, decision, decisions.names)] : [];
  };
  return [
    ...others.flatMap(ofOthers('keep')),
    ...swept.flatMap(ofOthers('restore')),
    ...holding.map((change) =>
      conflict(
        recordTarget(change.object, change.id),
        'cascadesOutsidePlan',
        'absent',
        'it comes back with its parent, and a row that somebody else created belongs to it',
        { userId: undefined, at: undefined },
        'keep',
        decisions.names
      )
    ),
  ];
}

/** Why a row is somebody else's; undefined when a deployer made it. */
function theirs(change: RecordChange, { attribution }: Decisions): Extract<Claim, { ours: false }> | undefined {
  const { made, claim } = claimInserted({ ...change, kind: 'inserted' }, attribution);
  return made || claim.ours ? undefined : claim;
}

function isNamed({ object, id }: RecordChange, { choice }: Decisions): boolean {
  const { decision, named } = decide(choice, recordTarget(object, id));
  return decision === 'restore' && named;
}
