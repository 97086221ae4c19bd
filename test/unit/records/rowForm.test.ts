import { expect } from 'chai';
import fc from 'fast-check';
import { comparable } from '../../../src/records/fieldValue.js';
import { RowForm, sharingTexts } from '../../../src/records/rowForm.js';
import { aField } from '../support/describes.js';

const FIELDS = [aField('Name'), aField('Price__c', 'currency'), aField('Active__c', 'boolean'), aField('Missing__c')];

describe('rows of a form', () => {
  it('hold the fields asked for, and leave out what the org did not give', () => {
    const form = new RowForm(FIELDS);
    expect(form.row({ Name: '', Price__c: '1.0', Other__c: 'x' })).to.deep.equal({ Name: null, Price__c: '1' });
    expect(form.row({ Name: 'x', Active__c: 'TRUE' })).to.deep.equal({ Name: 'x', Active__c: 'true' });
    expect(form.row({ Name: null, Price__c: 2 })).to.deep.equal({ Name: null, Price__c: '2' });
  });

  it('are each as by itself, whatever came before', () => {
    const form = new RowForm(FIELDS);
    const text = fc.oneof(fc.constantFrom('1.0', 'TRUE', '', '2'), fc.string());
    const raw = fc.record({ Name: text, Price__c: fc.oneof(text, fc.double()), Active__c: text }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.array(raw, { minLength: 1, maxLength: 50 }), (rows) => {
        for (const row of rows)
          expect(form.row(row)).to.deep.equal(
            Object.fromEntries(
              FIELDS.filter(({ name }) => name in row).map((field) => [
                field.name,
                comparable(field, (row as Record<string, unknown>)[field.name]),
              ])
            )
          );
      })
    );
  });

  it('are right also when a field holds more texts than are remembered', () => {
    const form = new RowForm(FIELDS);
    for (let round = 0; round < 2; round += 1)
      for (let n = 0; n < 3000; n += 1)
        expect(form.row({ Name: `row ${n % 1500}`, Price__c: `${n % 7}.0` })).to.deep.equal({
          Name: `row ${n % 1500}`,
          Price__c: String(n % 7),
        });
  });

  it('stay what they are when they share texts with another one', () => {
    const row = { Id: 'a', Name: 'x', Kind__c: null };
    expect(sharingTexts(row, { Id: 'a', Name: 'y', More__c: 'z' })).to.deep.equal(row);
    expect(row).to.deep.equal({ Id: 'a', Name: 'x', Kind__c: null });
  });
});
