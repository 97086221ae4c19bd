import type { Dice } from '../dice.js';

export const PIECES = [
  '"',
  '""',
  ',',
  '\n',
  '\r\n',
  '\r',
  '',
  'é',
  '\u2028',
  '{',
  '}',
  '[',
  ']',
  'null',
  '"__proto__":{"polluted":1},',
  '1e999',
  '\\u0000',
  '../',
  '-0',
];

/** The text with a few pieces cut out, doubled, swapped or put in. */
export function mutatedText(text: string, dice: Dice, pieces: readonly string[] = PIECES): string {
  let result = text;
  for (let n = dice.between(1, 4); n > 0; n -= 1) {
    const at = dice.below(result.length + 1);
    const length = dice.between(0, 12);
    const rest = result.slice(at + (dice.chance(0.5) ? length : 0));
    result = `${result.slice(0, at)}${dice.chance(0.3) ? result.slice(at, at + length) : dice.one(pieces)}${rest}`;
  }
  return result;
}

const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  '',
  'x',
  '../../x',
  '__proto__',
  '\u0000',
  [],
  {},
  [[]],
  { constructor: { prototype: 1 } },
];

type Holder = Record<string, unknown>;

/** JSON that is still JSON, with one to three of its values taken away, replaced, moved, doubled or added. Changes `value`. */
export function mutatedValue(value: unknown, dice: Dice): unknown {
  const root: Holder = { value };
  for (let n = dice.between(1, 3); n > 0; n -= 1) {
    const places: Array<readonly [holder: Holder, key: string]> = [];
    collect(root, places);
    if (places.length === 0) break;
    const [holder, key] = dice.one(places);
    const other = dice.one(places);
    switch (dice.below(6)) {
      case 0:
        remove(holder, key);
        break;
      case 1:
        holder[key] = strange(dice);
        break;
      case 2:
        // What stands elsewhere in the file, as a copy.
        holder[key] = copyOf(other[0][other[1]]);
        break;
      case 3:
        holder[key] = nearby(holder[key], dice);
        break;
      case 4:
        add(holder, key, dice);
        break;
      default:
        swap(holder, key, dice);
    }
  }
  return root['value'];
}

function collect(holder: Holder, places: Array<readonly [Holder, string]>): void {
  for (const key of Object.keys(holder)) {
    places.push([holder, key]);
    const value = holder[key];
    if (typeof value === 'object' && value !== null) collect(value as Holder, places);
  }
}

function copyOf(value: unknown): unknown {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);
}

/** A copy: what is put in may be changed further. */
function strange(dice: Dice): unknown {
  return copyOf(dice.one(STRANGE));
}

function remove(holder: Holder, key: string): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

/** A value of the same kind that is a little different. */
function nearby(value: unknown, dice: Dice): unknown {
  if (typeof value === 'number') return value + dice.one([-1, 1, 0.5, 1e9]);
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return mutatedText(value, dice);
  if (Array.isArray(value)) return [...value, ...value.slice(0, 1)];
  return value === null ? 'null' : null;
}

function add(holder: Holder, key: string, dice: Dice): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 0, copyOf(holder[Number(key)]));
  else holder[`${key}${dice.one(['', 'X', '.', ' '])}`] = strange(dice);
}

/** Two neighbours change places: values in an array, in an object the order of its keys. */
function swap(holder: Holder, key: string, dice: Dice): void {
  const keys = Object.keys(holder);
  const next = dice.one(keys);
  if (Array.isArray(holder)) [holder[key], holder[next]] = [holder[next], holder[key]];
  else {
    const value = holder[key];
    delete holder[key];
    holder[key] = value;
  }
}
