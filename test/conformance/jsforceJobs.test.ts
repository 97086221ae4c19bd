import { expect } from 'chai';
import { codeOf, libraryStage } from './support/library.js';
import { proves } from './support/proves.js';

/** The client library by itself, without the CLI's or our own code around it. */
describe('jsforce and the jobs of a practice org', () => {
  const at = libraryStage();

  it(
    'runs Bulk jobs',
    proves(
      'jsforce',
      [
        'bulkQuery.export',
        'ingest.insert',
        'ingest.update',
        'ingest.results',
        'ingest.hardDelete',
        'ingest.abort',
        'bulkQuery.refused',
      ],
      async () => {
        const rows: Array<Record<string, unknown>> = [];
        for await (const row of await at.ada.bulk2.query('SELECT Id, Name FROM SBQQ__PriceRule__c'))
          rows.push(row as Record<string, unknown>);
        expect(rows).to.have.deep.members(
          [...at.org.store.rows('SBQQ__PriceRule__c')].map(({ Id, Name }) => ({ Id, Name }))
        );
        const loaded = await at.ada.bulk2.loadAndWaitForResults({
          object: 'Account',
          operation: 'insert',
          input: 'Name,NumberOfEmployees\nOne,1\nTwo,many\n',
        });
        expect(loaded.successfulResults).to.have.lengthOf(1);
        expect(loaded.failedResults[0]?.sf__Error).to.include('INVALID_TYPE_ON_FIELD_IN_RECORD');
        const id = String(loaded.successfulResults[0]?.sf__Id);
        await at.ada.bulk2.loadAndWaitForResults({
          object: 'Account',
          operation: 'update',
          input: `Id,Name,NumberOfEmployees\n${id},,#N/A\n`,
        });
        expect(at.org.row('Account', id)).to.include({ Name: 'One', NumberOfEmployees: null });
        expect(
          await codeOf(
            at.ada.bulk2.loadAndWaitForResults({ object: 'Account', operation: 'hardDelete', input: `Id\n${id}\n` })
          )
        ).to.equal('FEATURENOTENABLED');
        const job = at.ada.bulk2.createJob({ object: 'Account', operation: 'insert' });
        await job.open();
        await job.abort();
        expect((await job.check()).state).to.equal('Aborted');
        await job.delete();
        expect(await codeOf(at.ada.bulk2.query('SELECT DurableId FROM FlowDefinitionView'))).to.equal('INVALIDENTITY');
      }
    )
  );

  it(
    'hears of jobs that fail, and waits in vain for those that never end',
    proves('jsforce', ['bulkQuery.failed', 'bulkQuery.stuck', 'ingest.allowance', 'ingest.locks'], async () => {
      at.org.switches.jobFailure = 'InvalidBatch : Records not processed';
      await at.ada.bulk2.loadAndWaitForResults({ object: 'Account', operation: 'insert', input: 'Name\nOne\n' }).then(
        () => expect.fail('the job did not fail'),
        (error: Error) => expect(error.message).to.include('InvalidBatch : Records not processed')
      );
      at.org.switches.jobFailure = '';
      at.org.switches.jobsStuck = true;
      at.ada.bulk2.pollTimeout = 50;
      const stuck = await at.ada.bulk2.query('SELECT Id FROM Account').then(
        () => 'ended',
        (error: Error) => error.name
      );
      expect(stuck).to.match(/timeout/i);
      at.org.switches.jobsStuck = false;
      at.ada.bulk2.pollTimeout = 30_000;
      at.org.switches.bulkRowAllowance = 2;
      const cut = await at.ada.bulk2.loadAndWaitForResults({
        object: 'Account',
        operation: 'insert',
        input: 'Name\nA\nB\nC\n',
      });
      expect([cut.successfulResults.length, cut.failedResults.length, cut.unprocessedRecords.length]).to.deep.equal([
        2, 0, 0,
      ]);
      at.org.switches.bulkRowAllowance = Number.POSITIVE_INFINITY;
      at.org.switches.firstTryLocks = true;
      const input = `Id,Name\n${cut.successfulResults[0]?.sf__Id},Again\n`;
      const first = await at.ada.bulk2.loadAndWaitForResults({ object: 'Account', operation: 'update', input });
      expect(first.failedResults[0]?.sf__Error).to.match(/^UNABLE_TO_LOCK_ROW:/);
      expect(
        (await at.ada.bulk2.loadAndWaitForResults({ object: 'Account', operation: 'update', input })).successfulResults
      ).to.have.lengthOf(1);
    })
  );
});
