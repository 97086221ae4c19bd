import { expect } from 'chai';
import fc from 'fast-check';
import { commonFields, differencesOf, diffRecords, type RowNow } from '../../../src/records/diffRecords.js';
import type { ValueRow } from '../../../src/records/fieldValue.js';
import { shuffled } from '../support/arbitraries.js';
import { aField, anObject } from '../support/describes.js';
import { recordIdOf } from '../support/worlds.js';

const FIELDS = ['Name', 'Price__c'];
const [A, B, C] = [recordIdOf('01t', 1), recordIdOf('01t', 2), recordIdOf('01t', 3)];

function row(id: string, values: ValueRow, deleted = false): [string, RowNow] {
  return [id, { id, deleted, values: { Id: id, ...values } }];
}

/** What counts as a difference. */
function diff(input: Parameters<typeof everything>[0]): ReturnType<typeof diffRecords> {
  return everything(input).filter(({ kind }) => kind !== 'passing' && kind !== 'touched');
}

/** Also what is noted without being one. */
function everything(input: {
  baseline?: ReadonlyArray<readonly [string, ValueRow]>;
  now?: ReadonlyArray<readonly [string, RowNow]>;
  gone?: readonly string[];
  inserted?: readonly string[];
  older?: readonly string[];
}): ReturnType<typeof diffRecords> {
  return diffRecords({
    object: 'Product2',
    fields: FIELDS,
    baseline: new Map(input.baseline ?? []),
    now: new Map(input.now ?? []),
    gone: new Set(input.gone ?? []),
    insertedIds: new Set(input.inserted ?? []),
    createdSince: (id) => !(input.older ?? []).includes(id),
  });
}

describe('what is noted of records without being a difference', () => {
  it('is that a row was inserted and deleted since', () => {
    const [change] = everything({ now: [row(A, { Name: 'x' }, true)] });
    expect(change).to.include({ id: A, kind: 'passing', baseline: undefined });
  });

  it('is not that an older row, which was never in scope, was deleted since', () =>
    expect(everything({ now: [row(A, { Name: 'x' }, true)], older: [A] })).to.deep.equal([]));

  it('is that a row was saved with the values it had', () => {
    const [change] = everything({ baseline: [[A, { Name: 'x' }]], now: [row(A, { Name: 'x', SystemModstamp: '2' })] });
    expect(change).to.include({ id: A, kind: 'touched' });
    expect(change?.differences).to.deep.equal([]);
  });
});

describe('records against the baseline', () => {
  it('with the same values and a new stamp are no change', () => {
    expect(
      diff({
        baseline: [[A, { Name: 'x', SystemModstamp: '1' }]],
        now: [row(A, { Name: 'x', SystemModstamp: '2', LastModifiedById: 'other' })],
      })
    ).to.deep.equal([]);
  });

  it('that were edited name each field with its value before and now, in field order', () => {
    const [change] = diff({
      baseline: [[A, { Name: 'x', Price__c: null }]],
      now: [row(A, { Price__c: '2', Name: 'y' })],
    });
    expect(change).to.deep.include({
      object: 'Product2',
      id: A,
      kind: 'updated',
      differences: [
        { field: 'Name', baseline: 'x', now: 'y' },
        { field: 'Price__c', baseline: null, now: '2' },
      ],
    });
  });

  it('say nothing about a value that either side could not read', () => {
    expect(diff({ baseline: [[A, { Name: 'x' }]], now: [row(A, { Price__c: '2' })] })).to.deep.equal([]);
  });

  it('that are not among the rows read are unchanged, unless they are known to be gone', () => {
    expect(diff({ baseline: [[A, { Name: 'x' }]] })).to.deep.equal([]);
    expect(diff({ baseline: [[A, { Name: 'x' }]], gone: [A] })[0]).to.deep.equal({
      object: 'Product2',
      id: A,
      kind: 'deleted',
      baseline: { Name: 'x' },
      now: undefined,
      differences: [],
    });
    expect(diff({ gone: [A] })).to.deep.equal([]);
  });

  it('that were deleted keep what differed when they were', () => {
    const [change] = diff({ baseline: [[A, { Name: 'x' }]], now: [row(A, { Name: 'y' }, true)] });
    expect(change).to.deep.include({ kind: 'deleted', differences: [{ field: 'Name', baseline: 'x', now: 'y' }] });
    expect(change?.now).to.deep.equal({ Id: A, Name: 'y' });
  });

  it('that were deleted and are known to be gone too are one change', () => {
    expect(diff({ baseline: [[A, { Name: 'x' }]], now: [row(A, { Name: 'x' }, true)], gone: [A] })).to.have.lengthOf(1);
  });

  it('are inserted only when they were created since and live', () => {
    expect(diff({ now: [row(A, { Name: 'x' })], inserted: [A] })[0]).to.deep.include({
      kind: 'inserted',
      baseline: undefined,
      differences: [],
    });
    expect(diff({ now: [row(A, { Name: 'x' })] })).to.deep.equal([]);
    expect(diff({ now: [row(A, { Name: 'x' }, true)], inserted: [A] })).to.deep.equal([]);
  });

  it('that the baseline knows are never taken for inserted', () => {
    expect(diff({ baseline: [[A, { Name: 'x' }]], now: [row(A, { Name: 'x' })], inserted: [A] })).to.deep.equal([]);
  });

  it('give the same changes in Id order, whatever order they are read in', () => {
    const value = fc.constantFrom('x', 'y', null);
    const world = fc
      .record({
        baseline: fc
          .subarray([A, B, C])
          .chain((ids) => fc.tuple(...ids.map((id) => fc.tuple(fc.constant(id), fc.record({ Name: value }))))),
        now: fc
          .subarray([A, B, C])
          .chain((ids) =>
            fc.tuple(
              ...ids.map((id) => fc.tuple(value, fc.boolean()).map(([Name, deleted]) => row(id, { Name }, deleted)))
            )
          ),
        gone: fc.subarray([A, B, C]),
        inserted: fc.subarray([A, B, C]),
      })
      .chain((input) =>
        fc.tuple(
          fc.constant(input),
          fc.record({
            baseline: shuffled(input.baseline),
            now: shuffled(input.now),
            gone: shuffled(input.gone),
            inserted: shuffled(input.inserted),
          })
        )
      );
    fc.assert(
      fc.property(world, ([input, other]) => {
        const changes = diff(input);
        expect(diff(other)).to.deep.equal(changes);
        const ids = changes.map((change) => change.id);
        expect(ids).to.deep.equal([...new Set(ids)].sort());
      })
    );
  });
});

describe('fields that can be compared', () => {
  it('are settable on both sides and readable now', () => {
    const before = anObject('X', [
      aField('Kept__c'),
      aField('Gone__c'),
      aField('Locked__c'),
      aField('Formula__c', 'string', { calculated: true }),
    ]);
    const now = anObject('X', [
      aField('Kept__c'),
      aField('New__c'),
      aField('Locked__c', 'string', { updateable: false }),
      aField('Formula__c'),
    ]);
    expect(commonFields(before, now)).to.deep.equal(['Kept__c']);
  });

  it('are only looked at when they are named', () => {
    expect(differencesOf({ Name: 'x', Other: '1' }, { Name: 'x', Other: '2' }, ['Name'])).to.deep.equal([]);
  });
});
