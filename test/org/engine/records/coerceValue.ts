import { OrgError, type FieldSchema, type FieldValue } from '../contracts.js';
import { instantOf, restDateTime } from '../clock.js';
import { to18 } from '../ids.js';

/**
 * The value as the org keeps it: empty text is null, numbers are cut to the field's scale, ids have 18 characters,
 * date-times whole seconds. Throws the org's refusal for what does not fit the field.
 */
export function coerceValue(field: FieldSchema, given: unknown): FieldValue {
  if (given === undefined || given === null) return emptied(field);
  if (typeof given === 'string' && given.trim() === '') return emptied(field);
  switch (field.type) {
    case 'boolean':
      return coerceBoolean(field, given);
    case 'int':
    case 'double':
    case 'currency':
    case 'percent':
      return coerceNumber(field, given);
    case 'date':
      return coerceDate(field, given);
    case 'datetime':
      return coerceDateTime(field, given);
    case 'id':
    case 'reference':
      return coerceId(field, given);
    case 'multipicklist':
      return coerceMulti(field, asText(field, given));
    default:
      return coerceText(field, asText(field, given));
  }
}

function emptied(field: FieldSchema): FieldValue {
  if (field.type === 'boolean') throw wrongType(field, '');
  return null;
}

function label(field: FieldSchema): string {
  return field.label ?? field.name;
}

function wrongType(field: FieldSchema, given: unknown): OrgError {
  return new OrgError(
    'INVALID_TYPE_ON_FIELD_IN_RECORD',
    `${label(field)}: value not of required type: ${String(given)}`,
    [field.name]
  );
}

function asText(field: FieldSchema, given: unknown): string {
  if (typeof given === 'string') return given;
  if (typeof given === 'number' || typeof given === 'boolean') return String(given);
  throw new OrgError(
    'JSON_PARSER_ERROR',
    `Cannot deserialize instance of ${field.type} from START_OBJECT value { or request may be missing a required field`,
    [field.name]
  );
}

function coerceBoolean(field: FieldSchema, given: unknown): boolean {
  if (typeof given === 'boolean') return given;
  const text = String(given).toLowerCase();
  if (['true', '1', 'yes', 'y'].includes(text)) return true;
  if (['false', '0', 'no', 'n'].includes(text)) return false;
  throw wrongType(field, given);
}

function coerceNumber(field: FieldSchema, given: unknown): number {
  const value =
    typeof given === 'number'
      ? given
      : typeof given === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(given.trim())
        ? Number(given)
        : Number.NaN;
  if (!Number.isFinite(value)) throw wrongType(field, given);
  const scale = field.type === 'int' ? 0 : (field.scale ?? 2);
  const rounded = Number(`${Math.sign(value) * Math.round(Number(`${Math.abs(value)}e${scale}`))}e-${scale}`);
  const result = Number.isNaN(rounded) ? value : rounded;
  const wholeDigits = (field.precision ?? 18) - scale;
  if (Math.abs(result) >= 10 ** wholeDigits) {
    throw new OrgError(
      'NUMBER_OUTSIDE_VALID_RANGE',
      `${label(field)}: value outside of valid range on numeric field: ${String(value)}`,
      [field.name]
    );
  }
  return Object.is(result, -0) ? 0 : result;
}

function coerceDate(field: FieldSchema, given: unknown): string {
  const text = String(given);
  const day = /^(\d{4}-\d{2}-\d{2})(?:T.*)?$/.exec(text)?.[1];
  if (day === undefined || Number.isNaN(Date.parse(`${day}T00:00:00Z`))) throw wrongType(field, given);
  return day;
}

function coerceDateTime(field: FieldSchema, given: unknown): string {
  const text = String(given);
  const instant = /^\d{4}-\d{2}-\d{2}/.test(text) ? instantOf(text) : Number.NaN;
  if (Number.isNaN(instant)) throw wrongType(field, given);
  return restDateTime(instant);
}

function coerceId(field: FieldSchema, given: unknown): string {
  const id = to18(String(given));
  if (id === undefined)
    throw new OrgError('MALFORMED_ID', `${label(field)}: id value of incorrect type: ${String(given)}`, [field.name]);
  return id;
}

function coerceText(field: FieldSchema, text: string): string {
  if (field.type === 'picklist' && field.restrictedPicklist === true) requireChoice(field, text);
  if (field.type === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) {
    throw new OrgError('INVALID_EMAIL_ADDRESS', `${label(field)}: invalid email address: ${text}`, [field.name]);
  }
  if (field.length !== undefined && field.length > 0 && text.length > field.length) {
    throw new OrgError(
      'STRING_TOO_LONG',
      `${label(field)}: data value too large: ${text.slice(0, 255)} (max length=${field.length})`,
      [field.name]
    );
  }
  return text;
}

/** The org keeps the chosen values in the order of their definition, whatever order they were sent in. */
function coerceMulti(field: FieldSchema, text: string): string {
  const order = (field.picklistValues ?? []).map((choice) => choice.value);
  const values = [
    ...new Set(
      text
        .split(';')
        .map((value) => value.trim())
        .filter((value) => value !== '')
    ),
  ];
  if (field.restrictedPicklist === true) for (const value of values) requireChoice(field, value);
  const place = (value: string): number => (order.includes(value) ? order.indexOf(value) : order.length);
  return values.sort((a, b) => place(a) - place(b)).join(';');
}

function requireChoice(field: FieldSchema, value: string): void {
  const known = field.picklistValues?.some((choice) => choice.active && choice.value === value) ?? false;
  if (!known) {
    throw new OrgError(
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      `${label(field)}: bad value for restricted picklist field: ${value}`,
      [field.name]
    );
  }
}
