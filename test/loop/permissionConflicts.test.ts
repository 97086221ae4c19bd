import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runQuery } from '../org/engine/soql/runQuery.js';
import { deployAs } from '../support/deploys.js';
import { accessFile, fieldGrant, permissionsOf } from '../support/permissions.js';
import { World } from '../support/world.js';

const SET = 'Installation_Planner';
const SCOPE = { metadata: [{ type: 'PermissionSet', fullName: SET }] };
const row = (field: string): string => `permission:${SET}:${field}`;
const CUPS = 'Product2.Cups_Per_Day__c';
const HOPPERS = 'Product2.Bean_Hoppers__c';
const WATER = 'Product2.Water_Connection__c';
const NOTES = 'Installation_Visit__c.Site_Notes__c';
const DATE = 'Installation_Visit__c.Visit_Date__c';

describe('permission rows that a colleague changed', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const now = (): string[] => permissionsOf(world.org, world.user('Ada Admin'));
  const find = (object: string, where: string): Record<string, unknown> =>
    runQuery(world.org, world.user('Ada Admin'), 'data', `SELECT Id FROM ${object} WHERE ${where}`).records[0] ?? {};
  const parentId = (): string => String(find('PermissionSet', `Name = '${SET}'`)['Id']);
  const fieldRow = (field: string): string =>
    String(find('FieldPermissions', `ParentId = '${parentId()}' AND Field = '${field}'`)['Id']);
  const grant = (field: string): void => {
    world.org.clock.advance(60_000);
    world.insert('Cleo Colleague', 'FieldPermissions', {
      ParentId: parentId(),
      SobjectType: field.slice(0, field.indexOf('.')),
      Field: field,
      PermissionsRead: true,
      PermissionsEdit: false,
    });
    world.org.clock.advance(60_000);
  };
  const deploy = (...fields: string[]): Promise<string> =>
    deployAs(
      world,
      'Dov Deployer',
      accessFile(world, 'PermissionSet', SET, fields.map((field) => fieldGrant(field, true)).join('')),
      [`PermissionSet:${SET}`]
    );

  it('are told from the deployment’s, row by row, by a snapshot right after it', async () => {
    const before = await world.snapshot(SCOPE);
    grant(HOPPERS);
    await deploy(CUPS);
    world.org.clock.advance(60_000);
    const after = await world.following(before);
    grant(WATER);
    const plan = await world.plan(before);
    expect(plan.after).to.equal(after.id);
    expect(
      plan.steps.flatMap(({ detail }) => (detail.kind === 'permissions' ? detail.rows.map(({ target }) => target) : []))
    ).to.deep.equal([CUPS]);
    // One before the deployment, one after the second snapshot: both are hers.
    expect(plan.conflicts.map(({ target, kind, decision }) => [target, kind, decision])).to.deep.equal([
      [row(HOPPERS), 'unknownAuthor', 'keep'],
      [row(WATER), 'unknownAuthor', 'keep'],
    ]);
    await world.apply(plan);
    expect(now()).to.include.members([`PermissionSet ${SET} ${HOPPERS} Read`, `PermissionSet ${SET} ${WATER} Read`]);
  });

  for (const rowsMoveTheirParent of [true, false])
    it(`stay revoked where she revoked them, ${rowsMoveTheirParent ? 'as' : 'though not'} the time of the set tells`, async () => {
      world.org.switches.rowsMoveTheirParent = rowsMoveTheirParent;
      const before = await world.snapshot(SCOPE);
      await deploy(CUPS);
      world.org.clock.advance(60_000);
      world.delete('Cleo Colleague', fieldRow(NOTES));
      const plan = await world.plan(before);
      expect(plan.conflicts.map(({ target, decision }) => [target, decision])).to.deep.equal([[row(NOTES), 'keep']]);
      await world.apply(plan);
      expect(now().join('\n')).to.not.include(`${SET} ${NOTES}`);
      expect(now().join('\n')).to.not.include(`${SET} ${CUPS}`);
    });

  it('that the deployment changed first are hers where she changed them again', async () => {
    const before = await world.snapshot(SCOPE);
    await deploy(CUPS);
    world.org.clock.advance(60_000);
    await world.following(before);
    world.update('Cleo Colleague', 'FieldPermissions', fieldRow(CUPS), { PermissionsEdit: false });
    const plan = await world.plan(before);
    expect(plan.steps).to.deep.equal([]);
    expect(plan.conflicts.map(({ target, current }) => [target, current.startsWith('grants Read now')])).to.deep.equal([
      [row(CUPS), true],
    ]);
  });

  it('are saved when they are overwritten, with the commands that put them back', async () => {
    const before = await world.snapshot(SCOPE);
    const bad = await deploy(CUPS);
    grant(HOPPERS);
    world.update('Cleo Colleague', 'FieldPermissions', fieldRow(DATE), { PermissionsEdit: false });
    world.delete('Cleo Colleague', fieldRow(NOTES));
    world.update('Cleo Colleague', 'PermissionSet', parentId(), { PermissionsViewSetup: true });
    await deployAs(
      world,
      'Cleo Colleague',
      accessFile(world, 'PermissionSet', SET, '', ['Plans installation visits.', 'Hers.']),
      [`PermissionSet:${SET}`]
    );
    const hers = now();
    const plan = await world.plan(before, {
      deployments: [bad],
      choice: {
        resolve: ['permission', 'metadata:PermissionSet'].map((kind) => ({
          selector: `${kind}:${SET}${kind === 'permission' ? ':*' : ''}`,
          decision: 'restore',
        })),
      },
    });
    const run = await world.apply(plan);
    expect(run.status).to.equal('succeeded');
    expect(now()).to.not.deep.equal(hers);
    const folder = join(world.folder, '.rollback', 'runs', run.runId, 'quarantine');
    const note = readFileSync(join(folder, 'put-back.txt'), 'utf8');
    for (const target of [row(HOPPERS), row(DATE), row(NOTES), row('UserPermission:ViewSetup')])
      expect(note).to.include(`${target}: `);
    // A permission set that is deployed sets all of its rows: its file is kept, and no command deploys it.
    expect(note).to.include('Do not deploy it').and.to.not.include('sf project deploy');
    expect(readFileSync(join(folder, 'by-hand', 'permissionsets', `${SET}.permissionset`), 'utf8')).to.include('Hers.');
    const kept = JSON.parse(readFileSync(join(folder, 'permissions.json'), 'utf8')) as {
      rows: Array<{ target: string; grants: string[] }>;
      only: unknown[];
    };
    expect(kept.rows.map(({ target, grants }) => [target, grants.join()])).to.deep.include.members([
      [HOPPERS, 'Read'],
      [DATE, 'Read'],
    ]);
    expect(kept.only).to.have.length(4);

    for (const line of note.split('\n')) carryOut(line);
    // What the deployment had given is still gone; everything of hers is there again.
    expect(now()).to.deep.equal(hers.filter((line) => !line.includes(`${SET} ${CUPS}`)));
  });

  /** Does what the stock CLI does with a line of the note; the commands themselves are proven by `test/conformance`. */
  function carryOut(line: string): void {
    const [, verb = '', object = ''] = /^ {2}sf data (create|update|delete) record --sobject (\w+)/.exec(line) ?? [];
    if (verb === '') return;
    const pairs = (flag: string): Record<string, string | boolean> =>
      Object.fromEntries(
        [...(new RegExp(`--${flag} "([^"]*)"`).exec(line)?.[1] ?? '').matchAll(/(\w+)=(?:'([^']*)'|(\w+))/g)].map(
          ([, name = '', text, word]) => [name, text ?? word === 'true']
        )
      );
    const where = Object.entries(pairs('where'))
      .map(([name, value]) => `${name} = '${String(value)}'`)
      .join(' AND ');
    const id = /--record-id (\w+)/.exec(line)?.[1] ?? String(find(object, where || 'Id = null')['Id']);
    if (verb === 'create') world.insert('Cleo Colleague', object, pairs('values'));
    else if (verb === 'update') world.update('Cleo Colleague', object, id, pairs('values'));
    else world.delete('Cleo Colleague', id);
  }
});
