import { expect } from 'chai';
import { PracticeMetadata, packageXml } from './practiceMetadata.js';

const files: Readonly<Record<string, string>> = {
  'lwc/cupCounter/cupCounter.js':
    "import { LightningElement } from 'lwc'; export default class CupCounter extends LightningElement {}",
  'lwc/cupCounter/cupCounter.html': '<template></template>',
  'lwc/cupCounter/cupCounter.js-meta.xml':
    '<LightningComponentBundle xmlns="http://soap.sforce.com/2006/04/metadata"><apiVersion>64.0</apiVersion><isExposed>false</isExposed></LightningComponentBundle>',
  'staticresources/Beans.resource': 'arabica',
  'staticresources/Beans.resource-meta.xml': '<StaticResource><contentType>text/plain</contentType></StaticResource>',
  'settings/Quote.settings': '<QuoteSettings><enableQuote>true</enableQuote></QuoteSettings>',
  'workflows/Opportunity.workflow':
    '<Workflow><fieldUpdates><fullName>Set_Step</fullName><field>NextStep</field><literalValue>Call</literalValue><name>Set step</name><operation>Literal</operation></fieldUpdates><rules><fullName>Won</fullName><active>true</active><formula>TRUE</formula><triggerType>onCreateOnly</triggerType></rules></Workflow>',
  'applications/Service.app':
    '<CustomApplication><label>Service</label><navType>Standard</navType><uiType>Lightning</uiType></CustomApplication>',
  'queues/Technicians.queue':
    '<Queue><name>Technicians</name><queueSobject><sobjectType>Installation_Visit__c</sobjectType></queueSobject></Queue>',
  'standardValueSets/Industry.standardValueSet':
    '<StandardValueSet><sorted>false</sorted><standardValue><fullName>Coffee</fullName><default>false</default><label>Coffee</label></standardValue></StandardValueSet>',
  'customMetadata/Machine_Limit.Office.md':
    '<CustomMetadata><label>Office</label><protected>false</protected></CustomMetadata>',
  'flexipages/Visit.flexipage':
    '<FlexiPage><masterLabel>Visit</masterLabel><sobjectType>Installation_Visit__c</sobjectType><template><name>flexipage:defaultAppHomeTemplate</name></template><type>RecordPage</type></FlexiPage>',
  'permissionsetgroups/Field_Team.permissionsetgroup':
    '<PermissionSetGroup><label>Field Team</label><permissionSets>Installation_Planner</permissionSets></PermissionSetGroup>',
};
const types = {
  LightningComponentBundle: ['cupCounter'],
  StaticResource: ['Beans'],
  Settings: ['Quote'],
  Workflow: ['Opportunity'],
  CustomApplication: ['Service'],
  Queue: ['Technicians'],
  StandardValueSet: ['Industry'],
  CustomMetadata: ['Machine_Limit.Office'],
  FlexiPage: ['Visit'],
  PermissionSetGroup: ['Field_Team'],
};

describe('other types of metadata', () => {
  it('come back as they were deployed and count as unchanged afterwards', async () => {
    const world = new PracticeMetadata();
    const first = await world.deploy({ 'package.xml': packageXml(types), ...files });
    expect(first.status, JSON.stringify(first.details.componentFailures)).to.equal('Succeeded');
    expect(first.details.componentSuccesses.map((row) => `${row.componentType}:${row.fullName}`)).to.include.members([
      'LightningComponentBundle:cupCounter',
      'QuoteSettings:Quote',
      'WorkflowRule:Opportunity.Won',
      'WorkflowFieldUpdate:Opportunity.Set_Step',
      'CustomMetadata:Machine_Limit.Office',
    ]);
    const result = await world.side.retrieve(packageXml(types), world.admin, { singlePackage: true });
    expect(result.messages).to.deep.equal([]);
    expect([...(result.files?.keys() ?? [])].filter((path) => path !== 'package.xml').sort()).to.deep.equal(
      Object.keys(files).sort()
    );
    const again = await world.side.deployZip(result.zipFile ?? Buffer.alloc(0), {}, world.admin);
    expect(
      again.details.componentSuccesses
        .filter((row) => row.componentType !== '' && row.changed)
        .map((row) => row.fullName)
    ).to.deep.equal([]);
  });

  it('delete a member of a container alone', async () => {
    const world = new PracticeMetadata();
    await world.deploy({ 'package.xml': packageXml(types), ...files });
    const gone = await world.deploy({
      'package.xml': packageXml({}),
      'destructiveChanges.xml': packageXml({ WorkflowRule: ['Opportunity.Won'], CustomLabel: ['Visit_Planned'] }),
    });
    expect(gone.status, JSON.stringify(gone.details.componentFailures)).to.equal('Succeeded');
    const text = await world.retrieved({ Workflow: ['Opportunity'] }, 'workflows/Opportunity.workflow');
    expect(text).to.include('Set_Step').and.not.include('Won');
  });
});
