import { recordTarget } from '../../../model/selector.js';
import type { Sheet } from '../../records/recordSheet.js';
import type { RowEdge, Strength } from './rowRule.js';
import type { RowWork } from './rowWorks.js';

/** Works of one sheet and object that can be done together, with the steps (by their place) that must be done before. */
export interface RowStep {
  readonly object: string;
  readonly sheet: Sheet;
  readonly works: readonly RowWork[];
  readonly waitsFor: readonly number[];
  /** Steps that come before where it can be, on whose success nothing depends. */
  readonly comesAfter: readonly number[];
  /** Orders that could not be kept: the org may refuse these rows. In words. */
  readonly givenUp: readonly string[];
}

/** Where nothing decides which sheet to divide, this does. */
const SHEETS: readonly Sheet[] = [
  'release',
  'park',
  'neutral',
  'undelete',
  'insert',
  'parkBack',
  'neutralBack',
  'update',
  'delete',
  'sweep',
  'deactivate',
  'finish',
  'recheck',
];

const STRENGTHS: readonly Strength[] = ['wish', 'along', 'must'];

interface Point {
  readonly key: string;
  /** Undefined for a gate. */
  readonly work: RowWork | undefined;
  readonly group: string;
  /** Absent where nothing is, as for most rows of a large change. */
  before?: Map<string, Strength>;
  after?: Set<string>;
  /** Points before it that are not done, by strength. */
  open: Readonly<Record<Strength, number>>;
}

const NOTHING_OPEN: Readonly<Record<Strength, number>> = { wish: 0, along: 0, must: 0 };

/**
 * Rows in as few steps as their order allows: all rows of a sheet and object in one step, unless some of them must wait for
 * others that wait for the first. Wishes are given up before a step is divided, `along` only in a circle, `must` only in a
 * circle of nothing else: in the worst hour a plan with a row that may be refused is worth more than none.
 */
export function groupRows(works: readonly RowWork[], edges: readonly RowEdge[]): RowStep[] {
  return new Grouping(works, edges).steps();
}

class Grouping {
  private readonly points = new Map<string, Point>();
  /** Works that are not done, by group. */
  private readonly groups = new Map<string, Set<Point>>();
  private readonly placeOf = new Map<string, number>();
  private readonly made: Array<{ readonly works: readonly RowWork[]; readonly first: RowWork }> = [];
  private readonly broken: RowEdge[] = [];

  public constructor(works: readonly RowWork[], edges: readonly RowEdge[]) {
    const ordered = [...works].sort(
      (a, b) =>
        SHEETS.indexOf(a.sheet) - SHEETS.indexOf(b.sheet) ||
        compare(a.object, b.object) ||
        compare(a.item.id, b.item.id)
    );
    for (const work of ordered) {
      const point = this.point(work.key, work);
      const group = this.groups.get(point.group);
      if (group) group.add(point);
      else this.groups.set(point.group, new Set([point]));
    }
    for (const edge of edges) this.connect(edge);
    for (const point of this.points.values())
      for (const strength of point.before?.values() ?? []) count(point, strength, 1);
    this.passGates();
  }

  public steps(): RowStep[] {
    while (this.groups.size > 0) {
      const next =
        this.wholeGroups('wish') ??
        this.wholeGroups('along')?.slice(0, 1) ??
        this.readyPart('wish') ??
        this.readyPart('along') ??
        this.readyPart('must')?.map((points) => points.slice(0, 1));
      if (!next) this.breakCircle();
      for (const points of next ?? []) this.finish(points);
    }
    return this.made.map(({ works, first }, place) => ({
      object: first.object,
      sheet: first.sheet,
      works,
      ...this.before(works, place),
      givenUp: this.broken
        .filter((edge) => works.some(({ key }) => key === edge.after))
        .flatMap((edge) => this.points.get(edge.before)?.work ?? [])
        .map(({ object, item }) => recordTarget(object, item.id)),
    }));
  }

  private point(key: string, work?: RowWork): Point {
    const known = this.points.get(key);
    if (known) return known;
    const point: Point = {
      key,
      work,
      group: work ? `${work.sheet}:${work.object}` : '',
      open: NOTHING_OPEN,
    };
    this.points.set(key, point);
    return point;
  }

