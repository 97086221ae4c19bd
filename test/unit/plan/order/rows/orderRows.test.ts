import { expect } from 'chai';
import { groupRows } from '../../../../../src/plan/order/rows/groupRows.js';
import { orderRows } from '../../../../../src/plan/order/rows/orderRows.js';
import { RowWorks } from '../../../../../src/plan/order/rows/rowWorks.js';
import { RecordSheets, type Sheet } from '../../../../../src/plan/records/recordSheet.js';
import type { RecordItem } from '../../../../../src/plan/rollbackPlan.js';
import type { ValueRow } from '../../../../../src/records/fieldValue.js';
import type { Knowledge } from '../../../../../src/records/knowledge.js';
import type { ObjectDescribe } from '../../../../../src/records/objectDescribe.js';
import { PRESET_KNOWLEDGE } from '../../../../../src/records/presets/presets.js';
import { aField, aLookup, anObject } from '../../../support/describes.js';
import { recordFacts, recordIdOf } from '../../../support/worlds.js';

const A = recordIdOf('a01', 1);
const B = recordIdOf('a02', 2);
const C = recordIdOf('a03', 3);
const D = recordIdOf('a04', 4);
const NAMES = new Map([A, B, C, D].map((id, at) => [id as string, 'ABCD'[at] as string]));

type Row = readonly [object: string, sheet: Sheet, id: string, values?: Partial<Omit<RecordItem, 'id'>>];

/** The steps of these rows, in order: `delete A B` with the names of the rows. */
function steps(
  describes: readonly ObjectDescribe[],
  rows: readonly Row[],
  now: Record<string, ValueRow> = {},
  knowledge: Partial<Knowledge> = {}
): string[] {
  return ordered(describes, rows, now, knowledge).map(({ text }) => text);
}

function ordered(
  describes: readonly ObjectDescribe[],
  rows: readonly Row[],
  now: Record<string, ValueRow> = {},
  knowledge: Partial<Knowledge> = {}
): Array<{ text: string; after: string[] }> {
  const sheets = new RecordSheets();
  for (const [object, sheet, id, values] of rows)
    sheets.add(object, sheet, {
      id,
      before: sheet === 'undelete' || sheet === 'insert' ? null : {},
      after: null,
      ...values,
    });
  const facts = recordFacts(describes, { knowledge: { ...PRESET_KNOWLEDGE, ...knowledge } });
  const works = new RowWorks(sheets, facts, new Map(Object.entries(now)));
  const made = groupRows(works.all, orderRows(works, facts));
  const texts = made.map((step) => [step.sheet, ...step.works.map(({ item }) => NAMES.get(item.id))].join(' '));
  return made.map((step, at) => ({
    text: `${texts[at]}${step.givenUp.length > 0 ? ' (may be refused)' : ''}`,
    after: step.waitsFor.map((place) => texts[place] as string),
  }));
}

const object = (name: string, ...fields: Parameters<typeof anObject>[1]): ObjectDescribe => anObject(name, fields);
const MASTER = { cascadeDelete: true, nillable: false } as const;

