import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PracticeOrg } from '../org/engine/practiceOrg.js';
import { packageXml } from '../unit/org/metadata/practiceMetadata.js';
import { proves } from './support/proves.js';
import { setStage, type Stage } from './support/stage.js';
import { twoAtATime } from './support/twoAtATime.js';

const DEPLOY = ['project', 'deploy', 'start'];
const NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"';

function writesOf(org: PracticeOrg): string[] {
  return org.opLog.entries.flatMap((entry) =>
    entry.kind === 'componentWrite' ? [`${entry.operation} ${entry.type} ${entry.fullName}`] : []
  );
}

/** A class as source; deployed by its path. */
function classFiles(stage: Stage, name: string, body = `public class ${name} {\n}\n`): string {
  stage.file(
    `force-app/main/default/classes/${name}.cls-meta.xml`,
    `<?xml version="1.0" encoding="UTF-8"?>\n<ApexClass ${NS}><apiVersion>64.0</apiVersion><status>Active</status></ApexClass>\n`
  );
  return stage.file(`force-app/main/default/classes/${name}.cls`, body);
}

describe('stock sf deploys what it retrieved from a practice org', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
    await stage.cli.run(['project', 'generate', 'manifest', '--from-org', 'practice', '--name', 'all', '--json']);
    await stage.sf(['project', 'retrieve', 'start', '-x', 'all.xml']);
  });
  after(() => stage.close());

  it(
    'as unchanged',
    proves('sf', ['deploy.unchanged'], async () => {
      const { details, success } = await stage.sf([...DEPLOY, '-d', 'force-app']);
      expect(success).to.equal(true);
      const changed = details.componentSuccesses.filter(
        (row: any) => row.componentType !== '' && (row.changed || row.created)
      );
      expect(changed).to.deep.equal([]);
      expect(writesOf(stage.org)).to.deep.equal([]);
    })
  );

  it(
    'with a change of each type',
    proves('sf', ['deploy.each', 'flow.versions', 'flow.definition'], async () => {
      const base = 'force-app/main/default';
      const edit = (path: string, from: string | RegExp, to: string): void => {
        const before = readFileSync(join(stage.place.cwd, base, path), 'utf8');
        const after = before.replace(from, to);
        expect(after, path).to.not.equal(before);
        stage.file(`${base}/${path}`, after);
      };
      edit('classes/MachineSizing.cls', 'public with', '// sized\npublic with');
      edit('labels/CustomLabels.labels-meta.xml', 'This discount needs a manager.', 'Ask somebody.');
      edit(
        'layouts/Installation_Visit__c-Installation Visit Layout.layout-meta.xml',
        '<label>Information</label>',
        '<label>Visit</label>'
      );
      edit(
        'objects/Installation_Visit__c/Installation_Visit__c.object-meta.xml',
        '<pluralLabel>Installation Visits',
        '<pluralLabel>Visits'
      );
      edit(
        'objects/Installation_Visit__c/fields/Visit_Date__c.field-meta.xml',
        '<label>Visit Date',
        '<label>Date of Visit'
      );
      edit(
        'objects/Installation_Visit__c/validationRules/Date_Once_Confirmed.validationRule-meta.xml',
        'needs a date',
        'wants a date'
      );
      edit('objects/Installation_Visit__c/listViews/All.listView-meta.xml', '<label>All<', '<label>Every<');
      edit(
        'permissionsets/Installation_Planner.permissionset-meta.xml',
        /<label>.*<\/label>/,
        '<label>Planner</label>'
      );
      edit('profiles/Admin.profile-meta.xml', '<enabled>true</enabled>', '<enabled>false</enabled>');
      edit('remoteSiteSettings/Telemetry.remoteSite-meta.xml', 'telemetry.', 'numbers.');
      edit('tabs/Installation_Visit__c.tab-meta.xml', /<motif>.*<\/motif>/, '<motif>Custom1: Heart</motif>');
      edit(
        'customPermissions/Override_Discount_Limit.customPermission-meta.xml',
        /<label>.*<\/label>/,
        '<label>Override</label>'
      );
      edit('flows/Machine_Finder.flow-meta.xml', '<label>Machine Finder</label>', '<label>Find a Machine</label>');
      edit(
        'flowDefinitions/Machine_Finder.flowDefinition-meta.xml',
        /<activeVersionNumber>\d+</,
        '<activeVersionNumber>1<'
      );
      const before = stage.side.flows.get('Machine_Finder')?.versions.length ?? 0;
      const { success } = await stage.sf([...DEPLOY, '-d', 'force-app']);
      expect(success).to.equal(true);
      expect(writesOf(stage.org)).to.include.members([
        'change ApexClass MachineSizing',
        'change CustomLabel Ask_A_Manager',
        'change Layout Installation_Visit__c-Installation Visit Layout',
        'change CustomObject Installation_Visit__c',
        'change CustomField Installation_Visit__c.Visit_Date__c',
        'change ValidationRule Installation_Visit__c.Date_Once_Confirmed',
        'change ListView Installation_Visit__c.All',
        'change PermissionSet Installation_Planner',
        'change Profile Admin',
        'change RemoteSiteSetting Telemetry',
        'change CustomTab Installation_Visit__c',
        'change CustomPermission Override_Discount_Limit',
      ]);
      const flow = stage.side.flows.get('Machine_Finder');
      expect(flow?.versions).to.have.lengthOf(before + 1);
      expect(flow?.versions.find((version) => version.status === 'Active')?.number).to.equal(1);
      expect(stage.org.schema.field('Installation_Visit__c', 'Visit_Date__c')?.label).to.equal('Date of Visit');
    })
  );

  it(
    'with an object nobody had',
    proves('sf', ['deploy.create'], async () => {
      const base = 'force-app/main/default/objects/Site_Survey__c';
      stage.file(
        `${base}/Site_Survey__c.object-meta.xml`,
        `<?xml version="1.0" encoding="UTF-8"?>\n<CustomObject ${NS}><deploymentStatus>Deployed</deploymentStatus><label>Site Survey</label><nameField><label>Name</label><type>Text</type></nameField><pluralLabel>Site Surveys</pluralLabel><sharingModel>ReadWrite</sharingModel></CustomObject>`
      );
      stage.file(
        `${base}/fields/Floor__c.field-meta.xml`,
        `<?xml version="1.0" encoding="UTF-8"?>\n<CustomField ${NS}><fullName>Floor__c</fullName><label>Floor</label><length>20</length><type>Text</type></CustomField>`
      );
      stage.file(
        'force-app/main/default/permissionsets/Surveyor.permissionset-meta.xml',
        `<?xml version="1.0" encoding="UTF-8"?>\n<PermissionSet ${NS}><fieldPermissions><editable>true</editable><field>Site_Survey__c.Floor__c</field><readable>true</readable></fieldPermissions><hasActivationRequired>false</hasActivationRequired><label>Surveyor</label><objectPermissions><allowCreate>true</allowCreate><allowDelete>false</allowDelete><allowEdit>true</allowEdit><allowRead>true</allowRead><modifyAllRecords>false</modifyAllRecords><object>Site_Survey__c</object><viewAllRecords>false</viewAllRecords></objectPermissions></PermissionSet>`
      );
      await stage.sf(
        [...DEPLOY, '-d', 'force-app/main/default/objects/Site_Survey__c', '-m', 'PermissionSet:Surveyor']
          .filter((arg, index, all) => !(arg === '-m' || all[index - 1] === '-m'))
          .concat(['-d', 'force-app/main/default/permissionsets/Surveyor.permissionset-meta.xml'])
      );
      expect(stage.org.schema.field('Site_Survey__c', 'Floor__c')?.length).to.equal(20);
      const made = await stage.sf([
        'data',
        'create',
        'record',
        '-s',
        'Site_Survey__c',
        '-v',
        "Name=Cellar Floor__c='-1'",
      ]);
      expect(stage.org.row('Site_Survey__c', made.id)).to.include({ Name: 'Cellar', Floor__c: '-1' });
    })
  );
});

