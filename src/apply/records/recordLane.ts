import { recordTarget } from '../../model/selector.js';
import type { Answers, ReadBehind, RowResult } from '../../org/ports/records.js';
import type { Step } from '../../plan/rollbackPlan.js';
import { fieldNamed } from '../../records/objectDescribe.js';
import { afterEffect, reasonOf, stopsRun } from '../errorKinds.js';
import { goingAlong, heldNow, type Along } from './deletedNow.js';
import { insertRows } from './insertRows.js';
import type { ItemOutcome } from '../outcome.js';
import { describeNext, nextQuestion } from './nextQuestion.js';
import { askAll, rowsIn, type RowState } from './readRows.js';
import type { Standing } from '../standing.js';
import { firstQuestion, itemsNow, mapped, questionOf, returns, standingNow, type Item } from './recordItem.js';
import { CHANGED_AGAIN, IN_DOUBT, inserted, MOVED, notAsWritten, resultOf } from './rowOutcome.js';
import { intend, itemOutcome, settle, type RecordStep, type RunContext } from '../runContext.js';
import { undeleteRows } from './undeleteRows.js';
import { deleteRows, updateRows } from './writeRows.js';

/**
 * Carries out one record step: reads its rows once more, saves them, writes only those that are still as planned, and
 * reads back what was written. A row that moved meanwhile is a conflict and is not written.
 */
export async function applyRecordStep(run: RunContext, step: Step): Promise<void> {
  if (step.detail.kind !== 'records') return;
  const recordStep = step as RecordStep;
  const { object } = recordStep.detail;
  const items = itemsNow(run, recordStep);
  const hidden = await hiddenFields(run, recordStep, items);
  if (hidden.length > 0) {
    const message = `${hidden.map((field) => `${object}.${field}`).join(', ')} is not visible to this user: give this user access to it, then plan again`;
    const failed = { outcome: 'failed', code: 'FIELD_NOT_VISIBLE', message } as const;
    return settle(
      run,
      step,
      items.map((item) => outcomeOf(run, recordStep, item, undefined, failed))
    );
  }
  await describeNext(run, recordStep);
  const first = await firstQuestion(run, recordStep, items);
  const before = rowsIn(first, run.ahead.take(first.soqls) ?? (await askAll(run.org, first.soqls)));
  run.ahead.forget();
  const begun = run.begun.get(step.id);
  const outcomes: ItemOutcome[] = [];
  let due: Item[] = [];
  let along: readonly Along[] = [];
  for (const item of items) {
    const row = before.get(item.now.id);
    const standing = standingNow(run, recordStep, item, row);
    if (standing === 'asPlanned' && run.inDoubt.has(item.planned.id))
      outcomes.push(outcomeOf(run, recordStep, item, row, IN_DOUBT));
    else if (standing === 'asPlanned') due.push(item);
    else if (begun?.has(item.planned.id) && doneBefore(step, standing, row))
      outcomes.push(outcomeOf(run, recordStep, item, row, resultOf(run, recordStep, item, row, standing)));
    else if (standing === 'alreadyRestored')
      outcomes.push(
        outcomeOf(run, recordStep, item, row, { outcome: cameBack(run, step) ? 'restored' : 'alreadyRestored' })
      );
    else outcomes.push(outcomeOf(run, recordStep, item, row, MOVED));
  }
  if (step.operation === 'deleteRecords' && due.length > 0) {
    along = await goingAlong(run, recordStep);
    const held = await heldNow(
      run,
      recordStep,
      due.map(({ now }) => now.id),
      along
    );
    for (const item of due.filter(({ now }) => held.has(now.id))) {
      const message = `it is used meanwhile by ${[...(held.get(item.now.id) ?? [])].join(', ')}; it was not deleted`;
      outcomes.push(
        outcomeOf(run, recordStep, item, before.get(item.now.id), {
          outcome: 'conflict',
          code: 'CASCADES_OUTSIDE_PLAN',
          message,
        })
      );
    }
    due = due.filter(({ now }) => !held.has(now.id));
  }
  if (due.length > 0) {
    const touched = new Map([...before].filter(([id, row]) => !row.deleted && due.some(({ now }) => now.id === id)));
    const unsaved = begun ? new Map([...touched].filter(([id]) => !begun.has(id))) : touched;
    if (!returns(step)) await run.undo.rows(step.id, await run.org.describe(object), unsaved, begun !== undefined);
    if (!begun)
      for (const { step: later, describe, living } of along)
        await run.undo.rows(`${step.id}.${later.id}`, describe, living, false);
    await intend(
      run,
      step,
      due.map((item) => item.planned.id)
    );
    outcomes.push(...(await writeAndProve(run, recordStep, due, before)));
  }
  for (const outcome of outcomes)
    if (returns(step) && (outcome.outcome === 'restored' || outcome.code === CHANGED_AGAIN))
      run.returned.add(outcome.target.split(':').at(-1) ?? '');
  outcomes.sort((a, b) => (a.target < b.target ? -1 : 1));
  await settle(run, step, outcomes);
}