describe('rows that come back', () => {
  const back = (id: string, after: ValueRow = {}): Row => [NAMES.get(id) as string, 'undelete', id, { after }];

  for (const [how, more] of [
    ['a master', MASTER],
    ['a lookup that must be filled', { nillable: false }],
  ] as const)
    it(`come after ${how}`, () => {
      const describes = [object('A', aLookup('To', 'B', more)), object('B')];
      expect(steps(describes, [back(A, { To: B }), back(B)])).to.deep.equal(['undelete B', 'undelete A']);
    });

  it('come after what they can do without too, but do not depend on it', () => {
    const describes = [object('A', aLookup('To', 'B', { restrictedDelete: true })), object('B')];
    expect(ordered(describes, [back(A, { To: B }), back(B)])).to.deep.equal([
      { text: 'undelete B', after: [] },
      { text: 'undelete A', after: [] },
    ]);
  });

  it('in a circle come back in the order that its two-pass field leaves, and all the same where nobody named one', () => {
    const describes = [object('A', aLookup('To', 'B')), object('B', aLookup('To', 'A'))];
    const rows: Row[] = [
      ['A', 'insert', A, { after: { To: B } }],
      ['B', 'insert', B, { after: { To: A } }],
    ];
    expect(steps(describes, rows, {}, { twoPass: { A: ['To'] } })).to.deep.equal(['insert A', 'insert B']);
    expect(steps(describes, rows, {}, { twoPass: { B: ['To'] } })).to.deep.equal(['insert B', 'insert A']);
    expect(steps(describes, rows)).to.have.lengthOf(2);
  });

  it('wait for the master they had in the bin and for the one of the snapshot', () => {
    const describes = [object('A', aLookup('To', 'B', MASTER)), object('B')];
    const other = recordIdOf('a02', 9);
    NAMES.set(other, 'B9');
    const rows: Row[] = [back(A, { To: B }), back(B), ['B', 'insert', other, { after: {} }]];
    expect(ordered(describes, rows, { [A]: { To: other } }).at(-1)?.after).to.deep.equal(['undelete B', 'insert B9']);
  });

  it('come before the rows that will point to them, in a lookup or in text, and before their own writes', () => {
    const describes = [object('A', aField('Text')), object('B', aField('Name')), object('C', aLookup('To', 'B'))];
    const rows: Row[] = [
      back(B),
      ['A', 'finish', A, { before: { Text: B }, after: { Text: B.slice(0, 15) } }],
      ['B', 'update', B, { before: { Name: 'new' }, after: { Name: 'old' } }],
      ['C', 'update', C, { before: { To: null }, after: { To: B } }],
      ['D', 'update', D, { before: { Name: 'new' }, after: { Name: 'old' } }],
    ];
    const waiting = ordered(describes, rows);
    expect(waiting.filter(({ after }) => after.includes('undelete B')).map(({ text }) => text)).to.have.members([
      'finish A',
      'update B',
      'update C',
    ]);
  });

  it('are looked at for lookups the org filled again after everything is back that may fill them, strays too', () => {
    const describes = [object('A', aLookup('To', 'B')), object('B', aLookup('Up', 'C', MASTER)), object('C')];
    const rows: Row[] = [
      ['A', 'recheck', A, { before: { To: null }, after: { To: null } }],
      ['B', 'sweep', B, { before: { Up: C }, after: null }],
      back(C),
    ];
    expect(ordered(describes, rows).find(({ text }) => text === 'recheck A')?.after).to.deep.equal(['undelete C']);
  });

  it('bring strays along, at any depth, which go again afterwards, children first', () => {
    const describes = [object('A', aLookup('Up', 'B', MASTER)), object('B', aLookup('Up', 'C', MASTER)), object('C')];
    const rows: Row[] = [
      ['A', 'sweep', A, { before: { Up: B }, after: null }],
      ['B', 'sweep', B, { before: { Up: C }, after: null }],
      back(C),
    ];
    expect(steps(describes, rows)).to.deep.equal(['undelete C', 'sweep A', 'sweep B']);
  });
});

