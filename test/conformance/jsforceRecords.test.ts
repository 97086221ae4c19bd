import { expect } from 'chai';
import { declareObject } from '../org/engine/schema/declareObject.js';
import { libraryStage } from './support/library.js';
import { proves } from './support/proves.js';

/** The client library by itself, without the CLI's or our own code around it. */
describe('jsforce and the records of a practice org', () => {
  const at = libraryStage();

  it(
    'fetches all pages by itself',
    proves('jsforce', ['query.pages', 'query.all', 'query.plain'], async () => {
      at.org.switches.queryPageSize = 4;
      await at.ada
        .sobject('Product2')
        .destroy((await at.ada.query("SELECT Id FROM Product2 WHERE Family = 'Service' LIMIT 1")).records[0]?.Id ?? '')
        .catch(() => undefined);
      const { records, totalSize } = await at.ada.query('SELECT Id, IsDeleted FROM Product2', {
        autoFetch: true,
        maxFetch: 1000,
        scanAll: true,
      });
      const there = [...at.org.store.rows('Product2')];
      expect(totalSize).to.equal(there.length);
      expect(records.map((record) => [record.Id, record['IsDeleted']])).to.have.deep.members(
        there.map((row) => [row['Id'], row['IsDeleted']])
      );
    })
  );

  it(
    'brings records back from the bin',
    proves('jsforce', ['bin.undelete', 'bin.cascade', 'bin.lookups', 'bin.emptied', 'bin.feeds'], async () => {
      const variable = [...at.org.store.rows('SBQQ__SummaryVariable__c')][0];
      const condition = [...at.org.store.rows('SBQQ__PriceCondition__c')].find(
        (row) => row['SBQQ__Rule__c'] === at.rule(3)
      );
      await at.ada.sobject('SBQQ__PriceRule__c').destroy(at.rule(3));
      expect(at.org.store.get('SBQQ__PriceCondition__c', String(condition?.['Id']))?.['IsDeleted']).to.equal(true);
      const feed = await at.ada.sobject('SBQQ__PriceRule__c').deleted('2026-03-01T00:00:00Z', '2026-03-03T00:00:00Z');
      expect(feed.deletedRecords.map((one) => one.id)).to.deep.equal([at.rule(3)]);
      const [alone] = await at.ada.soap.undelete([String(condition?.['Id'])]);
      expect(alone).to.deep.nested.include({ success: false, 'errors[0].statusCode': 'UNDELETE_FAILED' });
      expect((await at.ada.soap.undelete([at.rule(3)]))[0]).to.include({ success: true, id: at.rule(3) });
      expect(at.org.row('SBQQ__PriceCondition__c', String(condition?.['Id']))).to.include({ IsDeleted: false });
      expect(variable).to.not.equal(undefined);
      const [parent, child] = ['Head office', 'Branch'].map((Name) => at.ada.sobject('Account').create({ Name }));
      const [headId, branchId] = (await Promise.all([parent, child])).map((result) => String(result?.id));
      await at.ada.sobject('Account').update({ Id: String(branchId), ParentId: String(headId) });
      await at.ada.sobject('Account').destroy(String(headId));
      expect(at.org.row('Account', String(branchId))?.['ParentId']).to.equal(null);
      await at.ada.soap.undelete([String(headId)]);
      expect(at.org.row('Account', String(branchId))?.['ParentId']).to.equal(headId);
      await at.ada.sobject('Account').destroy(String(branchId));
      await at.ada.soap.emptyRecycleBin([String(branchId)]);
      expect((await at.ada.soap.undelete([String(branchId)]))[0]).to.include({ success: false });
    })
  );

  it(
    'cannot bring back a value that somebody else has by now',
    proves('jsforce', ['bin.duplicate'], async () => {
      at.org.schema.addObject(declareObject({ name: 'Locker__c', keyPrefix: 'aZ2', fields: 'Code__c@#:text(20)' }));
      const lockers = at.ada.sobject('Locker__c');
      const first = await lockers.create({ Name: 'First', Code__c: 'A' });
      await lockers.destroy(String(first.id));
      await lockers.create({ Name: 'Second', Code__c: 'A' });
      expect((await at.ada.soap.undelete([String(first.id)]))[0]).to.deep.nested.include({
        success: false,
        'errors[0].statusCode': 'DUPLICATE_VALUE',
      });
    })
  );

  it(
    'writes rows and reads them back in one call',
    proves('jsforce', ['composite.mixed', 'composite.requests'], async () => {
      type Parts = { compositeResponse: Array<{ httpStatusCode: number; body: any }> };
      const read = (id: string, n: number): object => ({
        method: 'GET',
        url: `/services/data/v66.0/queryAll?q=${encodeURIComponent(`SELECT Name FROM SBQQ__PriceRule__c WHERE Id = '${id}'`)}`,
        referenceId: `read${n}`,
      });
      const write = (Name: string): object => ({
        method: 'PATCH',
        url: '/services/data/v66.0/composite/sobjects',
        referenceId: 'write',
        httpHeaders: { 'sforce-auto-assign': 'FALSE' },
        body: { allOrNone: false, records: [{ attributes: { type: 'SBQQ__PriceRule__c' }, id: at.rule(1), Name }] },
      });
      const send = (...compositeRequest: object[]): Promise<Parts> =>
        at.ada.requestPost<Parts>('/composite', { allOrNone: false, collateSubrequests: false, compositeRequest });
      const { compositeResponse } = await send(write('Written and read'), read(at.rule(1), 1), read('not an id', 2));
      expect(compositeResponse.map((part) => part.httpStatusCode)).to.deep.equal([200, 200, 400]);
      expect(compositeResponse[1]?.body.records[0].Name).to.equal('Written and read');
      // A text that names an answer is replaced by it; one that names none has its request refused.
      const named = await send(read(at.rule(1), 1), write('It was @{read1.records[0].Name}'));
      expect(named.compositeResponse[1]?.body[0].success).to.equal(true);
      expect(at.org.row('SBQQ__PriceRule__c', at.rule(1))?.['Name']).to.equal('It was Written and read');
      const unnamed = await send(write('@{nobody.id}'));
      expect(unnamed.compositeResponse[0]?.body[0].errorCode).to.equal('PROCESSING_HALTED');
      const six = Array.from({ length: 6 }, (_unused, n) => read(at.rule(1), n));
      expect(await send(...six).catch((error: { errorCode: string }) => error.errorCode)).to.equal('LIMIT_EXCEEDED');
    })
  );

  it(
    'writes several records in one call',
    proves(
      'jsforce',
      ['collections.partial', 'collections.allOrNone', 'collections.retrieve', 'collections.mixedDml', 'record.upsert'],
      async () => {
        const rules = at.ada.sobject('SBQQ__PriceRule__c');
        const records = [
          { Id: at.rule(1), SBQQ__EvaluationOrder__c: 70 },
          { Id: '000000000000000', SBQQ__EvaluationOrder__c: 71 },
        ];
        const results = await rules.update(records);
        expect(results.map((result) => result.success)).to.deep.equal([true, false]);
        expect(at.org.row('SBQQ__PriceRule__c', at.rule(1))?.['SBQQ__EvaluationOrder__c']).to.equal(70);
        await rules.update(
          records.map((record) => ({ ...record, SBQQ__EvaluationOrder__c: 80 })),
          { allOrNone: true }
        );
        expect(at.org.row('SBQQ__PriceRule__c', at.rule(1))?.['SBQQ__EvaluationOrder__c']).to.equal(70);
        const read = await at.ada.request<unknown[]>({
          method: 'POST',
          url: '/services/data/v66.0/composite/sobjects/SBQQ__PriceRule__c',
          body: JSON.stringify({ ids: [at.rule(1), '000000000000000AAA'], fields: ['Name'] }),
        });
        expect(read[1]).to.equal(null);
        const mixed = await at.ada.requestPost<Array<{ errors: Array<{ statusCode: string }> }>>(
          '/composite/sobjects',
          {
            records: [
              { attributes: { type: 'Account' }, Name: 'A' },
              { attributes: { type: 'Group' }, Name: 'G' },
            ],
          }
        );
        expect(mixed[1]?.errors[0]?.statusCode).to.equal('MIXED_DML_OPERATION');
        at.org.schema.addObject(declareObject({ name: 'Locker__c', keyPrefix: 'aZ2', fields: 'Code__c@#:text(20)' }));
        const made = await at.ada.sobject('Locker__c').upsert({ Code__c: 'A', Name: 'One' }, 'Code__c');
        await at.ada.sobject('Locker__c').upsert({ Code__c: 'A', Name: 'Two' }, 'Code__c');
        expect([...at.org.store.rows('Locker__c')].map((row) => [row['Id'], row['Name']])).to.deep.equal([
          [made.id, 'Two'],
        ]);
      }
    )
  );
});