/**
 * Fields that a step writes and the org does not show: one that was created again is hidden until somebody is given
 * access to it. Access may just have come back, so the org is asked once more.
 */
async function hiddenFields(
  run: RunContext,
  { operation, detail }: RecordStep,
  items: readonly Item[]
): Promise<readonly string[]> {
  if (operation !== 'updateRecords' && operation !== 'insertRecords') return [];
  const fields = operation === 'updateRecords' ? detail.fields : fieldsHeld(items);
  const missing = async (): Promise<string[]> => {
    const describe = await run.org.describe(detail.object);
    return fields.filter((field) => !fieldNamed(describe, field));
  };
  if ((await missing()).length === 0) return [];
  run.org.forgetDescribes();
  return missing();
}

/** Fields in which any of these rows holds something. */
function fieldsHeld(items: readonly Item[]): string[] {
  const names = new Set<string>();
  for (const { planned } of items)
    for (const [name, value] of Object.entries(planned.after ?? {})) if (value !== null) names.add(name);
  return [...names];
}

/** Whether a row that was to be written before the run was cut off is written. What came back may differ in fields. */
function doneBefore(step: Step, standing: Standing, row: RowState | undefined): boolean {
  return standing === 'alreadyRestored' || (returns(step) && row !== undefined && !row.deleted);
}

/** What the undelete of a parent brought back, or its delete took along, in this run, is this run's work. */
function cameBack(run: RunContext, step: Step): boolean {
  const alike = (other: Step): boolean =>
    returns(step) ? returns(other) : step.operation === 'deleteRecords' && other.operation === 'deleteRecords';
  return step.waitsFor.some((id) => {
    const other = run.plan.steps.find((candidate) => candidate.id === id);
    return (
      other !== undefined &&
      alike(other) &&
      (run.outcomes.get(id) ?? []).some((outcome) => outcome.outcome === 'restored')
    );
  });
}

function outcomeOf(
  run: RunContext,
  step: RecordStep,
  item: Item,
  row: RowState | undefined,
  result: Pick<ItemOutcome, 'outcome' | 'code' | 'message'>
): ItemOutcome {
  const fields = Object.keys(item.planned.after ?? item.planned.before ?? {});
  const after =
    row && !row.deleted ? Object.fromEntries(fields.map((field) => [field, row.values[field] ?? null])) : null;
  const target = recordTarget(step.detail.object, item.planned.id);
  return itemOutcome(run, step, { target, before: item.planned.before, planned: item.now.after, after, ...result });
}

