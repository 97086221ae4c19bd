import { expect } from 'chai';
import type { BulkLoad } from '../../../../src/org/ports/history.js';
import { loadedRows, type LoadTouch } from '../../../../src/plan/attribution/loadedRows.js';
import { aField, aLookup, anObject } from '../../support/describes.js';

const ID = '01t000000000001AAA';
const describeOf = anObject('Product2', [
  aField('Name'),
  aField('IsActive', 'boolean'),
  aField('Price__c', 'double'),
  aLookup('Parent__c', 'Product2', { relationshipName: 'Parent__r' }),
]);
const load = (operation: string): BulkLoad => ({
  id: '750000000000001AAA',
  object: 'Product2',
  operation,
  state: 'JobComplete',
  jobType: 'V2Ingest',
  createdById: '005000000000001AAA',
  createdAt: '2026-11-21T06:00:00.000Z',
  movedAt: '2026-11-21T06:01:00.000Z',
  written: 1,
  apiVersion: '66.0',
});
const touchOf = (
  columns: readonly string[],
  cells: readonly string[],
  operation = 'update',
  created = false
): LoadTouch => loadedRows(load(operation), columns, [{ id: ID, created, cells }], describeOf).get(ID) as LoadTouch;

describe('what a load wrote', () => {
  it('is each column with a value, in comparable form; an empty cell leaves the field as it is', () => {
    const { fields } = touchOf(['Id', 'Name', 'IsActive', 'Price__c'], [ID, 'Crema', 'TRUE', '']);
    expect(Object.fromEntries(fields)).to.include({ Name: 'Crema', IsActive: 'true' });
    expect(fields.has('Price__c')).to.equal(false);
  });

  it('empties a field by #N/A', () => expect(touchOf(['Name'], ['#N/A']).fields.get('Name')).to.equal(null));

  it('sets the lookup where the parent is named by another key, with a value the file does not tell', () => {
    for (const column of ['Parent__r.Code__c', 'Product2:Parent__r.Code__c', 'parent__r.code__c']) {
      const { fields } = touchOf([column], ['X-1']);
      expect([fields.has('Parent__c'), fields.get('Parent__c')], column).to.deep.equal([true, undefined]);
    }
  });

  it('takes names of columns as the org does, in any case, and leaves out what the object does not have', () => {
    const { fields } = touchOf(['nAmE', 'Gone__c'], ['Crema', 'x']);
    expect([...fields.keys()]).to.deep.equal(['Name']);
  });

  it('was an insert, an update or a deletion, row by row: an upsert does both', () => {
    expect(touchOf(['Name'], ['x'], 'upsert', true).did).to.equal('created');
    expect(touchOf(['Name'], ['x'], 'upsert').did).to.equal('updated');
    expect(touchOf(['Id'], [ID], 'delete').did).to.equal('deleted');
    expect(touchOf(['Id'], [ID], 'hardDelete').did).to.equal('deleted');
    expect(touchOf(['Name'], ['x'])).to.include({
      jobId: '750000000000001AAA',
      from: '2026-11-21T06:00:00.000Z',
      to: '2026-11-21T06:01:00.000Z',
    });
  });
});