  private connect({ before, after, strength }: RowEdge): void {
    if (before === after) return;
    const [from, to] = [this.point(before), this.point(after)];
    // Rows of one step are written together: what is only a wish is not worth a second step.
    if (strength === 'wish' && from.group === to.group) return;
    to.before ??= new Map();
    const known = to.before.get(before);
    if (known === undefined || STRENGTHS.indexOf(known) < STRENGTHS.indexOf(strength)) to.before.set(before, strength);
    from.after ??= new Set();
    from.after.add(after);
  }

  private static ready(point: Point, weakest: Strength): boolean {
    if (point.open === NOTHING_OPEN) return true;
    return STRENGTHS.slice(STRENGTHS.indexOf(weakest)).every((strength) => point.open[strength] === 0);
  }

  /** Groups all of whose works are ready when orders weaker than `weakest` do not count. */
  private wholeGroups(weakest: Strength): Point[][] | undefined {
    const whole = [...this.groups.values()].filter((points) =>
      [...points].every((point) => Grouping.ready(point, weakest))
    );
    return whole.length > 0 ? whole.map((points) => [...points]) : undefined;
  }

  /** What is ready of the first group of which something is. */
  private readyPart(weakest: Strength): Point[][] | undefined {
    for (const points of this.groups.values()) {
      const ready = [...points].filter((point) => Grouping.ready(point, weakest));
      if (ready.length > 0) return [ready];
    }
    return undefined;
  }

  private finish(points: readonly Point[]): void {
    const works = points.flatMap(({ work }) => work ?? []);
    const [first] = works;
    if (!first) return;
    const place = this.made.length;
    this.made.push({ works: [...works].sort((a, b) => compare(a.item.id, b.item.id)), first });
    for (const point of points) {
      this.placeOf.set(point.key, place);
      const group = this.groups.get(point.group);
      group?.delete(point);
      if (group?.size === 0) this.groups.delete(point.group);
      this.release(point);
    }
    this.passGates();
  }

  private release(point: Point): void {
    for (const key of point.after ?? []) {
      const later = this.point(key);
      const strength = later.before?.get(point.key);
      if (strength) count(later, strength, -1);
    }
  }

  private passGates(): void {
    for (const gate of this.points.values()) {
      if (gate.work || this.placeOf.has(gate.key) || !Grouping.ready(gate, 'wish')) continue;
      this.placeOf.set(gate.key, -1);
      this.release(gate);
    }
  }

  /** Steps before this place that hold works before these. */
  private before(works: readonly RowWork[], place: number): Pick<RowStep, 'waitsFor' | 'comesAfter'> {
    const waitsFor = new Set<number>();
    const comesAfter = new Set<number>();
    const add = (key: string): void => {
      for (const [before, strength] of this.point(key).before ?? []) {
        const other = this.placeOf.get(before) ?? place;
        if (!this.points.get(before)?.work) add(before);
        else if (other < place) (strength === 'wish' ? comesAfter : waitsFor).add(other);
      }
    };
    for (const { key } of works) add(key);
    const sorted = (places: ReadonlySet<number>): number[] => [...places].sort((a, b) => a - b);
    return { waitsFor: sorted(waitsFor), comesAfter: sorted(comesAfter).filter((other) => !waitsFor.has(other)) };
  }

  /** Gives up one order on a circle of orders that must be kept. */
  private breakCircle(): void {
    const [start] = [...this.groups.values()].flatMap((points) => [...points]);
    const path: string[] = [];
    for (let key = start?.key; key !== undefined;) {
      const point = this.point(key);
      path.push(key);
      const open = [...(point.before ?? [])].filter(
        ([before, strength]) => strength === 'must' && !this.placeOf.has(before)
      );
      const seen = open.find(([before]) => path.includes(before));
      const edge = seen ?? open.sort(([a], [b]) => compare(a, b))[0];
      if (!edge) return;
      if (seen) {
        point.before?.delete(seen[0]);
        count(point, 'must', -1);
        this.broken.push({ before: seen[0], after: key, strength: 'must' });
        this.passGates();
        return;
      }
      [key] = edge;
    }
  }
}

function count(point: Point, strength: Strength, more: 1 | -1): void {
  point.open = { ...point.open, [strength]: point.open[strength] + more };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