describe('rows that go', () => {
  const goes = (id: string, before: ValueRow = {}): Row => [
    NAMES.get(id) as string,
    'delete',
    id,
    { before, after: null },
  ];

  it('go children first, in as few steps as that allows', () => {
    const describes = [object('A'), object('B', aLookup('Up', 'A', MASTER)), object('C', aLookup('To', 'B'))];
    expect(steps(describes, [goes(A), goes(B, { Up: A }), goes(C, { To: B })])).to.deep.equal([
      'delete C',
      'delete B',
      'delete A',
    ]);
  });

  it('are taken apart row by row where rows of two objects hold each other crosswise', () => {
    const second = recordIdOf('a01', 2);
    NAMES.set(second, 'A2');
    const describes = [
      object('A', aLookup('Hold', 'B', { restrictedDelete: true })),
      object('B', aLookup('With', 'A', { cascadeDelete: true })),
    ];
    const rows: Row[] = [goes(A), ['A', 'delete', second, { before: { Hold: B }, after: null }], goes(B, { With: A })];
    expect(steps(describes, rows)).to.deep.equal(['delete A2', 'delete B', 'delete A']);
  });

  it('go master first where the master restricts the delete of its own detail: it takes it along', () => {
    const describes = [
      object('A', aLookup('Ring', 'B', { restrictedDelete: true })),
      object('B', aLookup('With', 'A', { cascadeDelete: true })),
    ];
    expect(steps(describes, [goes(A, { Ring: B }), goes(B, { With: A })])).to.deep.equal(['delete A', 'delete B']);
  });

  it('go after what holds a row that they take along', () => {
    const describes = [
      object('A', aLookup('Ring', 'B', { restrictedDelete: true })),
      object('B', aLookup('With', 'A', { cascadeDelete: true })),
      object('C', aLookup('Hold', 'B', { restrictedDelete: true })),
      object('D', aLookup('Hold', 'B', { restrictedDelete: true })),
    ];
    const rows: Row[] = [
      goes(A, { Ring: B }),
      goes(B, { With: A }),
      goes(C, { Hold: B }),
      ['D', 'release', D, { before: { Hold: B }, after: { Hold: null } }],
    ];
    const made = ordered(describes, rows);
    expect(made.find(({ text }) => text === 'delete A')?.after).to.have.members(['release D', 'delete C']);
  });

  it('only wish for an order where the org would blank a lookup: no step is divided for it', () => {
    const describes = [
      object('A', aLookup('Next', 'B')),
      object('B', aLookup('Next', 'A')),
      object('C', aLookup('Next', 'C')),
    ];
    const other = recordIdOf('a03', 9);
    NAMES.set(other, 'C9');
    expect(steps(describes, [goes(A, { Next: B }), goes(B, { Next: A })])).to.have.lengthOf(2);
    expect(steps(describes, [goes(C, { Next: other }), ['C', 'delete', other, { before: { Next: C } }]])).to.deep.equal(
      ['delete C C9']
    );
  });

  it('that hold each other in a circle get an order all the same, and the step says so', () => {
    const more = { restrictedDelete: true } as const;
    const describes = [object('A', aLookup('Hold', 'B', more)), object('B', aLookup('Hold', 'A', more))];
    expect(steps(describes, [goes(A, { Hold: B }), goes(B, { Hold: A })])).to.deep.equal([
      'delete B (may be refused)',
      'delete A',
    ]);
  });

  it('are let go first by the rows that point to them', () => {
    const describes = [object('A'), object('B', aLookup('To', 'A', { restrictedDelete: true }))];
    const rows: Row[] = [goes(A), ['B', 'update', B, { before: { To: A }, after: { To: null } }]];
    expect(steps(describes, rows)).to.deep.equal(['update B', 'delete A']);
  });
});

