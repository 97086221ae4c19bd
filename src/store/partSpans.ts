import type { FilePart } from './ports.js';

/** Bytes read at once at most, unless a single part is longer. */
const MOST_BYTES = 1024 * 1024;
/** Bytes between two parts that are read along: to ask the system once more would take longer. */
const MOST_BETWEEN = 32 * 1024;

/** Parts that are read together, from the first byte of the first to the last of the last. */
export interface PartSpan {
  readonly offset: number;
  readonly bytes: number;
  readonly parts: readonly FilePart[];
}

/** Parts that follow one another closely, gathered; all of them in the order in which they came. */
export function* spansOf(parts: Iterable<FilePart>): Generator<PartSpan> {
  let open: { offset: number; bytes: number; parts: FilePart[] } | undefined;
  for (const part of parts) {
    const between = open ? part.offset - (open.offset + open.bytes) : -1;
    const bytes = open ? part.offset + part.bytes - open.offset : 0;
    if (open && between >= 0 && between <= MOST_BETWEEN && bytes <= MOST_BYTES) {
      open.parts.push(part);
      open.bytes = bytes;
      continue;
    }
    if (open) yield open;
    open = { ...part, parts: [part] };
  }
  if (open) yield open;
}

/** Bytes that are read before they are asked for. */
const MOST_AHEAD = 1024 * 1024;

/** Whether a span is to be read while those before it are: a large one by itself. */
export function goesAhead(ahead: ReadonlyArray<{ readonly span: PartSpan }>, next: PartSpan): boolean {
  return ahead.length === 0 || ahead.reduce((sum, { span }) => sum + span.bytes, next.bytes) <= MOST_AHEAD;
}

/** The parts of a span, cut from its bytes. */
export function* partsIn({ offset, parts }: PartSpan, bytes: Buffer): Generator<Buffer> {
  for (const part of parts) yield bytes.subarray(part.offset - offset, part.offset - offset + part.bytes);
}
