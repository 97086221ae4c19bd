import { grantsText, targetLabel } from '../permissions/permissionRow.js';
import type { PermissionItem, RecordItem, RollbackPlan, Step } from '../plan/rollbackPlan.js';
import type { Value, ValueRow } from '../records/fieldValue.js';
import { stepWords } from './stepWords.js';
import { inPieces, plural, wrap } from './table.js';

/** Rows of one step that are printed before the rest is left to the step's file. */
const ROWS = 200;
/** Characters of a value that are printed; the whole value is in the step's file. */
const CHARACTERS = 300;

/** A value as it is told apart from every other: text in quotes with line breaks as \n, empty in words. */
export function valueText(value: Value | undefined): string {
  if (value === undefined) return '(not known)';
  if (value === null) return '(empty)';
  const text = JSON.stringify(value);
  return text.length <= CHARACTERS
    ? text
    : `${text.slice(0, CHARACTERS)}… (${value.length.toLocaleString('en-US')} characters)`;
}

/** Fields of a row that is not there now, or will not be there afterwards: those that hold something. */
function wholeRow(row: ValueRow, width: number): string[] {
  const filled = Object.entries(row).filter(([field, value]) => value !== null && field !== 'Id');
  return filled.flatMap(([field, value]) => wrap(`${field}: ${valueText(value)}`, width, '        '));
}

function itemLines(item: RecordItem, width: number): string[] {
  const head = (words: string): string[] => inPieces(`${item.id}  ${words}`, width, '      ');
  if (item.after === null) return [...head('goes, with'), ...wholeRow(item.before ?? {}, width)];
  if (item.before === null) return [...head('comes back with'), ...wholeRow(item.after, width)];
  const { before, after } = item;
  return [
    ...inPieces(item.id, width, '      '),
    ...Object.keys(after).flatMap((field) => {
      if (before[field] === after[field] && item.also && field in item.also)
        return wrap(`${field}: ${valueText(after[field])} again`, width, '        ');
      return wrap(`${field}: ${valueText(before[field])} -> ${valueText(after[field])}`, width, '        ');
    }),
  ];
}

function permissionLines(row: PermissionItem, width: number): string[] {
  return inPieces(`${targetLabel(row)}: ${grantsText(row.before)} -> ${grantsText(row.after)}`, width, '      ');
}

/** Every step with its reason in full, what it waits for, and each row before and after. Holds record values. */
export function planDetail(
  plan: RollbackPlan,
  items: ReadonlyMap<string, readonly RecordItem[]>,
  folder: string,
  width: number
): string {
  return plan.steps.map((step) => stepLines(step, items.get(step.id) ?? [], folder, width).join('\n')).join('\n\n');
}

function stepLines(step: Step, items: readonly RecordItem[], folder: string, width: number): string[] {
  const lines = [
    ...inPieces(`${step.id}  ${step.target}`, width),
    ...wrap(stepWords(step), width, '    '),
    ...wrap(`because: ${step.reason}`, width, '    '),
    ...wrap(`risk: ${step.risk}`, width, '    '),
    ...step.fallbacks.flatMap((fallback) =>
      wrap(`else: ${fallback.operation}, when ${fallback.when} (${fallback.risk})`, width, '    ')
    ),
    ...(step.waitsFor.length > 0 ? wrap(`after: ${step.waitsFor.join(', ')}`, width, '    ') : []),
  ];
  if (step.detail.kind === 'permissions')
    for (const row of step.detail.rows) lines.push(...permissionLines(row, width));
  for (const item of items.slice(0, ROWS)) lines.push(...itemLines(item, width));
  if (items.length > ROWS && step.detail.kind === 'records')
    lines.push(
      ...wrap(`… and ${plural(items.length - ROWS, 'more row')}: ${folder}/${step.detail.items.path}`, width, '      ')
    );
  return lines;
}
