import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { outcomesCsv, type ItemOutcome } from '../../../src/apply/outcome.js';
import { OUTCOMES } from '../../../src/model/operation.js';
import { typedText } from '../support/arbitraries.js';

const values = fc.option(
  fc.oneof(typedText, fc.dictionary(fc.constantFrom('Name', 'Price__c'), fc.option(typedText, { nil: null }))),
  { nil: null }
);
const item: fc.Arbitrary<ItemOutcome> = fc.record({
  step: fc.constant('s001'),
  operation: fc.constant('updateRecords' as const),
  target: typedText.map((text) => `record:Product2:${text}`),
  outcome: fc.constantFrom(...OUTCOMES),
  message: typedText,
  before: values,
  planned: values,
  after: values,
  at: fc.constant('2026-11-21T06:31:00.000Z'),
});

describe('outcomes.csv', () => {
  it('has a line per item that any CSV reader takes, with nothing lost', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 5 }), (items) => {
        const table: string[][] = parse(outcomesCsv(items, 'olga@example.com'));
        const [header, ...lines] = table;
        expect(header).to.deep.equal([
          'step',
          'operation',
          'item',
          'before',
          'planned',
          'after',
          'outcome',
          'code',
          'message',
          'who',
          'when',
        ]);
        const cell = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
        expect(lines).to.deep.equal(
          items.map((each) => [
            each.step,
            each.operation,
            each.target,
            cell(each.before),
            cell(each.planned),
            cell(each.after),
            each.outcome,
            '',
            each.message,
            'olga@example.com',
            each.at,
          ])
        );
      })
    );
  });

  it('leaves empty what is not known', () => {
    const line = outcomesCsv(
      [
        {
          step: 's001',
          operation: 'activateFlowVersion',
          target: 'flow:A',
          outcome: 'failed',
          code: 'NOT_SWITCHED',
          at: 'then',
        },
      ],
      'olga'
    ).split('\n')[1];
    expect(line).to.equal('"s001","activateFlowVersion","flow:A","","","","failed","NOT_SWITCHED","","olga","then"');
  });
});
