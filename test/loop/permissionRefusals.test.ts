import { expect } from 'chai';
import { runReport } from '../../src/report/runReport.js';
import { runQuery } from '../org/engine/soql/runQuery.js';
import { deployAs } from '../support/deploys.js';
import { accessFile, objectGrant, permissionsOf } from '../support/permissions.js';
import { World } from '../support/world.js';

const SET = 'Installation_Planner';
const SCOPE = { metadata: [{ type: 'PermissionSet', fullName: SET }] };

const userPermission = (name: string): string =>
  `<userPermissions><enabled>true</enabled><name>${name}</name></userPermissions>`;
const setFile = (entries: string): Record<string, string> => ({
  [`permissionsets/${SET}.permissionset`]: `<PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata"><description>Plans installation visits.</description><label>Installation Planner</label>${entries}</PermissionSet>`,
});

describe('permission rows that the org refuses', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());
  const now = (): string[] => permissionsOf(world.org, world.user('Ada Admin'));

  it('are failed items with the org’s words, and those beside them in the same record are restored', async () => {
    await deployAs(
      world,
      'Ada Admin',
      accessFile(world, 'PermissionSet', SET, [userPermission('ApiEnabled'), userPermission('ManageFlow')].join('')),
      [`PermissionSet:${SET}`]
    );
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(world, 'Dov Deployer', setFile(''), [`PermissionSet:${SET}`]);
    // The licences changed since: what was allowed is so no longer.
    world.org.switches.licencesLack = ['ManageFlow'];
    const plan = await world.plan(snapshot);
    world.org.clock.advance(60_000);
    const run = await world.apply(plan);
    expect(run.status).to.equal('partial');
    const errors = run.steps.flatMap((step) => step.errors);
    expect(errors).to.deep.equal([
      {
        target: `permission:${SET}:UserPermission:ManageFlow`,
        code: 'FIELD_INTEGRITY_EXCEPTION',
        message: "The user license doesn't allow the permission: ManageFlow",
      },
    ]);
    expect(now().find((line) => line.startsWith(`PermissionSet ${SET} has`))).to.equal(
      `PermissionSet ${SET} has ApiEnabled RunFlow`
    );
    expect(runReport(run, 80)).to.include(`permission:${SET}:UserPermission:ManageFlow`);
    // What is not there any more is said by validate, and a new plan has that one row and nothing else.
    const validation = await world.validate(snapshot, run);
    expect(validation.verdict).to.equal('notRestored');
    const again = await world.plan(snapshot);
    expect(again.steps.map(({ operation, count, reason }) => [operation, count, reason])).to.deep.equal([
      ['grantPermission', 1, 'taken away since: UserPermission:ManageFlow'],
    ]);
    expect(again.conflicts).to.deep.equal([]);
    // What a colleague takes away after the run is theirs, and bears no time either.
    world.org.clock.advance(60_000);
    const [own] = runQuery(
      world.org,
      world.user('Ada Admin'),
      'data',
      `SELECT Id FROM PermissionSet WHERE Name = '${SET}'`
    ).records;
    world.update('Cleo Colleague', 'PermissionSet', String(own?.['Id']), { PermissionsApiEnabled: false });
    const later = await world.plan(snapshot);
    expect(later.steps.map(({ reason }) => reason)).to.deep.equal(['taken away since: UserPermission:ManageFlow']);
    expect(later.conflicts.map(({ target, kind }) => [target.split(':').at(-1), kind])).to.deep.equal([
      ['ApiEnabled', 'unknownAuthor'],
    ]);
    world.update('Cleo Colleague', 'PermissionSet', String(own?.['Id']), { PermissionsApiEnabled: true });
    // The plan still stands: what is back is left alone, what is not is tried again.
    world.org.switches.licencesLack = [];
    expect((await world.apply(plan)).totals).to.deep.equal({ alreadyRestored: 7, restored: 1 });
    expect((await world.validate(snapshot)).verdict).to.equal('restored');
  });

  it('on an object leave its fields refused too, each for its own reason, and the rest of the set restored', async () => {
    await deployAs(
      world,
      'Ada Admin',
      accessFile(world, 'PermissionSet', SET, objectGrant('Opportunity', 'allowRead')),
      [`PermissionSet:${SET}`]
    );
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(world, 'Dov Deployer', setFile(''), [`PermissionSet:${SET}`]);
    world.org.switches.licencesLack = ['Opportunity'];
    const run = await world.apply(await world.plan(snapshot));
    expect(run.steps.flatMap((step) => step.errors).map(({ target, message }) => `${target} ${message}`)).to.deep.equal(
      [`permission:${SET}:Opportunity The user license doesn't allow the permission: Read Opportunity`]
    );
    expect(now().join('\n')).to.include(`PermissionSet ${SET} Installation_Visit__c `);
  });
});
