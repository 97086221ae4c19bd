/** The middle of a list, and its ends. */
export function spread(values: readonly number[]): {
  readonly median: number;
  readonly least: number;
  readonly most: number;
} {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (place: number): number => sorted[place] ?? Number.NaN;
  const half = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2;
  return { median, least: at(0), most: at(sorted.length - 1) };
}

/** The middle of what `pick` takes from each; not a number where there is none. */
export function medianOf<T>(runs: readonly T[] | undefined, pick: (one: T) => number): number {
  return spread((runs ?? []).map(pick)).median;
}

/** The power with which `y` grows with `x`: the slope of a straight line through the logarithms. */
export function exponent(points: ReadonlyArray<readonly [x: number, y: number]>): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (pick: 0 | 1): number => logs.reduce((sum, point) => sum + point[pick], 0) / logs.length;
  const [mx, my] = [mean(0), mean(1)];
  const above = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return above / logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

/** A figure that is asked for, and what was measured. */
export interface Goal {
  readonly what: string;
  readonly measured: number;
  readonly least?: number;
  readonly most?: number;
  readonly unit?: string;
}

/** A figure that could not be measured is not met. */
export function isMet({ measured, least = -Infinity, most = Infinity }: Goal): boolean {
  return measured >= least && measured <= most;
}

/** Goals as a table: asked for, measured, met or how far off. */
export function goalTable(goals: readonly Goal[]): string {
  return markdownTable(
    ['Figure', 'Asked for', 'Measured', ''],
    goals.map((goal) => [goal.what, asked(goal), measured(goal), verdict(goal)])
  );
}

function asked({ least, most, unit = '' }: Goal): string {
  if (least !== undefined && most !== undefined) return `${least} to ${most}${unit}`;
  return least === undefined ? `≤ ${most}${unit}` : `≥ ${least}${unit}`;
}

function measured(goal: Goal): string {
  return `${rounded(goal.measured, digitsOf(goal))}${goal.unit ?? ''}`;
}

function verdict(goal: Goal): string {
  if (isMet(goal)) return 'met';
  const gap = gapOf(goal);
  return Number.isFinite(gap) ? `gap of ${rounded(gap, digitsOf(goal))}${goal.unit ?? ''}` : 'not measured';
}

function gapOf({ measured: value, least, most }: Goal): number {
  return most !== undefined && value > most ? value - most : (least ?? Number.NaN) - value;
}

/** More digits than elsewhere where a figure is missed by so little that it would be printed as what was asked for. */
function digitsOf(goal: Goal): number | undefined {
  const missed = (printed: string): boolean => !isMet({ ...goal, measured: Number(printed) });
  if (!Number.isFinite(goal.measured) || isMet(goal) || missed(rounded(goal.measured))) return undefined;
  return [1, 2, 3, 4, 5].find((digits) => missed(rounded(goal.measured, digits))) ?? 6;
}

/** Rows of cells as a Markdown table. */
export function markdownTable(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

export function rounded(value: number, digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2): string {
  return Number.isFinite(value) ? value.toFixed(digits) : 'unknown';
}

/** A median with its ends, where there is more than one run. */
export function withSpread(values: readonly number[]): string {
  const { median, least, most } = spread(values);
  return values.length > 1 ? `${rounded(median)} (${rounded(least)} to ${rounded(most)})` : rounded(median);
}