async function writeAndProve(
  run: RunContext,
  step: RecordStep,
  due: readonly Item[],
  before: ReadonlyMap<string, RowState>
): Promise<ItemOutcome[]> {
  let results: RowResult[];
  let doubt: unknown;
  const own = await questionOf(run, step, due, 'named');
  const soqls = [...new Set([...own.soqls, ...(await nextQuestion(run, step))])];
  const behind: ReadBehind = { soqls, answered: (answers) => run.ahead.keep(answers) };
  try {
    results = await write(run, step, due, before, behind);
  } catch (error) {
    // Where the org may have acted, what the rows hold now decides; inserted rows cannot be found that way.
    if (stopsRun(error)) doubt = error;
    if (doubt !== undefined && mayInsert(step)) throw error;
    results = due.map(({ now }) => ({ id: now.id, success: false, ...reasonOf(error) }));
  }
  const byId = new Map(results.map((result) => [result.id, result]));
  // A row that was inserted is looked for under its new Id from here on.
  const settled = due.map(({ planned }) => ({ planned, now: mapped(run, step.detail.object, planned) }));
  const after = await afterEffect(() => readBack(run, step, settled, doubt === undefined));
  const outcomes = settled.map((item, at) => {
    const row = after.get(item.now.id);
    const result = byId.get(due[at]?.now.id ?? '');
    if (run.inDoubt.has(item.planned.id)) return outcomeOf(run, step, item, row, IN_DOUBT);
    if (step.operation === 'insertRecords' || item.now.id !== due[at]?.now.id)
      return outcomeOf(run, step, item, row, inserted(run, item, row, result));
    if (standingNow(run, step, item, row) === 'alreadyRestored')
      return outcomeOf(run, step, item, row, {
        outcome: step.operation === 'deactivateRecords' ? 'neutralised' : 'restored',
      });
    if (result?.success) return outcomeOf(run, step, item, row, notAsWritten(run, step, item, row));
    return outcomeOf(run, step, item, row, {
      outcome: 'failed',
      code: result?.code ?? 'NO_RESULT',
      message: result?.message ?? 'the org gave no result for this row',
    });
  });
  if (doubt !== undefined && outcomes.some(({ outcome }) => outcome === 'failed')) throw doubt as Error;
  return outcomes;
}

/** The rows of a step once it was written, and with them those of the next step, unless both came along with the write. */
async function readBack(
  run: RunContext,
  step: RecordStep,
  items: readonly Item[],
  goesOn: boolean
): Promise<ReadonlyMap<string, RowState>> {
  const own = await questionOf(run, step, items, 'named');
  const kept = run.ahead.take(own.soqls);
  if (kept) return rowsIn(own, kept);
  run.ahead.forget();
  const next = goesOn ? await nextQuestion(run, step) : [];
  const soqls = [...new Set([...own.soqls, ...next])];
  const asked = run.ahead.moment();
  const together: Answers = soqls.length > 1 ? await run.org.queryTogether(soqls) : new Map();
  const answers = new Map(together);
  for (const soql of own.soqls) if (!answers.has(soql)) answers.set(soql, await run.org.query(soql, { all: true }));
  run.ahead.keep(new Map([...together].filter(([soql]) => next.includes(soql))), asked);
  return rowsIn(own, answers);
}

function mayInsert(step: Step): boolean {
  return step.operation === 'insertRecords' || step.fallbacks.some(({ operation }) => operation === 'insertRecords');
}

async function write(
  run: RunContext,
  step: RecordStep,
  due: readonly Item[],
  before: ReadonlyMap<string, RowState>,
  behind: ReadBehind
): Promise<RowResult[]> {
  const items = due.map(({ now }) => now);
  switch (step.operation) {
    case 'undeleteRecords':
      return undeleteRows(run, step, due, before);
    case 'insertRecords':
      return insertRows(
        run,
        step,
        due.map(({ planned }) => planned)
      );
    case 'deleteRecords':
      return deleteRows(run, step, items, before, behind);
    default:
      return updateRows(run, step, items, before, behind);
  }
}
