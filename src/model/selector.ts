/**
 * How a person names things: `flow:Name`, `metadata:Type[:Name]`, `permission:Parent[:Target]`, `record:SObject[:Id]`,
 * each part with `*` as wildcard. Targets of steps and conflicts are selectors too, so that what is printed can be typed.
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

/**
 * Whether the item `target` falls under `selector`. `record:Product2` covers every row of Product2.
 * A bare `Type:Name` is tried as `metadata`, then `record`, then `permission`.
 */
export function selects(selector: string, target: string): boolean {
  const wanted = parseSelector(selector);
  const item = parseSelector(target);
  if (!item) return false;
  if (!wanted)
    return (
      !selector.startsWith('flow') &&
      LANE_NAMES.slice(1).some((lane) => item.lane === lane && selects(`${lane}:${selector}`, target))
    );
  if (wanted.lane !== item.lane) return false;
  return wanted.parts.every((pattern, at) => {
    const part = item.parts[at];
    return part !== undefined && partMatches(pattern, part);
  });
}
