import { restDateTime } from '../clock.js';
import type { FieldSchema, FieldValue } from '../contracts.js';
import { hashText } from '../shuffle.js';
import { autoNumber, numberIn } from './autoNumber.js';

/** One column of a generated table: a few distinct values that rows pick from, or a value of each row's own. */
export type GeneratedColumn =
  | {
      readonly kind: 'picked';
      readonly values: readonly FieldValue[];
      /** What makes the picks of this column differ from those of others; undefined: rows take turns, 200 at a time. */
      readonly salt: number | undefined;
    }
  | {
      readonly kind: 'own';
      readonly of: (index: number) => string;
      /** The row that has this value; -1 for none. */
      readonly indexOf: (value: FieldValue) => number;
    };

export interface ColumnSeed {
  readonly seed: string;
  /** Instant of the newest stamp. */
  readonly newest: number;
  readonly userIds: readonly string[];
  /** Ids that lookups may point to, by field. A lookup that is not named stays empty. */
  readonly references: Readonly<Record<string, readonly string[]>>;
  readonly idAt: (index: number) => string;
  readonly indexOfId: (id: string) => number;
}

const day = 86_400_000;
const words =
  'crema arabica roast office machine grinder filter pump boiler group valve tank tray hopper lever steam milk froth brew pour'.split(
    ' '
  );

/** The column for a field, by its type. Throws for a field that must not be empty and for which nothing can be made up. */
export function generatedColumn(field: FieldSchema, seed: ColumnSeed): GeneratedColumn {
  const salt = hashText(`${seed.seed}|${field.name}`);
  const stamps = stampColumn(field, seed);
  if (stamps !== undefined) return stamps;
  if (field.name === 'Id') return { kind: 'own', of: seed.idAt, indexOf: (id) => seed.indexOfId(String(id)) };
  if (field.autoNumber === true) {
    const format = field.displayFormat ?? '{0}';
    return numbered(
      (number) => autoNumber(format, number),
      (text) => numberIn(format, text)
    );
  }
  if (field.nameField === true || field.unique === true || field.externalId === true) {
    const start = `${field.nameField === true ? 'Row' : 'K'}-`;
    return numbered(
      (number) => start + String(number).padStart(8, '0'),
      (text) => (text.toUpperCase().startsWith(start.toUpperCase()) ? Number(text.slice(start.length)) : 0)
    );
  }
  const values = distinctValues(field, seed, salt);
  return { kind: 'picked', values, salt };
}

/** The place, among so many values, of the one that a row has. */
export function pickOf(index: number, salt: number | undefined, count: number): number {
  return (salt === undefined ? Math.floor(index / 200) : mixed(index, salt)) % count;
}

function numbered(of: (number: number) => string, numberOf: (text: string) => number): GeneratedColumn {
  return {
    kind: 'own',
    of: (index) => of(index + 1),
    indexOf: (value) => (Number.isInteger(numberOf(String(value))) ? numberOf(String(value)) - 1 : -1),
  };
}

/** Rows were made one after the other and changed, in runs of 200, up to the newest stamp. */
function stampColumn(field: FieldSchema, seed: ColumnSeed): GeneratedColumn | undefined {
  const runs = 1000;
  const stamp = (start: number, step: number): FieldValue[] =>
    Array.from({ length: runs }, (_none, run) => restDateTime(start + run * step));
  switch (field.name) {
    case 'CreatedDate':
      return { kind: 'picked', values: stamp(seed.newest - 800 * day, 3_600_000), salt: undefined };
    case 'LastModifiedDate':
    case 'SystemModstamp':
      return { kind: 'picked', values: stamp(seed.newest - (runs - 1) * 60_000, 60_000), salt: undefined };
    default:
      return undefined;
  }
}

function distinctValues(field: FieldSchema, seed: ColumnSeed, salt: number): FieldValue[] {
  if (['OwnerId', 'CreatedById', 'LastModifiedById'].includes(field.name)) return [...seed.userIds];
  const several = (count: number, make: (number: number) => FieldValue): FieldValue[] => {
    const values = Array.from({ length: count }, (_none, number) => make(mixed(number, salt)));
    // Some rows have no value, where that is allowed.
    return field.nillable === true ? [...values, ...Array.from({ length: Math.ceil(count / 8) }, () => null)] : values;
  };
  const phrase = (number: number, length: number): string =>
    Array.from({ length }, (_none, place) => words[mixed(number, place) % words.length]).join(' ');
  const cut = (text: string): string => text.slice(0, field.length ?? 255);
  switch (field.type) {
    case 'boolean':
      return field.name === 'IsDeleted' ? [false] : [false, true, false];
    case 'int':
      return several(500, (number) => number % 10_000);
    case 'double':
    case 'currency':
    case 'percent':
      return several(500, (number) => (number % 100_000) / 10 ** (field.scale ?? 2));
    case 'date':
      return several(700, (number) => new Date(seed.newest - (number % 900) * day).toISOString().slice(0, 10));
    case 'datetime':
      return several(700, (number) => restDateTime(seed.newest - (number % 900) * day));
    case 'picklist':
    case 'multipicklist':
      return several(8, (number) => choice(field, number));
    case 'reference': {
      const ids = seed.references[field.name] ?? [];
      if (ids.length === 0 && field.nillable !== true) throw new Error(`${field.name} needs ids to point to`);
      return ids.length === 0 ? [null] : [...ids];
    }
    case 'email':
      return several(300, (number) => `${words[number % words.length]}.${number % 997}@office.example`);
    case 'phone':
      return several(300, (number) => `+49 30 ${String(number % 1_000_000).padStart(6, '0')}`);
    case 'url':
      return several(100, (number) => cut(`https://office.example/${words[number % words.length]}/${number % 997}`));
    case 'textarea':
      return several(200, (number) =>
        cut(`${phrase(number, 6)}\n"${phrase(number + 1, 5)}", ${phrase(number + 2, 4)}`)
      );
    case 'address':
    case 'location':
    case 'base64':
      return [null];
    default:
      return several(500, (number) => cut(phrase(number, 3)));
  }
}

function choice(field: FieldSchema, number: number): FieldValue {
  const choices = field.picklistValues ?? [];
  if (choices.length === 0) return words[number % words.length] ?? null;
  return choices[number % choices.length]?.value ?? null;
}

/** A number that looks like chance but is the same every time. */
function mixed(index: number, salt: number): number {
  let state = Math.imul(index ^ salt, 0x9e3779b1);
  state = Math.imul(state ^ (state >>> 15), 0x85ebca6b);
  return (state ^ (state >>> 13)) >>> 0;
}
