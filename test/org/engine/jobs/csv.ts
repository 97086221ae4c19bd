import type { FieldSchema } from '../contracts.js';
import { OrgError } from '../contracts.js';

const delimiters: Readonly<Record<string, string>> = {
  BACKQUOTE: '`',
  CARET: '^',
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  TAB: '\t',
};

export type LineEnding = 'LF' | 'CRLF';

export function delimiterOf(name: string): string {
  const delimiter = delimiters[name];
  if (delimiter === undefined) throw new OrgError('INVALIDJOB', `Invalid value for columnDelimiter: ${name}`);
  return delimiter;
}

export function lineEndOf(ending: LineEnding): string {
  return ending === 'CRLF' ? '\r\n' : '\n';
}

/** Every cell in quotes, quotes doubled. */
export function csvLine(cells: readonly string[], delimiter: string): string {
  return cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter);
}

/** How Bulk prints what nobody could confirm. */
export interface CsvHabits {
  readonly bulkDateTimes: 'Z' | '+0000';
  readonly bulkExponents: boolean;
}

/** A value as Bulk prints it: date-times in `Z`, decimals with a point, null as nothing. */
export function csvCell(field: FieldSchema, value: unknown, habits?: CsvHabits): string {
  if (value === null || value === undefined) return '';
  if (field.type === 'datetime')
    return habits?.bulkDateTimes === '+0000' ? String(value) : String(value).replace(/\+0000$/, 'Z');
  if (typeof value === 'number' && habits?.bulkExponents === true && Math.abs(value) >= 1e4)
    return value.toExponential().replace('e+', 'E');
  if (
    typeof value === 'number' &&
    ['double', 'currency', 'percent'].includes(field.type) &&
    Number.isInteger(value) &&
    Math.abs(value) < 1e7
  )
    return `${value}.0`;
  return String(value);
}

/** True when the text has line ends of another kind than the job's, between rows and, if those count, inside cells. */
export function hasForeignLineEnds(whole: string, ending: LineEnding, innerCount = true): boolean {
  const text = innerCount ? whole : whole.replace(/"(?:[^"]|"")*"/g, '""');
  return ending === 'LF' ? text.includes('\r\n') : /(?<!\r)\n/.test(text);
}
