import { expect } from 'chai';
import { describeMetadata, listMetadata, readMetadata } from '../../../org/engine/metadata/reads.js';
import { PracticeMetadata, packageXml } from './practiceMetadata.js';

describe('retrieves from the practice org', () => {
  let world: PracticeMetadata;
  beforeEach(() => {
    world = new PracticeMetadata();
  });

  it('gives files under unpackaged, the manifest with wildcards resolved, and file properties', async () => {
    const result = await world.side.retrieve(packageXml({ ApexClass: ['*'], Flow: ['*'] }), world.admin);
    expect([...(result.files?.keys() ?? [])]).to.include.members([
      'unpackaged/package.xml',
      'unpackaged/classes/MachineSizing.cls',
      'unpackaged/classes/MachineSizing.cls-meta.xml',
      'unpackaged/flows/Machine_Finder.flow',
    ]);
    expect(result.files?.get('unpackaged/package.xml')?.toString()).to.include('<members>MachineSizing</members>');
    expect(result.fileProperties.find((one) => one.fullName === 'Machine_Finder')).to.include({
      type: 'Flow',
      fileName: 'unpackaged/flows/Machine_Finder.flow',
    });
  });

  it('leaves the top folder out for a single package', async () => {
    const result = await world.side.retrieve(packageXml({ ApexClass: ['MachineSizing'] }), world.admin, {
      singlePackage: true,
    });
    expect([...(result.files?.keys() ?? [])]).to.deep.equal([
      'classes/MachineSizing.cls',
      'classes/MachineSizing.cls-meta.xml',
      'package.xml',
    ]);
  });

  it('gives a field asked for alone in an object file without anything else', async () => {
    const text = await world.retrieved({ CustomField: ['Product2.Cups_Per_Day__c'] }, 'objects/Product2.object');
    expect(text)
      .to.include('<fullName>Cups_Per_Day__c</fullName>')
      .and.not.include('Bean_Hoppers__c')
      .and.not.include('enableHistory');
  });

  it('gives an object with all its members', async () => {
    const text = await world.retrieved(
      { CustomObject: ['Installation_Visit__c'] },
      'objects/Installation_Visit__c.object'
    );
    for (const part of [
      '<fullName>Status__c</fullName>',
      '<fullName>Date_Once_Confirmed</fullName>',
      '<fullName>All</fullName>',
      '<label>Installation Visit</label>',
    ])
      expect(text).to.include(part);
  });

  it('tells of members that are not there and succeeds', async () => {
    const result = await world.side.retrieve(
      packageXml({ ApexClass: ['Nobody'], Flow: ['Machine_Finder-9'] }),
      world.admin
    );
    expect(result.success).to.equal(true);
    expect(result.messages.map((message) => message.problem)).to.deep.equal([
      "Entity of type 'ApexClass' named 'Nobody' cannot be found",
      "Entity of type 'Flow' named 'Machine_Finder-9' cannot be found",
    ]);
  });

  it('gives of a profile only what the request names, denied access included', async () => {
    const text = await world.retrieved(
      { Profile: ['Admin'], CustomField: ['Product2.Cups_Per_Day__c', 'Product2.Bean_Hoppers__c'] },
      'profiles/Admin.profile'
    );
    expect(text)
      .to.include('Product2.Cups_Per_Day__c')
      .and.not.include('Water_Connection__c')
      .and.not.include('classAccesses');
    expect(text).to.match(/<editable>false<\/editable>\s*<field>Product2.Bean_Hoppers__c/);
  });

  it('deploys what it retrieved as unchanged', async () => {
    const asked = {
      ApexClass: ['*'],
      Flow: ['*'],
      CustomObject: ['Installation_Visit__c'],
      PermissionSet: ['*'],
      Layout: ['*'],
      CustomLabels: ['CustomLabels'],
      RemoteSiteSetting: ['*'],
    };
    const result = await world.side.retrieve(packageXml(asked), world.admin, { singlePackage: true });
    const deployed = await world.side.deployZip(result.zipFile ?? Buffer.alloc(0), {}, world.admin);
    expect(deployed.status, JSON.stringify(deployed.details.componentFailures)).to.equal('Succeeded');
    expect(
      deployed.details.componentSuccesses
        .filter((one) => one.componentType !== '' && one.changed)
        .map((one) => one.fullName)
    ).to.deep.equal([]);
  });

  it('shows a retrieve as unfinished until it was looked at often enough', async () => {
    const id = world.side.retrieves.start(
      { apiVersion: '66.0', unpackaged: { version: '66.0', types: [{ name: 'Flow', members: ['*'] }] } },
      world.admin
    );
    expect((await world.side.retrieves.check(id)).done).to.equal(false);
    expect((await world.side.retrieves.check(id)).done).to.equal(true);
  });

  it('lists, reads and describes', () => {
    const catalogue = world.side.catalogue();
    expect(
      listMetadata(catalogue, [{ type: 'Flow' }, { type: 'CustomField' }]).map((one) => one.fullName)
    ).to.include.members(['Machine_Finder', 'Product2.Cups_Per_Day__c']);
    expect(() => listMetadata(catalogue, [{ type: 'A' }, { type: 'B' }, { type: 'C' }, { type: 'D' }])).to.throw(
      /Maximum number of queries/
    );
    expect(readMetadata(catalogue, 'Flow', ['Machine_Finder-1', 'Nobody'])).to.satisfy(
      (records: string[]) =>
        records[0]?.includes('How many cups a day?') === true && records[1]?.includes('xsi:nil') === true
    );
    expect((describeMetadata()['metadataObjects'] as Array<{ xmlName: string }>).map((one) => one.xmlName)).to.include(
      'Flow'
    );
  });
});
