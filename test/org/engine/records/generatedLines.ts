import type { FieldSchema } from '../contracts.js';
import { csvCell, csvLine, type CsvHabits } from '../jobs/csv.js';
import { pickOf, type GeneratedColumn } from './generatedColumns.js';

export interface LineDialect {
  readonly delimiter: string;
  readonly lineEnd: string;
  readonly habits: CsvHabits;
}

/** One cell of each line: one of a few that are ready as bytes, or text made for the row. */
interface Cell {
  readonly bytes: Uint8Array;
  /** Where each ready cell starts in `bytes`; one more at the end. */
  readonly starts: readonly number[];
  readonly salt: number | undefined;
  readonly of: ((index: number) => string) | undefined;
  readonly after: string;
}

/** Longer than any text that is made for a single row. */
const longestOwn = 100;

/** Writes generated rows as CSV lines, byte by byte: making text of a million rows first would take four times as long. */
export class GeneratedLines {
  /** No line has more bytes. */
  public readonly most: number;
  private readonly cells: readonly Cell[];

  public constructor(
    columns: ReadonlyArray<{
      readonly field: FieldSchema | undefined;
      readonly column: GeneratedColumn | undefined;
    }>,
    { delimiter, lineEnd, habits }: LineDialect
  ) {
    this.cells = columns.map(({ field, column }, place): Cell => {
      const after = place === columns.length - 1 ? lineEnd : delimiter;
      if (column?.kind === 'own')
        return { bytes: new Uint8Array(), starts: [], salt: undefined, of: column.of, after: `"${after}` };
      const ready = (column?.values ?? [null]).map((value) =>
        Buffer.from(csvLine([field === undefined ? '' : csvCell(field, value, habits)], delimiter) + after)
      );
      const starts = [0];
      for (const one of ready) starts.push((starts.at(-1) ?? 0) + one.length);
      return { bytes: new Uint8Array(Buffer.concat(ready)), starts, salt: column?.salt, of: undefined, after };
    });
    this.most = this.cells.reduce((sum, { starts }) => sum + longest(starts), 0);
  }

  /** Writes the line of a row from this place on and returns the place after it. */
  public write(index: number, out: Uint8Array, from: number): number {
    let used = from;
    for (const { bytes, starts, salt, of, after } of this.cells) {
      if (of === undefined) {
        const pick = pickOf(index, salt, starts.length - 1);
        const end = starts[pick + 1] as number;
        for (let place = starts[pick] as number; place < end; place++) out[used++] = bytes[place] as number;
      } else {
        out[used++] = 34;
        const text = of(index);
        for (let place = 0; place < text.length; place++) out[used++] = text.charCodeAt(place);
        for (let place = 0; place < after.length; place++) out[used++] = after.charCodeAt(place);
      }
    }
    return used;
  }
}

function longest(starts: readonly number[]): number {
  return starts.reduce((most, start, place) => Math.max(most, start - (starts[place - 1] ?? 0)), longestOwn);
}
