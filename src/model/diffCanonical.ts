import type { Canonical } from './canonicalXml.js';

/** One place in which two texts of the same thing differ. `null`: it is not there on that side. */
export interface PropertyChange {
  /** Element names from the outside in; of several siblings the one meant stands in brackets: `rules[Is_Gold].label`. */
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface TreeDiffRules {
  /** Elements that say nothing about the meaning, and are passed over. */
  readonly ignore?: (element: string) => boolean;
  /** The text of an element that is read as one value; undefined: it is looked into. */
  readonly asValue?: (element: Canonical) => string | undefined;
}

/** What tells siblings apart, the first that all of them have and that is different for each. */
const KEYS = [
  'fullName',
  'name',
  'field',
  'assignToReference',
  'object',
  'apexClass',
  'apexPage',
  'tab',
  'application',
  'recordType',
  'flow',
  'layout',
] as const;

function childrenOf(element: Canonical): readonly Canonical[] {
  return typeof element[2] === 'string' ? [] : element[2];
}

function textOf(element: Canonical): string | undefined {
  return typeof element[2] === 'string' ? element[2] : undefined;
}

/** The text of the child of that name; undefined when there is none, or it holds more than text. */
export function childText(element: Canonical, name: string): string | undefined {
  const child = childrenOf(element).find((candidate) => candidate[0] === name);
  return child ? textOf(child) : undefined;
}

/** An element in one line: text as it is, elements as `name: text, name: text`. */
export function inOneLine(element: Canonical, rules: TreeDiffRules = {}): string {
  const value = rules.asValue?.(element) ?? textOf(element);
  if (value !== undefined) return value;
  return childrenOf(element)
    .filter((child) => !rules.ignore?.(child[0]))
    .map((child) => {
      const text = inOneLine(child, rules);
      return childrenOf(child).length > 0 && rules.asValue?.(child) === undefined
        ? `${child[0]} (${text})`
        : `${child[0]}: ${text}`;
    })
    .join(', ');
}

/** Every place in which two elements of one name differ, in order. Empty exactly when they say the same by the rules. */
export function diffCanonical(
  before: Canonical,
  after: Canonical,
  rules: TreeDiffRules = {},
  path = ''
): PropertyChange[] {
  const [left, right] = [rules.asValue?.(before) ?? textOf(before), rules.asValue?.(after) ?? textOf(after)];
  const attributes =
    attributesOf(before) === attributesOf(after)
      ? []
      : [{ path: `${path}@`, before: attributesOf(before), after: attributesOf(after) }];
  if (left !== undefined || right !== undefined) {
    const [was, is] = [left ?? inOneLine(before, rules), right ?? inOneLine(after, rules)];
    return was === is ? attributes : [...attributes, { path, before: was, after: is }];
  }
  const names = [...new Set([...childrenOf(before), ...childrenOf(after)].map(([name]) => name))].sort();
  return [
    ...attributes,
    ...names
      .filter((name) => !rules.ignore?.(name))
      .flatMap((name) =>
        diffSiblings(
          childrenOf(before).filter((child) => child[0] === name),
          childrenOf(after).filter((child) => child[0] === name),
          rules,
          path === '' ? name : `${path}.${name}`
        )
      ),
  ];
}

function attributesOf(element: Canonical): string {
  const names = Object.keys(element[1]).sort();
  return names.map((name) => `${name}="${element[1][name]}"`).join(' ');
}

/** Elements of one name under one parent, on either side. */
export function diffSiblings(
  before: readonly Canonical[],
  after: readonly Canonical[],
  rules: TreeDiffRules,
  path: string
): PropertyChange[] {
  const key = KEYS.find((name) => tellsApart(before, name) && tellsApart(after, name));
  if (key) return diffKeyed(before, after, key, rules, path);
  // Most elements stand alone, and need no number.
  if (before.length <= 1 && after.length <= 1) return diffPair(before[0], after[0], rules, path);
  return diffOrdered(before, after, rules, path);
}

function tellsApart(siblings: readonly Canonical[], key: string): boolean {
  const texts = siblings.map((sibling) => childText(sibling, key));
  return texts.every((text) => text !== undefined) && new Set(texts).size === texts.length;
}

function diffKeyed(
  before: readonly Canonical[],
  after: readonly Canonical[],
  key: string,
  rules: TreeDiffRules,
  path: string
): PropertyChange[] {
  const keyed = (siblings: readonly Canonical[]): Map<string, Canonical> =>
    new Map(siblings.map((sibling) => [childText(sibling, key) as string, sibling]));
  const [left, right] = [keyed(before), keyed(after)];
  const [was, is] = [
    [...left.keys()].filter((name) => right.has(name)),
    [...right.keys()].filter((name) => left.has(name)),
  ];
  const changes: PropertyChange[] = [];
  // The order of rules and fields has a meaning of its own.
  if (was.join('\n') !== is.join('\n'))
    changes.push({ path: `order of ${path}`, before: was.join(', '), after: is.join(', ') });
  for (const name of new Set([...left.keys(), ...right.keys()]))
    changes.push(...diffPair(left.get(name), right.get(name), rules, `${path}[${name}]`));
  return changes;
}

function diffPair(
  before: Canonical | undefined,
  after: Canonical | undefined,
  rules: TreeDiffRules,
  path: string
): PropertyChange[] {
  if (before && after) return diffCanonical(before, after, rules, path);
  return [{ path, before: before ? inOneLine(before, rules) : null, after: after ? inOneLine(after, rules) : null }];
}

/** Siblings that only their place tells apart: what is the same on both sides is taken out, the rest is paired in order. */
function diffOrdered(
  before: readonly Canonical[],
  after: readonly Canonical[],
  rules: TreeDiffRules,
  path: string
): PropertyChange[] {
  const [left, right] = [before, after].map((side) => side.map((element) => JSON.stringify(element))) as [
    string[],
    string[],
  ];
  const changes: PropertyChange[] = [];
  let [i, j] = [0, 0];
  const flush = (toLeft: number, toRight: number): void => {
    for (let n = 0; i + n < toLeft || j + n < toRight; n += 1) {
      const [was, is] = [i + n < toLeft ? before[i + n] : undefined, j + n < toRight ? after[j + n] : undefined];
      changes.push(...diffPair(was, is, rules, `${path}[${(was ? i : j) + n + 1}]`));
    }
  };
  for (const [commonLeft, commonRight] of commonParts(left, right)) {
    flush(commonLeft, commonRight);
    [i, j] = [commonLeft + 1, commonRight + 1];
  }
  flush(left.length, right.length);
  return changes;
}

/** Texts that stand on both sides in the same order, as many as possible: pairs of places, ascending. */
export function commonParts(left: readonly string[], right: readonly string[]): Array<readonly [number, number]> {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let end = 0;
  while (
    end < left.length - start &&
    end < right.length - start &&
    left[left.length - 1 - end] === right[right.length - 1 - end]
  )
    end += 1;
  const [a, b] = [left.slice(start, left.length - end), right.slice(start, right.length - end)];
  return [
    ...Array.from({ length: start }, (_, n) => [n, n] as const),
    ...middle(a, b).map(([i, j]) => [i + start, j + start] as const),
    ...Array.from({ length: end }, (_, n) => [left.length - end + n, right.length - end + n] as const),
  ];
}

/** Cells of the table of the longest common subsequence; above, only texts that stand once on each side are paired. */
const MOST_CELLS = 4_000_000;

function middle(a: readonly string[], b: readonly string[]): Array<readonly [number, number]> {
  if (a.length === 0 || b.length === 0) return [];
  if (a.length * b.length > MOST_CELLS) return rarePairs(a, b);
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => table[i * width + j] as number;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      table[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const pairs: Array<readonly [number, number]> = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      pairs.push([i, j]);
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}

/** A cheaper answer for very long texts: fewer pairs, never wrong ones. */
function rarePairs(a: readonly string[], b: readonly string[]): Array<readonly [number, number]> {
  const once = (side: readonly string[]): Map<string, number> => {
    const seen = new Map<string, number>();
    side.forEach((text, n) => seen.set(text, seen.has(text) ? -1 : n));
    return seen;
  };
  const places = once(b);
  const pairs: Array<readonly [number, number]> = [];
  let last = -1;
  for (const [text, i] of once(a)) {
    const j = places.get(text) ?? -1;
    if (i < 0 || j <= last) continue;
    pairs.push([i, j]);
    last = j;
  }
  return pairs;
}
