import { expect } from 'chai';
import { declareObject } from '../org/engine/schema/declareObject.js';
import { PracticeOrg } from '../org/engine/practiceOrg.js';
import { startPracticeOrg } from '../org/http/server.js';
import { firstOf, nthOf } from '../org/engine/requestRules.js';
import { codeOf, libraryStage } from './support/library.js';
import { proves } from './support/proves.js';

/** The client library by itself, without the CLI's or our own code around it. */
describe('jsforce and everything else in a practice org', () => {
  const at = libraryStage();

  it(
    'reads and lists metadata',
    proves('jsforce', ['metadata.read', 'metadata.list', 'metadata.types'], async () => {
      const listed = await at.ada.metadata.list([{ type: 'ApexClass' }, { type: 'Flow' }]);
      expect(listed.map((one) => one.fullName)).to.include.members(['MachineSizing', 'Machine_Finder']);
      const read = (await at.ada.metadata.read('Flow', ['Machine_Finder-1', 'Nobody'])) as unknown as Array<{
        fullName?: string;
        label?: string;
      }>;
      expect(read[0]).to.include({ fullName: 'Machine_Finder-1', label: 'Machine Finder' });
      expect(read[1]?.fullName ?? null).to.equal(null);
      expect((await at.ada.metadata.describe()).metadataObjects.map((type) => type.xmlName)).to.include(
        'PermissionSet'
      );
    })
  );

  it(
    'switches flow versions through Tooling',
    proves(
      'jsforce',
      ['flow.activate', 'flow.deleteVersion', 'flow.interviews', 'query.viewFilter', 'apex.refused'],
      async () => {
        const flow = at.org.attached.length > 0 ? at.running.metadata.flows.get('Machine_Finder') : undefined;
        const update = (activeVersionNumber: number): Promise<unknown> =>
          at.ada.tooling.sobject('FlowDefinition').update({ Id: flow?.id ?? '', Metadata: { activeVersionNumber } });
        await update(1);
        const active = (): number | undefined =>
          at.running.metadata.flows.get('Machine_Finder')?.versions.find((one) => one.status === 'Active')?.number;
        expect(active()).to.equal(1);
        await update(0);
        expect(active()).to.equal(undefined);
        at.running.metadata.pauseInterview('Machine_Finder', 2);
        const versionId = (number: number): string => flow?.versions.find((one) => one.number === number)?.id ?? '';
        expect(await codeOf(at.ada.tooling.sobject('Flow').destroy(versionId(2)))).to.equal('DEPENDENCY_EXISTS');
        await at.ada.tooling.sobject('Flow').destroy(versionId(1));
        expect(at.running.metadata.flows.get('Machine_Finder')?.versions.map((one) => one.number)).to.not.include(1);
        expect(await codeOf(at.ada.query('SELECT DurableId FROM FlowVersionView'))).to.equal('MALFORMED_QUERY');
        expect(
          (await at.ada.query(`SELECT DurableId FROM FlowVersionView WHERE FlowDefinitionViewId = '${flow?.id ?? ''}'`))
            .totalSize
        ).to.be.greaterThan(0);
        expect(await at.ada.tooling.executeAnonymous('System.debug(1);')).to.include({
          compiled: false,
          success: false,
        });
      }
    )
  );

  it(
    'sees and writes what the user may',
    proves(
      'jsforce',
      ['rights.rows', 'rights.masked', 'rights.readOnly', 'rights.attribution', 'describe.rights', 'orgs.two'],
      async () => {
        const people = new PracticeOrg({
          orgId: '00D5g00000Oth02',
          users: [
            { name: 'Ada Admin', username: 'ada@other.example' },
            {
              name: 'Sam Sales',
              username: 'sam@other.example',
              rights: {
                viewAllData: false,
                viewEncryptedData: false,
                modifyAllData: false,
                ownRowsOnly: new Set(['Account']),
                readOnlyObjects: new Set(['Product2']),
                hiddenFields: new Set(['Account.Rating']),
                hiddenObjects: new Set(['Contact']),
              },
            },
          ],
        });
        people.schema.addObject(declareObject({ name: 'Vault__c', keyPrefix: 'aZ3', fields: 'Pin__c:secret(20)' }));
        const other = await startPracticeOrg({ org: people });
        try {
          const [boss, sam] = [at.connect('Ada Admin', other), at.connect('Sam Sales', other)];
          await boss.sobject('Account').create({ Name: 'Hers' });
          const his = await sam.sobject('Account').create({ Name: 'His' });
          expect(
            (await sam.query<{ Name: string }>('SELECT Name FROM Account')).records.map((record) => record.Name)
          ).to.deep.equal(['His']);
          expect((await boss.query('SELECT Name FROM Account')).totalSize).to.equal(2);
          expect(people.row('Account', String(his.id))).to.include({ CreatedById: people.user('Sam Sales').id });
          expect(await codeOf(sam.sobject('Product2').create({ Name: 'No' }))).to.equal(
            'INSUFFICIENT_ACCESS_OR_READONLY'
          );
          const vault = await boss.sobject('Vault__c').create({ Name: 'V', Pin__c: '1234' });
          expect((await sam.query<{ Pin__c: string }>('SELECT Pin__c FROM Vault__c')).records[0]?.Pin__c).to.equal(
            '****'
          );
          expect(people.row('Vault__c', String(vault.id))?.['Pin__c']).to.equal('1234');
          expect((await sam.describe('Account')).fields.map((field) => field.name))
            .to.include('Phone')
            .and.to.not.include('Rating');
          expect(await codeOf(sam.describe('Contact'))).to.equal('NOT_FOUND');
          expect(
            await codeOf(
              at.connect('Ada Admin', { ...other, tokens: at.running.tokens }).query('SELECT Id FROM Account')
            )
          ).to.equal('INVALID_SESSION_ID');
        } finally {
          await other.close();
        }
      }
    )
  );

  it(
    'meets the troubles of a network and of a busy org',
    proves('jsforce', ['faults.lostAnswer', 'faults.limit', 'faults.drift', 'faults.slow'], async () => {
      const create = (Name: string): Promise<string> => codeOf(at.ada.sobject('Account').create({ Name }));
      const named = (Name: string): number =>
        [...at.org.store.rows('Account')].filter((row) => row['Name'] === Name).length;
      at.org.switches.faults.push(
        { when: nthOf('POST', /sobjects\/Account/, 1), fault: 'resetAfter' },
        { when: nthOf('POST', /sobjects\/Account/, 2), fault: 'resetBefore' },
        { when: nthOf('POST', /sobjects\/Account/, 3), fault: 'status403Limit' }
      );
      await create('Acted');
      await create('Lost');
      expect(await create('Third')).to.equal('REQUEST_LIMIT_EXCEEDED');
      expect([named('Acted'), named('Lost')]).to.deep.equal([1, 0]);
      at.org.switches.faults = [];
      at.org.switches.beforeRequest.push({
        when: nthOf('GET', /\/query/, 2),
        run: () =>
          void at.org.records.writeOne(at.org.user('Cleo Colleague'), {
            operation: 'update',
            id: at.rule(1),
            values: { Name: 'Drifted' },
          }),
      });
      const read = async (): Promise<string> =>
        (await at.ada.query<{ Name: string }>(`SELECT Name FROM SBQQ__PriceRule__c WHERE Id = '${at.rule(1)}'`))
          .records[0]?.Name ?? '';
      expect(await read()).to.not.equal('Drifted');
      expect(await read()).to.equal('Drifted');
      at.org.switches.latencyOf = ({ path }) => (path.includes('/limits') ? 150 : 0);
      const from = performance.now();
      await at.ada.limits();
      expect(performance.now() - from).to.be.greaterThan(140);
      at.org.switches.faults = [{ when: firstOf('GET', /\/limits/, 1), fault: 'status503' }];
      expect(await at.ada.limits()).to.have.property('DailyApiRequests');
    })
  );
});
