import type { Schema } from '../contracts.js';

/** A prefix for the records of a new object that no object of this org has. */
export function freeKeyPrefix(schema: Schema): string {
  const taken = new Set(schema.names().map((name) => schema.get(name)?.keyPrefix));
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  for (const first of digits.slice(10)) {
    for (const second of digits) if (!taken.has(`a${first}${second}`)) return `a${first}${second}`;
  }
  throw new Error('no key prefix left');
}
