import { isMap, isPair, isScalar, type Document, type LineCounter, type Node } from 'yaml';
import { z } from 'zod';

export type KeyPath = ReadonlyArray<string | number>;

/** What is wrong with a file, where, and at which key. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly key: string;
  readonly what: string;
}

/** `scope.records[0]` */
export function keyText(path: KeyPath): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}

/** A problem at a key: at its value, or where the value is missing at what should hold it. */
export function problemAt(document: Document, lines: LineCounter, path: KeyPath, what: string): Problem {
  let offset = 0;
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (!node?.range) continue;
    offset = node.range[0];
    break;
  }
  return { ...placeOf(lines, offset), key: keyText(path), what };
}

/** A problem at a key's own name. */
export function problemAtName(document: Document, lines: LineCounter, path: KeyPath, what: string): Problem {
  const map = document.getIn(path.slice(0, -1), true);
  const pair = isMap(map)
    ? map.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(path.at(-1)))
    : undefined;
  const range = pair !== undefined && isScalar(pair.key) ? pair.key.range : undefined;
  return range
    ? { ...placeOf(lines, range[0]), key: keyText(path), what }
    : problemAt(document, lines, path.slice(0, -1), what);
}

function placeOf(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** What a schema says is wrong, in words for whoever wrote the file. */
export function problemsOf(
  schema: z.ZodType,
  error: z.ZodError,
  document: Document,
  lines: LineCounter
): readonly Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const path = issue.path as KeyPath;
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, path);
      return issue.keys.map((key) => {
        const near = known.find((name) => isNear(name, key));
        const what = `unknown key${near ? `, did you mean "${near}"?` : `; known here: ${known.join(', ')}`}`;
        return problemAtName(document, lines, [...path, key], what);
      });
    }
    if (issue.code === 'invalid_key')
      return [problemAtName(document, lines, path, issue.issues[0]?.message ?? issue.message)];
    return [problemAt(document, lines, path, wordsOf(issue))];
  });
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'keys with values',
  record: 'keys with values',
  array: 'a list',
  string: 'a text',
  boolean: 'true or false',
};

function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'is missing' : `must be ${TYPES[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value')
    return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  if (issue.code === 'too_small') return 'must not be empty';
  return issue.message;
}

/** The keys that an object of the schema knows at a path. */
function keysAt(schema: z.ZodType, path: KeyPath): string[] {
  let at: z.ZodType = unwrapped(schema);
  for (const part of path) {
    if (at instanceof z.ZodObject) at = unwrapped(at.shape[part] as z.ZodType);
    else if (at instanceof z.ZodArray) at = unwrapped(at.element as z.ZodType);
    else if (at instanceof z.ZodRecord) at = unwrapped(at.valueType as z.ZodType);
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
}

/** Whether one text becomes the other by changing, adding or taking away at most two letters, or swapping the case. */
function isNear(a: string, b: string): boolean {
  const [left, right] = [a.toLowerCase().replace(/[-_]/g, ''), b.toLowerCase().replace(/[-_]/g, '')];
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      );
    row = next;
  }
  return (row[right.length] ?? 0) <= 2;
}
