import { expect } from 'chai';
import { checkPlan } from '../../src/apply/checkPlan.js';
import { openPlan } from '../../src/apply/readyPlan.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import type { MetadataSide } from '../org/engine/metadata/metadataSide.js';
import { runQuery } from '../org/engine/soql/runQuery.js';
import { apexClass, deployAs, permissionSet, textField } from '../support/deploys.js';
import { accessFile, fieldGrant, objectGrant, permissionsOf } from '../support/permissions.js';
import { World } from '../support/world.js';

const PLANNER = { type: 'PermissionSet', fullName: 'Installation_Planner' };
const SCOPE = {
  metadata: [
    { type: 'ApexClass', fullName: 'MachineSizing' },
    { type: 'CustomField', fullName: 'Product2.Cups_Per_Day__c' },
    { type: 'CustomField', fullName: 'Product2.Promo_Code__c' },
    PLANNER,
  ],
};

describe('permissions go back', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const now = (): string[] => permissionsOf(world.org, world.user('Ada Admin'));
  const idOf = (soql: string): string =>
    String(runQuery(world.org, world.user('Ada Admin'), 'data', soql).records[0]?.['Id']);
  const setId = (name: string): string => idOf(`SELECT Id FROM PermissionSet WHERE Name = '${name}'`);
  const deploySet = (person: 'Dov Deployer' | 'Cleo Colleague', ...fields: string[]): Promise<string> =>
    deployAs(world, person, permissionSet('Installation_Planner', 'Installation Planner', fields), [
      'PermissionSet:Installation_Planner',
    ]);

  it('revokes what a deployed permission set granted and grants what it took away', async () => {
    const before = now();
    const { snapshot, plan, run } = await world.rolledBack(SCOPE, async () => {
      await deploySet('Dov Deployer', 'Product2.Cups_Per_Day__c');
    });
    expect(
      plan.steps.filter(({ lane }) => lane === 'permissions').map(({ operation, count }) => [operation, count])
    ).to.deep.equal([
      ['revokePermission', 1],
      ['grantPermission', 6],
    ]);
    expect(plan.conflicts).to.deep.equal([]);
    expect(run.status).to.equal('succeeded');
    expect(now()).to.deep.equal(before);
    const validation = await world.validate(snapshot, run);
    expect(validation.verdict).to.equal('restored');
    expect(validation.checked.permissions).to.equal(snapshot.counts.permissionRows).and.to.be.above(0);
  });

  it('keeps what a colleague granted by hand, in the same permission set', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(
      world,
      'Dov Deployer',
      accessFile(world, 'PermissionSet', 'Installation_Planner', fieldGrant('Product2.Cups_Per_Day__c', true)),
      ['PermissionSet:Installation_Planner']
    );
    world.org.clock.advance(60_000);
    world.insert('Cleo Colleague', 'FieldPermissions', {
      ParentId: setId('Installation_Planner'),
      SobjectType: 'Product2',
      Field: 'Product2.Bean_Hoppers__c',
      PermissionsRead: true,
      PermissionsEdit: false,
    });
    const plan = await world.plan(snapshot);
    expect(plan.conflicts.map(({ target, kind, decision }) => [target, kind, decision])).to.deep.equal([
      ['permission:Installation_Planner:Product2.Bean_Hoppers__c', 'unknownAuthor', 'keep'],
    ]);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 1 });
    expect(now()).to.include('PermissionSet Installation_Planner Product2.Bean_Hoppers__c Read');
    expect(now().join('\n')).not.to.include('Installation_Planner Product2.Cups_Per_Day__c');
    expect((await world.validate(snapshot, run)).verdict).to.equal('restoredExceptKept');
  });

  it('takes a conflict back where it is resolved by name', async () => {
    const before = now();
    const snapshot = await world.snapshot(SCOPE);
    await deploySet('Dov Deployer', 'Product2.Cups_Per_Day__c');
    world.org.clock.advance(60_000);
    world.insert('Cleo Colleague', 'SetupEntityAccess', {
      ParentId: setId('Installation_Planner'),
      SetupEntityId: idOf("SELECT Id FROM ApexClass WHERE Name = 'MachineSizing'"),
    });
    const plan = await world.plan(snapshot, {
      choice: { resolve: [{ selector: 'permission:Installation_Planner:*', decision: 'restore' }] },
    });
    const own = plan.conflicts.filter(({ target }) => target.startsWith('permission:'));
    expect(own.length).to.be.above(0);
    expect(own.every(({ decision }) => decision === 'restore')).to.equal(true);
    await world.apply(plan);
    expect(now()).to.deep.equal(before);
  });

  it('revokes rows that a profile got, by row, and leaves the rest of the profile alone', async () => {
    const before = now();
    const { snapshot, plan, run } = await world.rolledBack(SCOPE, async () => {
      await deployAs(
        world,
        'Dov Deployer',
        {
          'profiles/Admin.profile': `<?xml version="1.0" encoding="UTF-8"?><Profile xmlns="http://soap.sforce.com/2006/04/metadata"><classAccesses><apexClass>MachineSizing</apexClass><enabled>true</enabled></classAccesses>${fieldGrant('Product2.Cups_Per_Day__c', false)}</Profile>`,
        },
        ['Profile:Admin']
      );
    });
    expect(plan.steps.map(({ operation, target }) => `${operation} ${target}`)).to.deep.equal([
      'revokePermission permission:Admin (profile)',
      'grantPermission permission:Admin (profile)',
    ]);
    expect(run.totals).to.deep.equal({ restored: 2 });
    expect(now()).to.deep.equal(before);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('takes access to a created field away before the field goes, and what a created permission set grants with the set', async () => {
    const before = now();
    const { snapshot, plan, run } = await world.rolledBack(
      { metadata: [...SCOPE.metadata, { type: 'PermissionSet', fullName: 'Spring_Promotion' }] },
      async () => {
        await deployAs(
          world,
          'Dov Deployer',
          {
            ...textField('Product2', 'Promo_Code__c', 'Promo Code'),
            ...permissionSet('Spring_Promotion', 'Spring', ['Product2.Promo_Code__c', 'Product2.Cups_Per_Day__c']),
            ...accessFile(world, 'PermissionSet', 'Installation_Planner', fieldGrant('Product2.Promo_Code__c', true)),
          },
          ['CustomField:Product2.Promo_Code__c', 'PermissionSet:Spring_Promotion', 'PermissionSet:Installation_Planner']
        );
      }
    );
    expect(plan.steps.map(({ operation, target }) => `${operation} ${target}`)).to.deep.equal([
      'revokePermission permission:Installation_Planner',
      'deleteComponent metadata:CustomField:Product2.Promo_Code__c',
      'deleteComponent metadata:PermissionSet:Spring_Promotion',
    ]);
    expect(run.steps.flatMap(({ errors }) => errors)).to.deep.equal([]);
    expect(now()).to.deep.equal(before);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('grants access to a class again after the class is back', async () => {
    const before = now();
    const { plan, run } = await world.rolledBack(
      {
        metadata: [
          { type: 'ApexClass', fullName: 'InstallationPlanner' },
          { type: 'PermissionSet', fullName: 'Installation_Planner' },
        ],
      },
      async () => {
        await deployAs(world, 'Dov Deployer', {}, [], ['ApexClass:InstallationPlanner']);
      }
    );
    const [back, grant] = plan.steps;
    expect([back?.operation, grant?.operation]).to.deep.equal(['recreateComponent', 'grantPermission']);
    expect(grant?.waitsFor).to.deep.equal([back?.id]);
    expect(run.totals).to.deep.equal({ restored: 2 });
    expect(now()).to.deep.equal(before);
  });

  it('brings a deleted permission set back without its access to a field that stays deleted, and checks it so', async () => {
    const notes = 'Installation_Visit__c.Site_Notes__c';
    const before = now();
    const snapshot = await world.snapshot({ metadata: [PLANNER, { type: 'CustomField', fullName: notes }] });
    await deployAs(world, 'Dov Deployer', {}, [], ['PermissionSet:Installation_Planner', `CustomField:${notes}`]);
    const plan = await world.plan(snapshot);
    expect(plan.steps.map(({ operation }) => operation)).to.deep.equal(['recreateComponent']);
    expect(plan.leftOut).to.deep.equal([
      { target: `permission:Installation_Planner:${notes}`, why: `${notes} was deleted since and stays deleted` },
    ]);
    const org = await world.as('Ada Admin');
    const ready = await openPlan(org, world.store, parseStoreId(plan.id) as StoreId);
    const findings = await checkPlan(org, ready.baseline, plan, ready.folder, { names: [] }, world.chance, SILENT);
    expect(findings.map(({ code }) => code)).to.deep.equal(['checkPassed']);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 1 });
    expect(now()).to.deep.equal(before.filter((line) => !line.includes(notes)));
    const validation = await world.validate(snapshot, run);
    expect(validation.verdict).to.equal('restoredExceptKept');
  });

  it('takes a label back without touching a row, whoever changed rows since', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(
      world,
      'Dov Deployer',
      accessFile(world, 'PermissionSet', 'Installation_Planner', '', ['Installation Planner', 'Renamed']),
      ['PermissionSet:Installation_Planner']
    );
    const plan = await world.plan(snapshot);
    expect(plan.steps.map(({ operation }) => operation)).to.deep.equal(['restoreComponent']);
    // Between plan and apply a colleague grants something: it is in no step, and it stays.
    world.org.clock.advance(60_000);
    world.insert('Cleo Colleague', 'FieldPermissions', {
      ParentId: setId('Installation_Planner'),
      SobjectType: 'Product2',
      Field: 'Product2.Bean_Hoppers__c',
      PermissionsRead: true,
      PermissionsEdit: false,
    });
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 1 });
    expect(idOf("SELECT Id FROM PermissionSet WHERE Label = 'Installation Planner'")).to.equal(
      setId('Installation_Planner')
    );
    expect(now()).to.include('PermissionSet Installation_Planner Product2.Bean_Hoppers__c Read');
  });

  it('takes user permissions of a permission set and of a custom profile back', async () => {
    seedSales(world.side);
    const before = now();
    const { run } = await world.rolledBack(
      { metadata: [PLANNER, { type: 'Profile', fullName: 'Sales' }] },
      async () => {
        await deployAs(
          world,
          'Dov Deployer',
          {
            ...accessFile(
              world,
              'PermissionSet',
              'Installation_Planner',
              '<userPermissions><enabled>true</enabled><name>ViewSetup</name></userPermissions>'
            ),
            'profiles/Sales.profile':
              '<?xml version="1.0" encoding="UTF-8"?><Profile xmlns="http://soap.sforce.com/2006/04/metadata"><userPermissions><enabled>true</enabled><name>ModifyAllData</name></userPermissions><userPermissions><enabled>true</enabled><name>ViewAllData</name></userPermissions><userPermissions><enabled>false</enabled><name>ApiEnabled</name></userPermissions></Profile>',
          },
          ['PermissionSet:Installation_Planner', 'Profile:Sales']
        );
      }
    );
    expect(run.totals).to.deep.equal({ restored: 4 });
    expect(now()).to.deep.equal(before);
  });

  for (const missingDescriptionClears of [true, false])
    it(`takes a description away that came since, ${missingDescriptionClears ? 'as' : 'though not'} every deployment without one does`, async () => {
      world.org.switches.missingDescriptionClears = missingDescriptionClears;
      world.side.seed({
        components: [
          { type: 'PermissionSet', fullName: 'Plain', xml: '<PermissionSet><label>Plain</label></PermissionSet>' },
        ],
      });
      const { snapshot, run } = await world.rolledBack(
        { metadata: [{ type: 'PermissionSet', fullName: 'Plain' }] },
        async () => {
          const file = accessFile(world, 'PermissionSet', 'Plain', '<description>New</description>');
          await deployAs(world, 'Dov Deployer', file, ['PermissionSet:Plain']);
        }
      );
      expect(run.totals).to.deep.equal({ restored: 1 });
      expect(idOf("SELECT Id FROM PermissionSet WHERE Name = 'Plain' AND Description = null")).to.equal(setId('Plain'));
      expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
    });

  it('takes settings of a profile back that no query shows, and names those that no deployment takes away', async () => {
    const APP = 'Coffee';
    const profile = (...entries: string[]): string =>
      `<Profile xmlns="http://soap.sforce.com/2006/04/metadata"><custom>true</custom>${entries.sort().join('')}<userLicense>Salesforce</userLicense></Profile>`;
    const app = (visible: boolean): string =>
      `<applicationVisibilities><application>${APP}</application><default>false</default><visible>${visible}</visible></applicationVisibilities>`;
    const hours = '<loginHours><mondayEnd>1020</mondayEnd><mondayStart>480</mondayStart></loginHours>';
    const range =
      '<loginIpRanges><endAddress>10.0.0.9</endAddress><startAddress>10.0.0.1</startAddress></loginIpRanges>';
    world.side.seed({
      components: [
        {
          type: 'CustomApplication',
          fullName: APP,
          xml: '<CustomApplication><label>Coffee</label></CustomApplication>',
        },
        { type: 'Profile', fullName: 'Sales', xml: profile(app(false)) },
      ],
    });
    const snapshot = await world.snapshot({
      metadata: [
        { type: 'Profile', fullName: 'Sales' },
        { type: 'CustomApplication', fullName: APP },
      ],
    });
    await deployAs(world, 'Dov Deployer', { 'profiles/Sales.profile': profile(app(true), hours, range) }, [
      'Profile:Sales',
    ]);
    const plan = await world.plan(snapshot);
    expect(plan.manual.map(({ target, what }) => `${target} ${what.split('.')[0] ?? ''}`)).to.deep.equal([
      'metadata:Profile:Sales No deployment takes log-in IP ranges away that came since',
    ]);
    await world.apply(plan);
    const content = world.side.components.get('Profile', 'Sales')?.content;
    const left = content?.kind === 'xml' ? content.root.children.map(({ name }) => name) : [];
    expect(left).to.include('loginIpRanges').and.to.not.include('loginHours');
    expect(JSON.stringify(content?.kind === 'xml' && content.root)).to.not.include('"visible","text":"true"');
  });

  it('gives and takes rights on details after and before those on their masters', async () => {
    const before = now();
    const rights = (object: string): string => objectGrant(object, 'allowRead');
    world.side.seed({
      components: [
        {
          type: 'PermissionSet',
          fullName: 'Quotes',
          xml: `<PermissionSet><label>Quotes</label>${rights('SBQQ__Quote__c')}${rights('SBQQ__QuoteLine__c')}</PermissionSet>`,
        },
        {
          type: 'PermissionSet',
          fullName: 'No_Quotes',
          xml: '<PermissionSet><label>No Quotes</label></PermissionSet>',
        },
      ],
    });
    const start = now();
    expect(start.length).to.be.above(before.length);
    const { run } = await world.rolledBack(
      {
        metadata: ['Quotes', 'No_Quotes'].map((fullName) => ({ type: 'PermissionSet', fullName })),
      },
      async () => {
        await deployAs(
          world,
          'Dov Deployer',
          {
            ...accessFile(
              world,
              'PermissionSet',
              'No_Quotes',
              `${rights('SBQQ__Quote__c')}${rights('SBQQ__QuoteLine__c')}`
            ),
            ...permissionSet('Quotes', 'Quotes'),
          },
          ['PermissionSet:Quotes', 'PermissionSet:No_Quotes']
        );
      }
    );
    expect(run.totals).to.deep.equal({ restored: 4 });
    expect(now()).to.deep.equal(start);
  });

  it('takes the members of a group back, and names assignments without touching them', async () => {
    world.side.seed({
      components: [
        {
          type: 'PermissionSetGroup',
          fullName: 'Field_Service',
          xml: '<PermissionSetGroup><label>Field Service</label><permissionSets>Installation_Planner</permissionSets></PermissionSetGroup>',
        },
        { type: 'PermissionSet', fullName: 'Extra', xml: '<PermissionSet><label>Extra</label></PermissionSet>' },
      ],
    });
    const before = now();
    const snapshot = await world.snapshot({
      metadata: [PLANNER, { type: 'PermissionSetGroup', fullName: 'Field_Service' }],
    });
    await deployAs(
      world,
      'Dov Deployer',
      {
        'permissionsetgroups/Field_Service.permissionsetgroup':
          '<?xml version="1.0" encoding="UTF-8"?><PermissionSetGroup xmlns="http://soap.sforce.com/2006/04/metadata"><label>Field Service</label><permissionSets>Extra</permissionSets></PermissionSetGroup>',
      },
      ['PermissionSetGroup:Field_Service']
    );
    const assignment = world.insert('Cleo Colleague', 'PermissionSetAssignment', {
      AssigneeId: world.user('Cleo Colleague').id,
      PermissionSetId: setId('Installation_Planner'),
    });
    const plan = await world.plan(snapshot);
    expect(plan.findings.map(({ code, subject }) => `${code} ${subject}`)).to.deep.equal([
      'assignmentsChanged permission:Installation_Planner',
      'groupsRecalculated permissions',
    ]);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 2 });
    expect(now()).to.deep.equal(before);
    expect(idOf(`SELECT Id FROM PermissionSetAssignment WHERE Id = '${assignment}'`)).to.equal(assignment);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
    const asked = await world.plan(snapshot, {
      choice: { resolve: [{ selector: 'permission:Installation_Planner:User:*', decision: 'restore' }] },
    });
    expect((await world.apply(asked)).totals).to.deep.equal({ restored: 1 });
    expect(idOf(`SELECT Id FROM PermissionSetAssignment WHERE Id = '${assignment}'`)).to.equal('undefined');
  });

  it('takes back what a group mutes, by the file of its muting permission set', async () => {
    const muting = (inner: string): Record<string, string> => ({
      'mutingpermissionsets/Quiet.mutingpermissionset': `<?xml version="1.0" encoding="UTF-8"?>\n<MutingPermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">${inner}<label>Quiet</label></MutingPermissionSet>\n`,
    });
    const [OLD, NEW] = ['MutingPermissionSet:Quiet', 'MutingPermissionSet:Loud'];
    const mutes = (name: string): string =>
      `<userPermissions><enabled>true</enabled><name>${name}</name></userPermissions>`;
    await deployAs(world, 'Ada Admin', muting(mutes('ApiEnabled') + mutes('RunFlow')), [OLD ?? '']);
    world.org.clock.advance(60_000);
    const names = ['Quiet', 'Loud'].map((fullName) => ({ type: 'MutingPermissionSet', fullName }));
    const snapshot = await world.snapshot({ metadata: names });
    const loud = Object.entries(muting(mutes('ManageFlow'))).map(([path, xml]) => [path.replace('Quiet', 'Loud'), xml]);
    await deployAs(
      world,
      'Dov Deployer',
      { ...muting(mutes('ApiEnabled')), ...(Object.fromEntries(loud) as Record<string, string>) },
      [OLD ?? '', NEW ?? '']
    );
    const plan = await world.plan(snapshot);
    expect(plan.steps.map(({ operation, target }) => [operation, target])).to.deep.equal([
      ['restoreComponent', `metadata:${OLD}`],
      ['deleteComponent', `metadata:${NEW}`],
    ]);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 2 });
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('says which groups the org has not worked out yet', async () => {
    world.side.seed({
      components: [
        {
          type: 'PermissionSetGroup',
          fullName: 'Field_Service',
          xml: '<PermissionSetGroup><label>Field Service</label><permissionSets>Installation_Planner</permissionSets></PermissionSetGroup>',
        },
      ],
    });
    const snapshot = await world.snapshot({ metadata: [{ type: 'PermissionSetGroup', fullName: 'Field_Service' }] });
    expect((await world.validate(snapshot)).findings).to.deep.equal([]);
    world.org.switches.groupStatus = 'Outdated';
    const { verdict, findings } = await world.validate(snapshot);
    expect(verdict).to.equal('restored');
    expect(findings.map(({ code, severity, subject }) => [code, severity, subject])).to.deep.equal([
      ['groupNotUpdated', 'warning', 'permission:Field_Service (group)'],
    ]);
  });

  it('says which groups the org will work out anew, in scope or not, and which are not done after the run', async () => {
    world.side.seed({
      components: [
        {
          type: 'PermissionSetGroup',
          fullName: 'Field_Service',
          xml: '<PermissionSetGroup><label>Field Service</label><permissionSets>Spring_Promotion</permissionSets></PermissionSetGroup>',
        },
      ],
    });
    await deployAs(world, 'Ada Admin', permissionSet('Spring_Promotion', 'Spring'), ['PermissionSet:Spring_Promotion']);
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot({ metadata: [{ type: 'PermissionSet', fullName: 'Spring_Promotion' }] });
    await deployAs(world, 'Dov Deployer', permissionSet('Spring_Promotion', 'Spring', ['Product2.Cups_Per_Day__c']), [
      'PermissionSet:Spring_Promotion',
    ]);
    const plan = await world.plan(snapshot);
    expect(plan.steps.map(({ operation }) => operation)).to.deep.equal(['revokePermission']);
    const [said] = plan.findings.filter(({ code }) => code === 'groupsRecalculated');
    expect(said?.message).to.include('1 group').and.to.include('Field_Service (group)');
    const run = await world.apply(plan);
    world.org.switches.groupStatus = 'Updating';
    const late = await world.validate(snapshot, run);
    expect(late.verdict).to.equal('restored');
    expect(late.findings.map(({ code, subject }) => [code, subject])).to.deep.equal([
      ['groupNotUpdated', 'permission:Field_Service (group)'],
    ]);
    world.org.switches.groupStatus = 'Updated';
    expect((await world.validate(snapshot, run)).findings).to.deep.equal([]);
  });

  it('leaves a created permission set that somebody has, and deletes it where its assignments are resolved', async () => {
    const scope = { metadata: [{ type: 'PermissionSet', fullName: 'Spring_Promotion' }] };
    const snapshot = await world.snapshot(scope);
    await deployAs(world, 'Dov Deployer', permissionSet('Spring_Promotion', 'Spring', ['Product2.Cups_Per_Day__c']), [
      'PermissionSet:Spring_Promotion',
    ]);
    world.insert('Dov Deployer', 'PermissionSetAssignment', {
      AssigneeId: world.user('Cleo Colleague').id,
      PermissionSetId: setId('Spring_Promotion'),
    });
    const plan = await world.plan(snapshot);
    expect(plan.steps).to.deep.equal([]);
    expect(plan.manual.map(({ target, what }) => `${target} ${what.split('.')[0] ?? ''}`)).to.deep.equal([
      'metadata:PermissionSet:Spring_Promotion It stays: it was created since and is assigned to 1 user',
    ]);
    const asked = await world.plan(snapshot, {
      choice: { resolve: [{ selector: 'permission:Spring_Promotion:User:*', decision: 'restore' }] },
    });
    expect(asked.steps.map(({ operation }) => operation)).to.deep.equal(['revokePermission', 'deleteComponent']);
    expect((await world.apply(asked)).totals).to.deep.equal({ restored: 2 });
    expect(world.side.components.get('PermissionSet', 'Spring_Promotion')).to.equal(undefined);
  });

  it('sees no change in rows that the org infers, and names them', async () => {
    world.org.switches.inferredFieldPermissions = true;
    const snapshot = await world.snapshot({
      metadata: [{ type: 'CustomField', fullName: 'Product2.Bean_Hoppers__c' }],
    });
    expect(snapshot.gaps.map(({ name, severity }) => [name, severity])).to.deep.equal([
      ['1 inferred permission row', 'limit'],
    ]);
    world.org.switches.inferredFieldPermissions = false;
    expect((await world.plan(snapshot)).empty).to.equal(true);
  });

  it('leaves permissions out where asked, and says so', async () => {
    const snapshot = await world.snapshot(SCOPE, undefined, true);
    expect(snapshot.counts.permissionRows).to.equal(0);
    expect(snapshot.gaps).to.deep.equal([
      { kind: 'permission', name: 'permissions', severity: 'limit', reason: 'left out by --no-permissions' },
    ]);
    await deploySet('Dov Deployer', 'Product2.Cups_Per_Day__c');
    expect((await world.plan(snapshot)).steps.filter(({ lane }) => lane === 'permissions')).to.deep.equal([]);
  });

  it('revokes access to a created class that stays', async () => {
    const scope = { metadata: [{ type: 'ApexClass', fullName: 'SpringPromotion' }] };
    const snapshot = await world.snapshot(scope);
    await deployAs(
      world,
      'Dov Deployer',
      {
        ...apexClass('SpringPromotion', 'public class SpringPromotion { }'),
        ...accessFile(
          world,
          'PermissionSet',
          'Installation_Planner',
          '<classAccesses><apexClass>SpringPromotion</apexClass><enabled>true</enabled></classAccesses>'
        ),
      },
      ['ApexClass:SpringPromotion', 'PermissionSet:Installation_Planner']
    );
    const plan = await world.plan(snapshot, { choice: { exclude: ['metadata:ApexClass:*'] } });
    expect(plan.steps.map(({ operation, target }) => `${operation} ${target}`)).to.deep.equal([
      'revokePermission permission:Installation_Planner',
    ]);
    expect((await world.apply(plan)).totals).to.deep.equal({ restored: 1 });
  });
});

function seedSales(side: MetadataSide): void {
  side.seed({
    components: [
      {
        type: 'Profile',
        fullName: 'Sales',
        xml: '<Profile><custom>true</custom><userLicense>Salesforce</userLicense><userPermissions><enabled>true</enabled><name>ApiEnabled</name></userPermissions></Profile>',
      },
    ],
  });
}
