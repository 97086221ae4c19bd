import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { cellsOf, type Figure } from './figure.js';

const PAGE = fileURLToPath(new URL('../../docs/faults.md', import.meta.url));
const FROM = '<!-- figures: written by npm run test:faults -- --write -->';
const TO = '<!-- end of figures -->';

/**
 * The page with these figures in its table, in the order of `order`. Rows of parts that were not played stay. Throws where the
 * page has no place for them.
 */
export function withFigures(page: string, figures: readonly Figure[], order: readonly string[], how: string): string {
  const [before, rest] = page.split(FROM);
  const [old, after] = (rest ?? '').split(TO);
  if (rest === undefined || old === undefined || after === undefined)
    throw new Error('docs/faults.md has no place for figures');
  const rows = new Map<string, string>();
  for (const line of old.split('\n')) {
    const name = /^\| `(\w+)` \|/.exec(line)?.[1];
    if (name !== undefined) rows.set(name, line);
  }
  for (const figure of figures) {
    const [name, ...cells] = cellsOf(figure);
    rows.set(figure.name, `| \`${name}\` | ${cells.join(' | ')} |`);
  }
  const lines = order.flatMap((name) => rows.get(name) ?? []);
  const number = (line: string, column: number): number => Number((line.split('|')[column] ?? '').replace(/\D/g, ''));
  const sum = (column: number): number => lines.reduce((all, line) => all + number(line, column), 0);
  const total = [sum(3), sum(4), sum(5), sum(6)].map((value) => value.toLocaleString('en-US')).join(' | ');
  const text = [
    ...['| Part | Asked | Played | As promised | CPU seconds | Seconds |', '|---|---|---:|---:|---:|---:|'],
    ...lines,
    ...[`| all | | ${total} |`, '', how],
  ];
  return `${before}${FROM}\n\n${text.join('\n')}\n\n${TO}${after}`;
}

/** Writes figures into docs/faults.md, with the machine on which they were reached. */
export function writeFigures(figures: readonly Figure[], order: readonly string[], seed: number): void {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const how = `Played last on ${availableParallelism()} processors (${model}), Node ${process.versions.node}, seed ${seed}.`;
  writeFileSync(PAGE, withFigures(readFileSync(PAGE, 'utf8'), figures, order, how));
}
