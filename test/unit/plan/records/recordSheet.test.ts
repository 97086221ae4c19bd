import { expect } from 'chai';
import { RecordSheets } from '../../../../src/plan/records/recordSheet.js';

describe('the items of a drafted plan', () => {
  it('come by object and step, in Id order, without empty steps', () => {
    const sheets = new RecordSheets();
    sheets.add('B', 'update', { id: '2', before: {}, after: {} });
    sheets.add('B', 'update', { id: '1', before: {}, after: {} });
    sheets.add('A', 'delete', { id: '3', before: {}, after: null });
    expect(sheets.items('A', 'insert').size).to.equal(0);
    expect(
      [...sheets.all()].map(({ object, sheet, items }) => [object, sheet, ...items.map((item) => item.id)])
    ).to.deep.equal([
      ['A', 'delete', '3'],
      ['B', 'update', '1', '2'],
    ]);
    expect(sheets.objects()).to.deep.equal(['A', 'B']);
  });

  it('are one per row and step: fields of a second are joined, the later word counts', () => {
    const sheets = new RecordSheets();
    sheets.add('A', 'finish', { id: '1', before: { X: '1' }, after: { X: '2' } });
    sheets.add('A', 'finish', { id: '1', before: { Y: null }, after: { X: '3', Y: '4' }, also: { Y: '5' } });
    expect([...sheets.all()][0]?.items).to.deep.equal([
      { id: '1', before: { X: '1', Y: null }, after: { X: '3', Y: '4' }, also: { Y: '5' } },
    ]);
  });

  it('that say a row is not there say so for good', () => {
    const sheets = new RecordSheets();
    sheets.add('A', 'insert', { id: '1', before: null, after: { X: '1' } });
    sheets.add('A', 'insert', { id: '1', before: { Y: '2' }, after: { Y: '3' } });
    expect(sheets.items('A', 'insert').get('1')).to.deep.equal({ id: '1', before: null, after: { X: '1', Y: '3' } });
  });

  it('can be replaced and taken out', () => {
    const sheets = new RecordSheets();
    sheets.add('A', 'update', { id: '1', before: {}, after: { X: '1' } });
    sheets.replace('A', 'update', { id: '1', before: {}, after: { X: '2' } }, '1');
    expect(sheets.items('A', 'update').get('1')?.after).to.deep.equal({ X: '2' });
    sheets.replace('A', 'update', undefined, '1');
    expect([...sheets.all()]).to.deep.equal([]);
  });
});
