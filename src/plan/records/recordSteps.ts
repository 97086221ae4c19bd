import { recordTarget } from '../../model/selector.js';
import type { RecordChange } from '../../records/diffRecords.js';
import { recordAuthor } from '../changeSet.js';
import { conflict, decide, leftOut } from '../choice/choice.js';
import { claimDeleted, savedByOther } from '../attribution/claims.js';
import { waitForConditions } from './customLogic.js';
import { emptyDraft, type Decisions, type Draft } from '../draft.js';
import { followNewIds } from './followNewIds.js';
import { acceptBlankedLookups, blankRefilledLookups, turnAwayFirst } from './lookupsOnTheWay.js';
import { cannotComeBack, dropLostTargets, lostRows, valuesNow } from './lostTargets.js';
import { parkKeys } from './parkKeys.js';
import { lookOnly } from '../recheck.js';
import type { RecordFacts } from './recordFacts.js';
import { RecordSheets, rowsIn } from './recordSheet.js';
import { stepsOf } from '../stepsOf.js';
import { strayConflicts, strayFate } from './strayClaims.js';
import { sweepWithParents } from './strayRows.js';
import { takeBackDelete } from './takeBackDelete.js';
import { takeBackInsert } from './takeBackInsert.js';
import { takeBackUpdate } from './takeBackUpdate.js';
import { keepTakenKeys } from './takenKeys.js';

/**
 * Steps of the record lane. Updates are taken back field by field; a row that somebody else edited after the deployers,
 * created or deleted, is a conflict. Then what makes the rows fit together: keys that must be free first, rules whose
 * logic names their conditions, and references that follow rows which come back under new Ids. Last their order, row by row.
 */
export function recordSteps(changes: readonly RecordChange[], facts: RecordFacts, decisions: Decisions): Draft {
  const lends = lendersOf(changes, decisions);
  const now = valuesNow(changes);
  // A row that cannot come back takes others with it: those that cannot be without it. So this goes on until none is left.
  const blocked = new Map<string, string>();
  for (;;) {
    const draft = emptyDraft();
    const sheets = sheetsOf(changes, facts, decisions, draft, blocked);
    keepTakenKeys(sheets, facts, changes, draft, decisions.names);
    const more = [...cannotComeBack(sheets, facts, changes, lends)].filter(([id]) => !blocked.has(id));
    if (more.length > 0) {
      for (const [id, kind] of more) blocked.set(id, kind);
      continue;
    }
    parkKeys(sheets, facts, lends);
    lookOnly(sheets, now);
    const { steps, findings } = stepsOf(sheets, facts, now);
    draft.steps.push(...steps);
    draft.findings.push(...findings);
    return draft;
  }
}

/** Rows that live and may set a value aside for a moment, because a person did not leave them out. */
function lendersOf(changes: readonly RecordChange[], decisions: Decisions): ReadonlySet<RecordChange> {
  return new Set(
    changes.filter(
      ({ kind, object, id }) =>
        (kind === 'touched' || kind === 'updated') && !leftOut(decisions.choice, recordTarget(object, id))
    )
  );
}

function sheetsOf(
  changes: readonly RecordChange[],
  facts: RecordFacts,
  decisions: Decisions,
  draft: Draft,
  blocked: ReadonlyMap<string, string>
): RecordSheets {
  const sheets = new RecordSheets();
  const chosen = changes.filter((change) => {
    const target = recordTarget(change.object, change.id);
    const silent = change.kind === 'passing' || change.kind === 'touched';
    // Whoever chose an object that is created again chose its rows, too.
    const choice = change.withObject ? { ...decisions.choice, only: [] } : decisions.choice;
    const skipped = silent ? undefined : leftOut(choice, target);
    if (skipped) draft.leftOut.push(skipped);
    const stays = skipped ? undefined : blocked.get(change.id);
    if (stays)
      draft.conflicts.push(
        conflict(target, stays, 'present', 'deleted since', recordAuthor(change), 'keep', decisions.names)
      );
    return !skipped && !stays;
  });
  const gone = chosen.filter(({ kind }) => kind === 'deleted');
  const ours = new Set(gone.filter((change) => claimDeleted(change, decisions.attribution).ours).map(({ id }) => id));
  for (const change of gone) takeBackDelete(change, ours, facts, decisions, draft, sheets);
  const comingBack = new Set(rowsIn(sheets, ['undelete', 'insert']));
  const lost = lostRows(sheets, changes);
  dropLostTargets(sheets, facts, changes, draft);
  for (const change of chosen) {
    if (change.kind === 'updated') takeBackUpdate(change, facts, comingBack, lost, decisions, draft, sheets);
    else if (change.kind === 'inserted') takeBackInsert(change, facts, decisions, draft, sheets);
  }
  // Whoever chose a parent chose what comes back with it; what was left out, or is not known, stays all the same.
  const anyOf = { ...decisions.choice, only: [] };
  const strays = sweepWithParents(changes, facts, sheets, (change) =>
    leftOut(anyOf, recordTarget(change.object, change.id)) ? 'leftOut' : strayFate(change, decisions)
  );
  draft.conflicts.push(...strayConflicts(strays, decisions));
  acceptBlankedLookups(sheets);
  turnAwayFirst(sheets, facts);
  waitForConditions(sheets, facts);
  followNewIds(sheets, facts);
  blankRefilledLookups(
    changes,
    facts,
    sheets,
    (change) =>
      savedByOther(change, decisions.attribution) &&
      decide(decisions.choice, recordTarget(change.object, change.id)).decision === 'keep'
  );
  return sheets;
}
