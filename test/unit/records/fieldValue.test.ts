import { expect } from 'chai';
import fc from 'fast-check';
import { comparable, toJsonValue } from '../../../src/records/fieldValue.js';
import { id15, instant, recordId, typedText } from '../support/arbitraries.js';

const NUMBERS = ['int', 'double', 'currency', 'percent', 'long'] as const;
const number = (text: unknown): string | null => comparable({ type: 'currency' }, text);

/** digits × 10^exponent, as the org and the clients print it: plain, with zeros around, or with an exponent. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: bigint;
  readonly exponent: number;
}

const decimal: fc.Arbitrary<Decimal> = fc.record({
  negative: fc.boolean(),
  digits: fc.bigInt({ min: 0n, max: 10n ** 18n }),
  exponent: fc.integer({ min: -12, max: 12 }),
});

function plain({ digits, exponent }: Decimal): string {
  if (exponent >= 0) return `${digits}${'0'.repeat(exponent)}`;
  const text = String(digits).padStart(1 - exponent, '0');
  return `${text.slice(0, exponent)}.${text.slice(exponent)}`;
}

/** Other ways to write the same number, chosen by `way`. */
function written(value: Decimal, way: number, zeros: number): string {
  const text = plain(value);
  const sign = value.negative ? '-' : way % 2 === 0 ? '' : '+';
  const padded = text.includes('.') ? `${text}${'0'.repeat(zeros)}` : `${text}.${'0'.repeat(zeros)}`;
  const shifted = `${value.digits}${'0'.repeat(zeros)}${way % 3 === 0 ? 'E' : 'e'}${value.exponent - zeros}`;
  const [first = '', ...rest] = String(value.digits);
  const scientific = `${first}.${rest.join('')}E${way % 2 === 0 ? '+' : ''}${value.exponent + rest.length}`.replace(
    '+-',
    '-'
  );
  return sign + [text, padded, `${'0'.repeat(zeros)}${text}`, shifted, scientific][way % 5];
}

function sameNumber(a: Decimal, b: Decimal): boolean {
  const scaled = (value: Decimal): bigint =>
    (value.negative ? -1n : 1n) * value.digits * 10n ** BigInt(value.exponent + 12);
  return scaled(a) === scaled(b);
}

describe('numbers', () => {
  it('have one comparable form, however they are written', () => {
    fc.assert(
      fc.property(decimal, fc.nat(29), fc.nat(29), fc.integer({ min: 0, max: 4 }), (value, one, other, zeros) => {
        expect(number(written(value, one, zeros))).to.equal(number(written(value, other, 4 - zeros)));
      }),
      { numRuns: 300 }
    );
  });

  it('have the same comparable form only when they are the same number, to the last digit', () => {
    fc.assert(
      fc.property(decimal, decimal, fc.integer({ min: -1, max: 1 }), (a, other, step) => {
        for (const b of [other, { ...a, digits: a.digits + BigInt(step) < 0n ? 0n : a.digits + BigInt(step) }]) {
          expect(
            number(plain(a).replace(/^/, a.negative ? '-' : '')) === number((b.negative ? '-' : '') + plain(b))
          ).to.equal(sameNumber(a, b));
        }
      }),
      { numRuns: 300 }
    );
  });

  const forms: ReadonlyArray<readonly [form: string, ...texts: readonly unknown[]]> = [
    ['12.5', '12.50', '1.25E1', '012.5', '+12.5', 12.5, ' 12.5 '],
    ['0', '0.00', '-0', '-0.0', '0E5', '.0', 0],
    ['1000', '1E3', '1.0E+3', '1000.0', 1000],
    ['-0.001', '-1E-3', '-.001', -0.001],
    ['0.5', '.5', '5e-1'],
    ['123456789012345678.123456789', '123456789012345678.1234567890'],
  ];
  for (const [form, ...texts] of forms) {
    it(`are compared as ${form} when they come as ${texts.map((text) => JSON.stringify(text)).join(', ')}`, () => {
      for (const type of NUMBERS) for (const text of texts) expect(comparable({ type }, text)).to.equal(form);
    });
  }

  it('that cannot be read are compared as they stand', () => {
    for (const text of ['n/a', '.', '-', '1,5', '1E', '1E9999', '0x10']) expect(number(text)).to.equal(text);
  });

  it('in a text field are text', () => expect(comparable({ type: 'string' }, '12.50')).to.equal('12.50'));
});