describe('unique values', () => {
  const keyed = (...more: Parameters<typeof anObject>[1]): ObjectDescribe =>
    object('K', aField('Key', 'string', { unique: true }), ...more);
  const [X, Y] = [recordIdOf('a05', 1), recordIdOf('a05', 2)];
  NAMES.set(X, 'X').set(Y, 'Y');

  it('are free, whatever their case, before a row takes them, and not waited for by others', () => {
    const getting = (key: string): Row => ['K', 'update', Y, { before: { Key: 'k9' }, after: { Key: key } }];
    const going: Row = ['K', 'delete', X, { before: { Key: 'R-1' } }];
    expect(ordered([keyed()], [going, getting('r-1')]).at(-1)?.after).to.deep.equal(['delete X']);
    expect(ordered([keyed()], [going, getting('r-2')]).map(({ after }) => after)).to.deep.equal([[], []]);
  });

  it('are free before a row comes back with them, and before a master comes back that brings it along', () => {
    const describes = [keyed(aLookup('Up', 'A', MASTER)), object('A')];
    const rows: Row[] = [
      ['A', 'undelete', A, { after: {} }],
      ['K', 'undelete', X, { after: { Up: A, Key: 'K1' } }],
      ['K', 'park', Y, { before: { Key: 'K1' }, after: { Key: null } }],
      ['K', 'update', Y, { before: { Key: 'K1' }, after: { Key: 'K2' } }],
    ];
    expect(ordered(describes, rows).find(({ text }) => text === 'undelete A')?.after).to.deep.equal(['park Y']);
  });

  it('of two rows in the bin with one value: the one that changes it comes back first and gives it up', () => {
    const rows: Row[] = [
      ['K', 'undelete', X, { after: { Key: 'K1' } }],
      ['K', 'undelete', Y, { after: { Key: 'K2' } }],
      ['K', 'parkBack', Y, { before: { Key: 'K1' }, after: { Key: null } }],
      ['K', 'update', Y, { before: { Key: 'K1' }, after: { Key: 'K2' } }],
    ];
    expect(steps([keyed()], rows, { [X]: { Key: 'K1' }, [Y]: { Key: 'K1' } })).to.deep.equal([
      'undelete Y',
      'parkBack Y',
      'undelete X',
      'update Y',
    ]);
  });

  it('both count where an undelete may turn into an insert: the one in the bin, and the last one unless it comes in without', () => {
    const rows = (atFirst?: ValueRow): Row[] => [
      ['K', 'delete', X, { before: { Key: 'K1' } }],
      ['K', 'undelete', Y, { after: { Key: 'K1' }, ...(atFirst ? { atFirst } : {}) }],
      ['K', 'update', Y, { before: { Key: 'K5' }, after: { Key: 'K1' } }],
    ];
    const after = (atFirst?: ValueRow): string[] | undefined =>
      ordered([keyed()], rows(atFirst), { [Y]: { Key: 'K5' } }).find(({ text }) => text === 'undelete Y')?.after;
    expect(after()).to.deep.equal(['delete X']);
    expect(after({ Key: null })).to.deep.equal([]);
  });
});

describe('rules with Custom logic', () => {
  const [rule, condition, other] = [recordIdOf('a06', 1), recordIdOf('a07', 1), recordIdOf('a07', 2)];
  NAMES.set(rule, 'R').set(condition, 'c').set(other, 'd');
  const describes = [
    object('SBQQ__PriceRule__c'),
    object('SBQQ__PriceCondition__c', aLookup('SBQQ__Rule__c', 'SBQQ__PriceRule__c', MASTER)),
  ];
  const of = { SBQQ__Rule__c: rule };

  it('are neutral while their conditions change, and get their expression when all are in place', () => {
    const rows: Row[] = [
      ['SBQQ__PriceRule__c', 'finish', rule, { before: {}, after: {} }],
      ['SBQQ__PriceRule__c', 'neutral', rule, { before: {}, after: {} }],
      ['SBQQ__PriceCondition__c', 'undelete', condition, { after: of }],
      ['SBQQ__PriceCondition__c', 'delete', other, { before: of }],
    ];
    expect(steps(describes, rows)).to.deep.equal(['neutral R', 'undelete c', 'delete d', 'finish R']);
  });

  it('take their conditions along when they go', () => {
    const rows: Row[] = [
      ['SBQQ__PriceCondition__c', 'delete', condition, { before: of }],
      ['SBQQ__PriceRule__c', 'delete', rule, { before: {} }],
    ];
    expect(steps(describes, rows)).to.deep.equal(['delete R', 'delete c']);
  });
});
