import fc from 'fast-check';
import { parseRecordId, type RecordId } from '../../../src/model/ids.js';

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const id15 = fc.string({ unit: fc.constantFrom(...ALPHANUMERIC), minLength: 15, maxLength: 15 });

export const recordId: fc.Arbitrary<RecordId> = id15.map((text) => parseRecordId(text) as RecordId);

export const apiName = fc.stringMatching(/^[A-Z][A-Za-z0-9_]{0,12}$/);

/** Names as components have them: blanks, brackets, dots, dashes, percent signs; a colon only between other characters. */
export const componentName = fc
  .array(fc.string({ unit: fc.constantFrom(...'ABz09_.-()[]+$^?|%& \\/'), minLength: 1, maxLength: 8 }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((pieces) => pieces.join(':'));

/** Text as people type it into fields: quotes, commas, line breaks of both kinds, letters beyond ASCII. */
export const typedText = fc.string({
  unit: fc.constantFrom(...'ab1 ,;"\'\t\n\r<>&=#/\\', 'é', '漢', '🙂', '\r\n', '""'),
  maxLength: 24,
});

export const instant = fc
  .integer({ min: Date.parse('1970-01-01T00:00:00Z'), max: Date.parse('2099-12-31T23:59:59Z') })
  .map((millis) => new Date(millis));

/** The same elements in some other order. */
export function shuffled<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
}
