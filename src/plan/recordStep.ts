import type { Operation } from '../model/operation.js';
import { recordTarget } from '../model/selector.js';
import type { Sheet } from './recordSheet.js';
import type { DraftStep, Fallback, RecordItem } from './rollbackPlan.js';

const operations: Record<Sheet, Operation> = {
  release: 'updateRecords',
  park: 'updateRecords',
  neutral: 'updateRecords',
  undelete: 'undeleteRecords',
  undeleteLate: 'undeleteRecords',
  insert: 'insertRecords',
  parkBack: 'updateRecords',
  neutralBack: 'updateRecords',
  update: 'updateRecords',
  sweep: 'deleteRecords',
  finish: 'updateRecords',
  deactivate: 'deactivateRecords',
  delete: 'deleteRecords',
};

const reasons: Record<Sheet, string> = {
  release: 'they point to rows that go, and are turned away first',
  park: 'a unique value is set aside until the row that needs it has it',
  neutral: 'rules are set to All while their conditions change',
  undelete: 'deleted since: they come back from the recycle bin with their Ids',
  undeleteLate: 'deleted since: they come back once a row that came back has given up their unique value',
  insert:
    'deleted since, and no longer in the recycle bin: they come back under new Ids; auto-numbers, files, history and shares do not come back',
  parkBack: 'a unique value that came back with a row is set aside until the row that needs it has it',
  neutralBack: 'rules that came back are set to All while conditions go that came back with them',
  sweep: 'inserted and deleted since: they come back with their parents, and go again',
  update: 'changed since: the fields that differ get their old values',
  finish: 'done last: custom logic after its conditions, references after the rows they name',
  deactivate: 'inserted since and in use outside the plan: deactivated instead of deleted',
  delete: 'inserted since: they go to the recycle bin',
};

/** One step of the record lane: one object, one operation, its rows. */
export function recordStep(
  object: string,
  sheet: Sheet,
  items: readonly RecordItem[],
  fallbacks: readonly Fallback[],
  lastEditorOnly: boolean
): DraftStep {
  const writes = operations[sheet] === 'updateRecords' || sheet === 'deactivate';
  const fields = writes ? [...new Set(items.flatMap((item) => Object.keys(item.after ?? {})))].sort() : [];
  const note =
    sheet === 'update' && lastEditorOnly
      ? ' (lastEditorOnly: who changed a field is known only by the last editor of its row)'
      : '';
  return {
    key: `records:${sheet}:${object}`,
    lane: 'records',
    operation: operations[sheet],
    fallbacks,
    target: recordTarget(object),
    count: items.length,
    risk: sheet === 'insert' || sheet === 'deactivate' ? 'lossy' : 'lossless',
    reason: reasons[sheet] + note,
    detail: { kind: 'records', object, fields, items },
  };
}