describe('stock sf watches over deploys to a practice org', () => {
  let stage: Stage;
  let answers: Record<keyof ReturnType<typeof commands>, Promise<any>>;

  const commands = (at: Stage) => ({
    dryRun: () => at.sf([...DEPLOY, '--dry-run', '-d', classFiles(at, 'TriedOnly')]),
    refused: () =>
      at.refused([
        ...DEPLOY,
        '-d',
        classFiles(at, 'Broken', 'public class Broken {\n  Object a = [SELECT Nope__c FROM Product2];\n}\n'),
      ]),
    rest: () => at.sf([...DEPLOY, '-d', classFiles(at, 'ByRest')], { env: { SF_ORG_METADATA_REST_DEPLOY: 'true' } }),
    destructive: () =>
      at.sf([
        ...DEPLOY,
        '-x',
        at.file('package.xml', packageXml({ ApexClass: ['Newcomer'] })),
        '--pre-destructive-changes',
        at.file('before.xml', packageXml({ ApexClass: ['InstallationPlanner'] })),
        '--post-destructive-changes',
        at.file('after.xml', packageXml({ RemoteSiteSetting: ['Telemetry'], Flow: ['Machine_Finder-1'] })),
      ]),
    validate: async () => {
      const { id } = await at.sf([
        'project',
        'deploy',
        'validate',
        '-d',
        classFiles(at, 'Quick'),
        '-l',
        'RunSpecifiedTests',
        '-t',
        'DiscountLimitsTest',
      ]);
      return { validation: id, deployed: await at.sf(['project', 'deploy', 'quick', '-i', id]) };
    },
  });

  before(async () => {
    stage = await setStage();
    classFiles(stage, 'Newcomer');
  });
  after(() => stage.close());

  it(
    'tells how a deploy of somebody else stands, and cancels it',
    proves('sf', ['deploy.report', 'deploy.cancel'], async () => {
      stage.org.switches.jobPolls = 1000;
      const { id } = await stage.sf([...DEPLOY, '--async', '-d', classFiles(stage, 'Waiting')]);
      const report = await stage.cli.run([
        'project',
        'deploy',
        'report',
        '-i',
        id,
        '--target-org',
        'practice',
        '--json',
      ]);
      expect(report.json.result).to.include({ id, status: 'InProgress', done: false });
      const canceled = await stage.cli.run([
        'project',
        'deploy',
        'cancel',
        '-i',
        id,
        '--target-org',
        'practice',
        '--json',
      ]);
      expect(canceled.json.result).to.include({ id, status: 'Canceled', done: true });
      expect(writesOf(stage.org)).to.deep.equal([]);
      stage.org.switches.jobPolls = 0;
      answers = twoAtATime(commands(stage));
    })
  );

  it(
    'tries a deploy without changing anything',
    proves('sf', ['deploy.dryRun'], async () => {
      expect(await answers.dryRun).to.include({ checkOnly: true, success: true });
      expect(stage.side.components.get('ApexClass', 'TriedOnly')).to.equal(undefined);
    })
  );

  it(
    'hears what is wrong and where',
    proves('sf', ['deploy.refused'], async () => {
      const { json } = await answers.refused;
      const [failure] = [json.result.details.componentFailures].flat();
      expect(failure).to.include({ fullName: 'Broken', componentType: 'ApexClass', success: false, lineNumber: 2 });
      expect(failure.problem).to.include('Nope__c');
      expect(stage.side.components.get('ApexClass', 'Broken')).to.equal(undefined);
    })
  );

  it(
    'deploys by REST',
    proves('sf', ['deploy.rest'], async () => {
      expect(await answers.rest).to.include({ success: true });
      expect(stage.side.components.get('ApexClass', 'ByRest')).to.not.equal(undefined);
      expect(
        stage.org.opLog.entries.some(
          (entry) => entry.kind === 'request' && entry.path.endsWith('/metadata/deployRequest')
        )
      ).to.equal(true);
    })
  );

  it(
    'deletes before and after',
    proves('sf', ['deploy.destructiveBefore', 'deploy.destructiveAfter', 'flow.deleteVersion'], async () => {
      expect(await answers.destructive).to.include({ success: true });
      const writes = writesOf(stage.org);
      const order = [
        'delete ApexClass InstallationPlanner',
        'create ApexClass Newcomer',
        'delete Flow Machine_Finder-1',
        'delete RemoteSiteSetting Telemetry',
      ];
      expect(writes).to.include.members(order);
      expect(writes.indexOf(order[0] ?? '')).to.be.lessThan(writes.indexOf(order[1] ?? ''));
      expect(writes.indexOf(order[1] ?? '')).to.be.lessThan(writes.indexOf(order[3] ?? ''));
      expect(stage.side.flows.get('Machine_Finder')?.versions.map((version) => version.number)).to.not.include(1);
    })
  );

  it(
    'deploys what was validated',
    proves('sf', ['deploy.quick', 'deploy.history'], async () => {
      const { validation, deployed } = await answers.validate;
      expect(deployed).to.include({ success: true });
      expect(stage.side.components.get('ApexClass', 'Quick')).to.not.equal(undefined);
      const { records } = await stage.sf([
        'data',
        'query',
        '-t',
        '-q',
        'SELECT Id, CheckOnly, Status FROM DeployRequest',
      ]);
      expect(records.map((one: any) => one.Id)).to.include.members([validation, deployed.id]);
      expect(records).to.have.lengthOf(stage.side.deployments.list().length);
    })
  );
});
