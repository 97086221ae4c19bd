import type { Goal } from './figures.js';

export interface Effort {
  /** Minutes, not half an hour: fewer sizes, fewer rounds. */
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

/** One thing that is measured. What it measured can be kept as JSON and shown later. */
export interface Part<R> {
  readonly title: string;
  measure(effort: Effort): Promise<R>;
  /** Markdown, line by line. */
  tables(result: R): string[];
  /** The figures that the project asks of itself, as far as these results tell them. */
  goals(result: R): Goal[];
}
