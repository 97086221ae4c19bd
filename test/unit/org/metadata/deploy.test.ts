import { expect } from 'chai';
import type { DeployResult } from '../../../org/engine/metadata/deployTypes.js';
import { PracticeMetadata, packageXml, zip } from './practiceMetadata.js';

const meta = '<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata"><apiVersion>64.0</apiVersion></ApexClass>';
const classFiles = (name: string, body: string): Record<string, string> => ({
  [`classes/${name}.cls`]: body,
  [`classes/${name}.cls-meta.xml`]: meta,
});
const fieldFile = (name: string, rest: string): string =>
  `<CustomObject><fields><fullName>${name}</fullName><label>${name}</label>${rest}</fields></CustomObject>`;
const problems = (result: DeployResult): Array<string | undefined> =>
  result.details.componentFailures.map((row) => row.problem);
const row = (result: DeployResult, type: string): DeployResult['details']['componentSuccesses'][number] | undefined =>
  result.details.componentSuccesses.find((one) => one.componentType === type);

describe('deployments to the practice org', () => {
  let world: PracticeMetadata;
  beforeEach(() => {
    world = new PracticeMetadata();
  });

  it('says created, changed and unchanged per component, and lists the manifest without a type', async () => {
    const files = {
      'package.xml': packageXml({ ApexClass: ['Kettle'] }),
      ...classFiles('Kettle', 'public class Kettle {}'),
    };
    const first = await world.deploy(files);
    expect(first).to.include({
      status: 'Succeeded',
      success: true,
      numberComponentsTotal: 1,
      numberComponentsDeployed: 1,
    });
    expect(row(first, 'ApexClass')).to.include({
      created: true,
      changed: true,
      fullName: 'Kettle',
      fileName: 'classes/Kettle.cls',
    });
    expect(row(first, '')).to.include({ fullName: 'package.xml' });
    expect(row(await world.deploy(files), 'ApexClass')).to.include({ created: false, changed: false });
    expect(
      row(await world.deploy({ ...files, ...classFiles('Kettle', 'public class Kettle { Integer i; }') }), 'ApexClass')
    ).to.include({ created: false, changed: true });
  });

  it('takes a package below one top folder', async () => {
    const result = await world.deploy({
      'pkg/package.xml': packageXml({ ApexClass: ['Kettle'] }),
      'pkg/classes/Kettle.cls': 'public class Kettle {}',
      'pkg/classes/Kettle.cls-meta.xml': meta,
    });
    expect(result.status).to.equal('Succeeded');
  });

  it('fails whole without a package.xml or with a file that is no zip', async () => {
    expect(await world.deploy({ 'classes/Kettle.cls': '' })).to.include({
      status: 'Failed',
      errorMessage: 'No package.xml found',
    });
    expect((await world.side.deployZip(Buffer.from('nonsense'), {}, world.admin)).status).to.equal('Failed');
  });

  it('reports a component that is named but not in the zip', async () => {
    expect(problems(await world.deploy({ 'package.xml': packageXml({ ApexClass: ['Gone'] }) }))[0]).to.match(
      /was named in package.xml, but was not found/
    );
  });

  it('changes nothing when one component fails, and keeps the good ones without rollbackOnError', async () => {
    const files = {
      'package.xml': packageXml({ ApexClass: ['Good', 'Bad'] }),
      ...classFiles('Good', 'public class Good {}'),
      ...classFiles('Bad', 'public class Bad { void go() { new Missing(); } }'),
    };
    const failed = await world.deploy(files);
    expect(failed.status).to.equal('Failed');
    expect(problems(failed)).to.deep.equal(['Invalid type: Missing']);
    expect(world.side.components.has('ApexClass', 'Good')).to.equal(false);
    expect((await world.deploy(files, { rollbackOnError: false })).status).to.equal('SucceededPartial');
    expect(world.side.components.has('ApexClass', 'Good')).to.equal(true);
    expect(world.side.components.has('ApexClass', 'Bad')).to.equal(false);
  });

  it('changes nothing and logs nothing in a check-only deployment', async () => {
    const before = world.org.opLog.entries.length;
    const result = await world.deploy(
      {
        'package.xml': packageXml({ CustomField: ['Product2.Bar__c'] }),
        'objects/Product2.object': fieldFile('Bar__c', '<length>20</length><type>Text</type>'),
      },
      { checkOnly: true }
    );
    expect(result).to.include({ status: 'Succeeded', checkOnly: true });
    expect(world.org.schema.get('Product2')?.fields.some((field) => field.name === 'Bar__c')).to.equal(false);
    expect(world.org.opLog.entries.length).to.equal(before);
  });

  it('adds a deployed field to the schema and takes it away again', async () => {
    await world.deploy({
      'package.xml': packageXml({ CustomField: ['Product2.Grinder__c'] }),
      'objects/Product2.object': fieldFile(
        'Grinder__c',
        '<type>Picklist</type><valueSet><restricted>true</restricted><valueSetDefinition><sorted>false</sorted><value><fullName>Steel</fullName><default>true</default><label>Steel</label></value></valueSetDefinition></valueSet>'
      ),
    });
    const field = world.org.schema.get('Product2')?.fields.find((one) => one.name === 'Grinder__c');
    expect(field).to.include({ type: 'picklist', restrictedPicklist: true, defaultValue: 'Steel' });
    const gone = await world.deploy({
      'package.xml': packageXml({}),
      'destructiveChanges.xml': packageXml({ CustomField: ['Product2.Grinder__c'] }),
    });
    expect(row(gone, 'CustomField')).to.include({ deleted: true });
    expect(world.org.schema.get('Product2')?.fields.some((one) => one.name === 'Grinder__c')).to.equal(false);
  });

  it('keeps a field that code, layouts, flows or permission sets still use, naming the users', async () => {
    const remove = (field: string): Promise<DeployResult> =>
      world.deploy({
        'package.xml': packageXml({}),
        'destructiveChangesPost.xml': packageXml({ CustomField: [field] }),
      });
    expect(problems(await remove('Product2.Cups_Per_Day__c'))[0]).to.equal(
      'This custom field is referenced elsewhere in salesforce.com. : Apex Class - MachineSizing.'
    );
    expect(problems(await remove('Installation_Visit__c.Visit_Date__c'))[0]).to.match(
      /Apex Class - InstallationPlanner, Validation Rule - .*Page Layout - .*Permission Set - Installation_Planner/
    );
    expect(problems(await remove('SBQQ__Quote__c.Discount_Tier__c'))[0]).to.match(
      /Flow Version - Quote_Set_Discount_Tier-1/
    );
  });

  it('deletes a class and the field it uses together, and the old user before the new one arrives', async () => {
    const both = await world.deploy({
      'package.xml': packageXml({}),
      'destructiveChanges.xml': packageXml({ CustomField: ['Product2.Cups_Per_Day__c'], ApexClass: ['MachineSizing'] }),
    });
    expect(both.status).to.equal('Succeeded');
    const released = await world.deploy({
      'package.xml': packageXml({ ApexClass: ['InstallationPlanner'] }),
      ...classFiles('InstallationPlanner', 'public class InstallationPlanner {}'),
      'destructiveChangesPost.xml': packageXml({ CustomObject: ['Installation_Visit__c'] }),
    });
    expect(released.status, JSON.stringify(released.details.componentFailures)).to.equal('Succeeded');
    expect(world.org.schema.get('Installation_Visit__c')).to.equal(undefined);
  });

  it('fails on a missing component in a destructive manifest unless warnings are ignored', async () => {
    const files = { 'package.xml': packageXml({}), 'destructiveChanges.xml': packageXml({ ApexClass: ['Nobody'] }) };
    const strict = await world.deploy(files);
    expect(strict.status).to.equal('Failed');
    expect(row(strict, 'ApexClass')).to.include({
      problem: 'No ApexClass named: Nobody found',
      problemType: 'Warning',
      success: true,
    });
    expect((await world.deploy(files, { ignoreWarnings: true })).status).to.equal('Succeeded');
  });

  it('never deletes a record type, and takes a wildcard for nothing', async () => {
    world.side.seed({
      components: [
        {
          type: 'RecordType',
          fullName: 'Installation_Visit__c.Repair',
          xml: '<recordTypes><fullName>Repair</fullName><active>true</active><label>Repair</label></recordTypes>',
        },
      ],
    });
    const result = await world.deploy({
      'package.xml': packageXml({}),
      'destructiveChanges.xml': packageXml({ RecordType: ['Installation_Visit__c.Repair'], ApexClass: ['*'] }),
    });
    expect(problems(result)).to.deep.equal(['Cannot delete record type through API']);
  });

  it('runs the tests of a class that says @IsTest', async () => {
    const files = {
      'package.xml': packageXml({ ApexClass: ['KettleTest'] }),
      ...classFiles('KettleTest', '@IsTest class KettleTest { @IsTest static void boils() { FAIL_THIS_TEST(); } }'),
    };
    const failed = await world.deploy(files, { testLevel: 'RunSpecifiedTests', runTests: ['KettleTest'] });
    expect(failed).to.include({ status: 'Failed', numberTestErrors: 1, numberTestsTotal: 1 });
    expect(failed.details.runTestResult.failures[0]).to.include({ name: 'KettleTest', methodName: 'boils' });
    expect(world.side.components.has('ApexClass', 'KettleTest')).to.equal(false);
    expect(await world.deploy({ 'package.xml': packageXml({}) }, { testLevel: 'RunLocalTests' })).to.include({
      status: 'Succeeded',
      numberTestsTotal: 2,
    });
  });

  it('quick-deploys a validation that ran tests, once and not after another deployment', async () => {
    const files = {
      'package.xml': packageXml({ ApexClass: ['Kettle'] }),
      ...classFiles('Kettle', 'public class Kettle {}'),
    };
    const untested = await world.deploy(files, { checkOnly: true, testLevel: 'NoTestRun' });
    expect(() => world.side.deployments.quickDeploy(untested.id, world.admin)).to.throw(/validation ID/);
    const validated = await world.deploy(files, { checkOnly: true, testLevel: 'RunLocalTests' });
    const id = world.side.deployments.quickDeploy(validated.id, world.admin);
    expect(world.side.deployments.finish(id).status).to.equal('Succeeded');
    expect(world.side.components.has('ApexClass', 'Kettle')).to.equal(true);
    const later = await world.deploy(
      { 'package.xml': packageXml({}) },
      { checkOnly: true, testLevel: 'RunLocalTests' }
    );
    await world.deploy({ 'package.xml': packageXml({}) });
    expect(() => world.side.deployments.quickDeploy(later.id, world.admin)).to.throw(/validation ID/);
  });

  it('runs one deployment at a time and can cancel one that waits', async () => {
    const archive = await zip({
      'package.xml': packageXml({ ApexClass: ['Kettle'] }),
      ...classFiles('Kettle', 'public class Kettle {}'),
    });
    const first = await world.side.deployments.submit(archive, {}, world.admin);
    const second = await world.side.deployments.submit(archive, {}, world.admin);
    expect(world.side.deployments.check(second).status).to.equal('Pending');
    world.side.deployments.cancel(second, world.admin);
    expect(world.side.deployments.check(second)).to.include({ status: 'Canceled', done: true, success: false });
    expect(world.side.deployments.check(first)).to.include({ status: 'Succeeded' });
    const listed = world.tooling('SELECT Id, Status, CheckOnly, CreatedBy.Name FROM DeployRequest');
    expect(listed.map((one) => one['Status'])).to.deep.equal(['Succeeded', 'Canceled']);
    expect(listed[0]?.['CreatedBy']).to.include({ Name: 'Ada Admin' });
  });

  it('replaces a permission set whole and lays a profile over what is there', async () => {
    const set =
      '<PermissionSet><label>Installation Planner</label><objectPermissions><allowCreate>false</allowCreate><allowDelete>false</allowDelete><allowEdit>false</allowEdit><allowRead>true</allowRead><modifyAllRecords>false</modifyAllRecords><object>Product2</object><viewAllRecords>false</viewAllRecords></objectPermissions></PermissionSet>';
    const profile =
      '<Profile><classAccesses><apexClass>MachineSizing</apexClass><enabled>true</enabled></classAccesses></Profile>';
    await world.deploy({
      'package.xml': packageXml({ PermissionSet: ['Installation_Planner'], Profile: ['Admin'] }),
      'permissionsets/Installation_Planner.permissionset': set,
      'profiles/Admin.profile': profile,
    });
    const all = await world.retrieved(
      { PermissionSet: ['Installation_Planner'] },
      'permissionsets/Installation_Planner.permissionset'
    );
    expect(all).to.include('Product2').and.not.include('Visit_Date__c');
    const admin = await world.retrieved(
      { Profile: ['Admin'], ApexClass: ['MachineSizing', 'DiscountLimits'] },
      'profiles/Admin.profile'
    );
    expect(admin).to.include('MachineSizing').and.include('DiscountLimits').and.not.include('fieldPermissions');
  });

  it('refuses a permission set that names a field nobody has', async () => {
    const set =
      '<PermissionSet><label>X</label><fieldPermissions><editable>true</editable><field>Product2.Nope__c</field><readable>true</readable></fieldPermissions></PermissionSet>';
    const result = await world.deploy({
      'package.xml': packageXml({ PermissionSet: ['X'] }),
      'permissionsets/X.permissionset': set,
    });
    expect(problems(result)).to.deep.equal(['In field: field - no CustomField named Product2.Nope__c found']);
  });

  it('refuses a class that names a field the object lacks', async () => {
    const result = await world.deploy({
      'package.xml': packageXml({ ApexClass: ['Odd'] }),
      ...classFiles('Odd', 'public class Odd { Object go(Product2 p) { return [SELECT Nope__c FROM Product2]; } }'),
    });
    expect(problems(result)).to.deep.equal(['Variable does not exist: Nope__c']);
  });

  it('adds labels member by member', async () => {
    const labels =
      '<CustomLabels><labels><fullName>Fresh</fullName><language>en_US</language><protected>false</protected><shortDescription>Fresh</shortDescription><value>Fresh beans</value></labels></CustomLabels>';
    const result = await world.deploy({
      'package.xml': packageXml({ CustomLabels: ['CustomLabels'] }),
      'labels/CustomLabels.labels': labels,
    });
    expect(row(result, 'CustomLabel')).to.include({ fullName: 'Fresh', created: true });
    expect(await world.retrieved({ CustomLabels: ['CustomLabels'] }, 'labels/CustomLabels.labels'))
      .to.include('Ask_A_Manager')
      .and.include('Fresh beans');
  });

  it('creates an object with fields and a layout in one go', async () => {
    const object = `<CustomObject><deploymentStatus>Deployed</deploymentStatus><label>Bean</label><pluralLabel>Beans</pluralLabel><nameField><label>Bean</label><type>Text</type></nameField><sharingModel>ReadWrite</sharingModel>
      <fields><fullName>Origin__c</fullName><label>Origin</label><length>80</length><type>Text</type></fields><fields><fullName>Machine__c</fullName><label>Machine</label><referenceTo>Product2</referenceTo><deleteConstraint>Restrict</deleteConstraint><type>Lookup</type></fields></CustomObject>`;
    const layout =
      '<Layout><layoutSections><layoutColumns><layoutItems><behavior>Edit</behavior><field>Origin__c</field></layoutItems></layoutColumns><style>OneColumn</style></layoutSections></Layout>';
    const result = await world.deploy({
      'package.xml': packageXml({ CustomObject: ['Bean__c'], Layout: ['Bean__c-Bean Layout'] }),
      'objects/Bean__c.object': object,
      'layouts/Bean__c-Bean Layout.layout': layout,
    });
    expect(result.status, JSON.stringify(problems(result))).to.equal('Succeeded');
    expect(result.details.componentSuccesses.map((one) => `${one.componentType}:${one.fullName}`)).to.include.members([
      'CustomObject:Bean__c',
      'CustomField:Bean__c.Origin__c',
      'Layout:Bean__c-Bean Layout',
    ]);
    const { id } = world.org.records.writeOne(world.admin, {
      operation: 'insert',
      object: 'Bean__c',
      values: { Name: 'Arabica', Origin__c: 'Ethiopia' },
    });
    expect(world.org.row('Bean__c', id)).to.include({ Origin__c: 'Ethiopia' });
    expect(world.org.schema.get('Bean__c')?.fields.find((field) => field.name === 'Machine__c')).to.include({
      restrictedDelete: true,
      type: 'reference',
    });
  });
});
