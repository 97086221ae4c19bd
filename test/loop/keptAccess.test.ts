import { expect } from 'chai';
import { deployAs, textField } from '../support/deploys.js';
import { accessFile, fieldGrant } from '../support/permissions.js';
import { World } from '../support/world.js';

const SET = 'Installation_Planner';
const FIELD = 'Product2.Promo_Code__c';
const TARGET = `metadata:CustomField:${FIELD}`;
const ROW = `permission:${SET}:${FIELD}`;

describe('access, and what it is about', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
    world.side.habits.fieldHolders = new Set();
  });
  afterEach(() => world.close());

  const release = async (): Promise<string> => {
    const scope = {
      metadata: [
        { type: 'CustomField', fullName: FIELD },
        { type: 'PermissionSet', fullName: SET },
      ],
    };
    const { id } = await world.snapshot(scope);
    const files = {
      ...textField('Product2', 'Promo_Code__c', 'Promo Code'),
      ...accessFile(world, 'PermissionSet', SET, fieldGrant(FIELD, true)),
    };
    await deployAs(world, 'Dov Deployer', files, [`CustomField:${FIELD}`, `PermissionSet:${SET}`]);
    return id;
  };
  const said = async (id: string, exclude: readonly string[]): Promise<Array<[string, string, string]>> => {
    const snapshot = { id } as Parameters<World['plan']>[0];
    const { findings } = await world.plan(snapshot, { choice: { exclude: [...exclude] } });
    return findings
      .filter(({ code }) => code.startsWith('access'))
      .map(({ code, subject, message }) => [code, subject, message]);
  };

  it('is said where a field is kept and access to it revoked, and where the field goes and access is to stay', async () => {
    const id = await release();
    const [keptField] = await said(id, [TARGET]);
    expect(keptField?.slice(0, 2)).to.deep.equal(['accessOfKept', TARGET]);
    expect(keptField?.[2]).to.include(ROW);
    const [keptAccess] = await said(id, [ROW]);
    expect(keptAccess?.slice(0, 2)).to.deep.equal(['accessGoesAlong', TARGET]);
    expect(keptAccess?.[2]).to.include(ROW);
  });

  it('is no matter where both go, or both stay', async () => {
    const id = await release();
    expect(await said(id, [])).to.deep.equal([]);
    expect(await said(id, [TARGET, ROW])).to.deep.equal([]);
  });
});