describe('dates with times', () => {
  it('have one comparable form in every zone and notation', () => {
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: -11, max: 11 }),
        fc.constantFrom('00', '30', '45'),
        (at, hours, minutes) => {
          const shift = (Math.abs(hours) * 60 + Number(minutes)) * 60_000 * (hours < 0 ? -1 : 1);
          const local = new Date(at.getTime() + shift).toISOString().slice(0, -1);
          const zone = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}`;
          const iso = at.toISOString();
          for (const text of [
            iso,
            iso.replace('Z', '+0000'),
            iso.replace('Z', '+00:00'),
            `${local}${zone}${minutes}`,
            `${local}${zone}:${minutes}`,
          ]) {
            expect(comparable({ type: 'datetime' }, text), text).to.equal(iso);
          }
        }
      )
    );
  });

  it('differ when the instants differ', () => {
    expect(comparable({ type: 'datetime' }, '2026-11-21T05:30:12.000+0000')).to.not.equal(
      comparable({ type: 'datetime' }, '2026-11-21T05:30:12.001+0000')
    );
    expect(comparable({ type: 'datetime' }, '2026-11-21T05:30:12.000+0100')).to.not.equal(
      comparable({ type: 'datetime' }, '2026-11-21T05:30:12.000+0000')
    );
  });

  it('that cannot be read are compared as they stand', () =>
    expect(comparable({ type: 'datetime' }, 'soon')).to.equal('soon'));

  it('are not made of days and times of day', () => {
    expect(comparable({ type: 'date' }, '2026-11-21')).to.equal('2026-11-21');
    expect(comparable({ type: 'time' }, '10:30:00.000Z')).to.equal(comparable({ type: 'time' }, '10:30:00.000'));
  });
});

describe('other values', () => {
  it('are null when they are empty, in whatever way', () => {
    for (const type of ['string', 'currency', 'boolean', 'datetime', 'reference']) {
      for (const raw of [null, undefined, '']) expect(comparable({ type }, raw)).to.equal(null);
    }
    expect(comparable({ type: 'string' }, ' ')).to.equal(' ');
    expect(comparable({ type: 'boolean' }, false)).to.equal('false');
    expect(comparable({ type: 'currency' }, 0)).to.equal('0');
  });

  it('that are checkboxes are true or false, from JSON and from CSV', () => {
    expect(comparable({ type: 'boolean' }, true)).to.equal(comparable({ type: 'boolean' }, 'TRUE'));
    expect(comparable({ type: 'boolean' }, 'false')).to.equal('false');
  });

  it('that are ids are compared in their long form', () => {
    fc.assert(
      fc.property(id15, recordId, (short, long) => {
        expect(comparable({ type: 'reference' }, short)).to.have.lengthOf(18);
        expect(comparable({ type: 'reference' }, long)).to.equal(long);
        expect(comparable({ type: 'id' }, long.slice(0, 15))).to.equal(long);
        expect(comparable({ type: 'string' }, short)).to.equal(short);
      })
    );
    expect(comparable({ type: 'reference' }, 'me')).to.equal('me');
  });

  it('that are text stay what they are', () => {
    fc.assert(
      fc.property(
        typedText.filter((text) => text !== ''),
        (text) => void expect(comparable({ type: 'textarea' }, text)).to.equal(text)
      )
    );
  });

  it('are the same after a second time: the comparable form of a comparable form is itself', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('string', 'double', 'boolean', 'datetime', 'date', 'time', 'reference', 'picklist'),
        typedText,
        (type, text) => {
          const once = comparable({ type }, text);
          expect(comparable({ type }, once)).to.equal(once);
        }
      )
    );
  });

  it('with parts are compared by their JSON', () =>
    expect(comparable({ type: 'address' }, { city: 'Ulm' })).to.equal('{"city":"Ulm"}'));
});

describe('a value on its way back to the org', () => {
  it('is JSON that compares equal to what it was', () => {
    fc.assert(
      fc.property(decimal, fc.constantFrom(...NUMBERS), (value, type) => {
        const text = number((value.negative ? '-' : '') + plain(value));
        expect(comparable({ type }, toJsonValue({ type }, text))).to.equal(text);
      })
    );
    for (const [type, value] of [
      ['boolean', 'true'],
      ['boolean', 'false'],
      ['string', 'x'],
      ['string', '12.50'],
      ['datetime', '2026-11-21T05:30:12.000Z'],
      ['string', null],
    ] as const) {
      expect(comparable({ type }, toJsonValue({ type }, value))).to.equal(value);
    }
  });

  it('is a number where a double holds it, else text that loses no digit', () => {
    expect(toJsonValue({ type: 'currency' }, '12.5')).to.equal(12.5);
    expect(toJsonValue({ type: 'currency' }, '123456789012345678')).to.equal('123456789012345678');
    expect(toJsonValue({ type: 'string' }, '12.5')).to.equal('12.5');
    expect(toJsonValue({ type: 'boolean' }, 'false')).to.equal(false);
    expect(toJsonValue({ type: 'currency' }, null)).to.equal(null);
  });
});
