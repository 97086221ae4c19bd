import type { Operation } from '../../model/operation.js';
import { recordTarget } from '../../model/selector.js';
import type { Sheet } from './recordSheet.js';
import type { DraftStep, Fallback, RecordItem } from '../rollbackPlan.js';

const operations: Record<Sheet, Operation> = {
  release: 'updateRecords',
  park: 'updateRecords',
  neutral: 'updateRecords',
  undelete: 'undeleteRecords',
  insert: 'insertRecords',
  parkBack: 'updateRecords',
  neutralBack: 'updateRecords',
  update: 'updateRecords',
  sweep: 'deleteRecords',
  finish: 'updateRecords',
  recheck: 'updateRecords',
  deactivate: 'deactivateRecords',
  delete: 'deleteRecords',
};

const reasons: Record<Sheet, string> = {
  release: 'they point to rows that go, and are turned away first',
  park: 'a unique value is set aside until the row that needs it has it',
  neutral: 'rules are set to All while their conditions change',
  undelete: 'deleted since: they come back from the recycle bin with their Ids',
  insert:
    'deleted since, and no longer in the recycle bin: they come back under new Ids; auto-numbers, files, history and shares do not come back',
  parkBack: 'a unique value that came back with a row is set aside until the row that needs it has it',
  neutralBack: 'rules that came back are set to All while conditions go that came back with them',
  sweep: 'inserted and deleted since: they come back with their parents, and go again',
  update: 'changed since: the fields that differ get their old values',
  finish: 'done last: custom logic after its conditions, references after the rows they name',
  recheck: 'expected to be right by then: read again, and written only where they are not',
  deactivate: 'inserted since and in use outside the plan: deactivated instead of deleted',
  delete: 'inserted since: they go to the recycle bin',
};

/** What happens when the recycle bin no longer has a row. */
export const INSERT_INSTEAD: Fallback = {
  operation: 'insertRecords',
  when: 'the recycle bin no longer has the row',
  risk: 'lossy',
};

/** One step of the record lane: one object, one operation, its rows. */
export function recordStep(step: {
  readonly key: string;
  readonly object: string;
  readonly sheet: Sheet;
  readonly items: readonly RecordItem[];
  /** Keys of the steps it waits for. */
  readonly after: readonly string[];
  /** Keys of the steps it comes after, but does not depend on. */
  readonly preferablyAfter: readonly string[];
  readonly createable: boolean;
  readonly lastEditorOnly: boolean;
  /** Its rows wait for others in a circle: there is no order that the org is sure to take. */
  readonly mayBeRefused: boolean;
}): DraftStep {
  const { key, object, sheet, items, after } = step;
  const writes = operations[sheet] === 'updateRecords' || sheet === 'deactivate';
  const fields = writes ? [...new Set(items.flatMap((item) => Object.keys(item.after ?? {})))].sort() : [];
  const notes = [
    sheet === 'update' && step.lastEditorOnly
      ? ' (lastEditorOnly: who changed a field is known only by the last editor of its row)'
      : '',
    step.mayBeRefused ? '; rows wait for each other in a circle: the org may refuse some' : '',
  ];
  return {
    key,
    after,
    preferablyAfter: step.preferablyAfter,
    lane: 'records',
    operation: operations[sheet],
    fallbacks: sheet === 'undelete' && step.createable ? [INSERT_INSTEAD] : [],
    target: recordTarget(object),
    count: items.length,
    ...(sheet === 'recheck' ? { onlyChecked: items.length } : {}),
    ...(sheet === 'insert' || sheet === 'deactivate'
      ? { risk: 'lossy', rowsAtStake: items.length }
      : { risk: 'lossless' }),
    reason: reasons[sheet] + notes.join(''),
    detail: { kind: 'records', object, fields, ...(sheet === 'sweep' ? { strays: true } : {}), items },
  };
}
