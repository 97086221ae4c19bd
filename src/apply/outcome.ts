import type { Operation, Outcome } from '../model/operation.js';
import type { ValueRow } from '../records/fieldValue.js';

/** One line of the account: what happened to one item of one step. */
export interface ItemOutcome {
  readonly step: string;
  readonly operation: Operation;
  /** SELECTOR of the item. */
  readonly target: string;
  readonly outcome: Outcome;
  /** The org's code and message, or the reason why nothing was done. */
  readonly code?: string;
  readonly message?: string;
  readonly before?: ValueRow | string | null;
  readonly planned?: ValueRow | string | null;
  readonly after?: ValueRow | string | null;
  readonly at: string;
}

function cell(value: unknown): string {
  const text = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return `"${text.replace(/"/g, '""')}"`;
}

/** `outcomes.csv`: a line per item, before, planned and after as JSON of the planned fields. */
export function outcomesCsv(outcomes: readonly ItemOutcome[], who: string): string {
  const header = [
    'step',
    'operation',
    'item',
    'before',
    'planned',
    'after',
    'outcome',
    'code',
    'message',
    'who',
    'when',
  ];
  const lines = outcomes.map((item) =>
    [
      item.step,
      item.operation,
      item.target,
      item.before,
      item.planned,
      item.after,
      item.outcome,
      item.code ?? '',
      item.message ?? '',
      who,
      item.at,
    ]
      .map(cell)
      .join(',')
  );
  return `${header.join(',')}\n${lines.map((line) => `${line}\n`).join('')}`;
}
