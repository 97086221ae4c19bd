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

/** A value as Bulk prints it: date-times in `Z`, decimals with a point, null as nothing. */
export function csvCell(field: FieldSchema, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (field.type === 'datetime') return String(value).replace(/\+0000$/, 'Z');
  if (
    typeof value === 'number' &&
    ['double', 'currency', 'percent'].includes(field.type) &&
    Number.isInteger(value) &&
    Math.abs(value) < 1e7
  )
    return `${value}.0`;
  return String(value);
}

/** True when the text has line ends of another kind than the job's, inside cells or between rows. */
export function hasForeignLineEnds(text: string, ending: LineEnding): boolean {
  return ending === 'LF' ? text.includes('\r\n') : /(?<!\r)\n/.test(text);
}
