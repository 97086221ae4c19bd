import { parseRecordId } from './ids.js';

/**
 * How a person names things: `flow:Name`, `metadata:Type[:Name]`, `permission:Parent[:Target]`, `record:SObject[:Id]`,
 * each part with `*` as wildcard. A target of permissions is an object, a field, or `Kind:Name`, as in `ApexClass:Pricing`. Targets of steps and conflicts are selectors too, so that what is printed can be typed.
 */
export type SelectorLane = 'flow' | 'metadata' | 'permission' | 'record';

export interface Selector {
  readonly lane: SelectorLane;
  readonly parts: readonly string[];
}

const LANE_NAMES: readonly SelectorLane[] = ['flow', 'metadata', 'permission', 'record'];

/** The selector in `text`, or undefined when its lane is unknown or it names nothing. */
export function parseSelector(text: string): Selector | undefined {
  const [lane, ...parts] = text.split(':');
  const known = LANE_NAMES.find((name) => name === lane);
  if (!known || parts.length === 0 || parts.some((part) => part === '')) return undefined;
  // Component names may contain a colon only in their last part.
  return {
    lane: known,
    parts:
      known === 'flow'
        ? [parts.join(':')]
        : [parts[0] as string, ...(parts.length > 1 ? [parts.slice(1).join(':')] : [])],
  };
}

/** What a bare `Type:Name` may mean, in this order; nothing when it begins with a lane, or nearly does (`Flow:X`). */
function bareSelectors(text: string): Selector[] {
  if (/^(flow|metadata|permission|record)s?(:|$)/i.test(text)) return [];
  return LANE_NAMES.slice(1)
    .map((lane) => parseSelector(`${lane}:${text}`))
    .filter((selector) => selector !== undefined);
}

function selectorsOf(text: string): Selector[] {
  const selector = parseSelector(text);
  return selector ? [selector] : bareSelectors(text);
}

/** Whether `text` can select anything at all, in its full or its bare form. */
export function isSelector(text: string): boolean {
  return selectorsOf(text).length > 0;
}

export function flowTarget(name: string): string {
  return `flow:${name}`;
}
export function componentTarget(type: string, fullName: string): string {
  return `metadata:${type}:${fullName}`;
}
export function recordTarget(object: string, id?: string): string {
  return id ? `record:${object}:${id}` : `record:${object}`;
}

function partMatches(pattern: string, part: string): boolean {
  const expression = pattern
    .split('*')
    .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${expression}$`, 'i').test(part);
}

/** An Id means its row in both its forms; the one of 15 characters tells capitals from small letters. */
function idMatches(typed: string, id: string): boolean {
  if (typed.length === 15) return parseRecordId(typed) === parseRecordId(id);
  return (parseRecordId(id) ?? id).toLowerCase() === typed.toLowerCase();
}

/** Parents of permissions may be typed without what they are, and what they give access to without its kind. */
function shorterName(part: string, at: number): string {
  return at === 0 ? part.replace(/ \((profile|group)\)$/, '') : part.replace(/^[A-Za-z]+:/, '');
}

function covers(wanted: Selector, item: Selector): boolean {
  if (wanted.lane !== item.lane) return false;
  return wanted.parts.every((pattern, at) => {
    const part = item.parts[at];
    if (part === undefined) return false;
    const isId = item.lane === 'record' && at === 1 && parseRecordId(pattern) !== undefined;
    if (isId) return idMatches(pattern, part);
    return partMatches(pattern, part) || (item.lane === 'permission' && partMatches(pattern, shorterName(part, at)));
  });
}

/**
 * Whether the item `target` falls under `selector`. `record:Product2` covers every row of Product2.
 * A bare `Type:Name` is tried as `metadata`, `permission` and `record`.
 */
export function selects(selector: string, target: string): boolean {
  const item = parseSelector(target);
  return item !== undefined && selectorsOf(selector).some((wanted) => covers(wanted, item));
}

/** Whether `selector` means exactly the item `target`, by its own name or Id: not by wildcard, not as part of a whole. */
export function names(selector: string, target: string): boolean {
  const item = parseSelector(target);
  return (
    item !== undefined &&
    !selector.includes('*') &&
    selectorsOf(selector).some((wanted) => wanted.parts.length === item.parts.length && covers(wanted, item))
  );
}
