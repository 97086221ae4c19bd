import { parseRecordId } from '../model/ids.js';
import type { FieldDescribe } from './objectDescribe.js';

/** One field's value in the form in which values are compared: text, or null for empty. */
export type Value = string | null;

/** A row in comparable form: field API name to value. */
export type ValueRow = Readonly<Record<string, Value>>;

const NUMBER_TYPES = new Set(['int', 'double', 'currency', 'percent', 'long']);

/** `12.50`, `1.25E1` and `12.5` are one number; the org prints any of them. */
function plainNumber(text: string): string {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text.trim());
  if (!match || (match[2] === '' && !match[3])) return text;
  const exponent = Number(match[4] ?? 0);
  if (Math.abs(exponent) > 400) return text;
  let whole = match[2] ?? '';
  let fraction = match[3] ?? '';
  if (exponent > 0) {
    fraction = fraction.padEnd(exponent, '0');
    whole += fraction.slice(0, exponent);
    fraction = fraction.slice(exponent);
  } else if (exponent < 0) {
    whole = whole.padStart(-exponent + 1, '0');
    fraction = whole.slice(exponent) + fraction;
    whole = whole.slice(0, exponent);
  }
  whole = whole.replace(/^0+(?=\d)/, '') || '0';
  fraction = fraction.replace(/0+$/, '');
  const digits = fraction === '' ? whole : `${whole}.${fraction}`;
  return match[1] === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits;
}

/** REST prints `+0000`, Bulk `Z`, some clients an offset: one instant, one text. */
function plainInstant(text: string): string {
  const millis = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(millis) ? text : new Date(millis).toISOString();
}

/**
 * The comparable form of a value as Bulk CSV or REST JSON gives it. Empty text is null, as the platform stores it.
 * Two values of a field are the same exactly when their comparable forms are.
 */
export function comparable(field: Pick<FieldDescribe, 'type'>, raw: unknown): Value {
  if (raw === null || raw === undefined || raw === '') return null;
  const text = typeof raw === 'string' ? raw : typeof raw === 'object' ? JSON.stringify(raw) : String(raw);
  if (NUMBER_TYPES.has(field.type)) return plainNumber(text);
  if (field.type === 'boolean') return text.toLowerCase();
  if (field.type === 'datetime') return plainInstant(text);
  if (field.type === 'time') return text.replace(/Z$/, '');
  if (field.type === 'id' || field.type === 'reference') return parseRecordId(text) ?? text;
  return text;
}

/** The JSON value that REST expects for a comparable value. */
export function toJsonValue(field: Pick<FieldDescribe, 'type'>, value: Value): string | number | boolean | null {
  if (value === null) return null;
  if (field.type === 'boolean') return value === 'true';
  // Numbers go as text where a double would lose digits; the platform reads both.
  if (NUMBER_TYPES.has(field.type)) return String(Number(value)) === value ? Number(value) : value;
  return value;
}
