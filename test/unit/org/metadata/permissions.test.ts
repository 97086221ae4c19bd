import { expect } from 'chai';
import { PracticeMetadata } from './practiceMetadata.js';

describe('permission rows of the practice org', () => {
  let world: PracticeMetadata;
  beforeEach(() => {
    world = new PracticeMetadata();
  });

  const setId = (): string =>
    String(world.data("SELECT Id FROM PermissionSet WHERE Name = 'Installation_Planner'")[0]?.['Id']);

  it('gives every profile a permission set of its own', () => {
    const [own] = world.data(
      "SELECT Id, Profile.Name FROM PermissionSet WHERE IsOwnedByProfile = true AND Profile.Name = 'System Administrator'"
    );
    expect(own?.['Profile']).to.include({ Name: 'System Administrator' });
    expect(
      world
        .data(`SELECT Field, PermissionsEdit FROM FieldPermissions WHERE ParentId = '${String(own?.['Id'])}'`)
        .map((row) => row['Field'])
    ).to.include('Product2.Cups_Per_Day__c');
  });

  it('derives rows from the file of a permission set, with the name of what they are about', () => {
    expect(
      world.data(
        `SELECT SobjectType, PermissionsCreate, PermissionsDelete FROM ObjectPermissions WHERE ParentId = '${setId()}'`
      )[0]
    ).to.include({ SobjectType: 'Installation_Visit__c', PermissionsCreate: true, PermissionsDelete: false });
    const [access] = world.data(
      `SELECT SetupEntityId, SetupEntityType FROM SetupEntityAccess WHERE ParentId = '${setId()}'`
    );
    expect(access?.['SetupEntityType']).to.equal('ApexClass');
    expect(world.data(`SELECT Name FROM ApexClass WHERE Id = '${String(access?.['SetupEntityId'])}'`)[0]).to.include({
      Name: 'InstallationPlanner',
    });
    expect(world.data(`SELECT Id FROM FieldPermissions WHERE Parent.Name = 'Installation_Planner'`)).to.have.length(3);
  });

  it('keeps the id of a row while it exists', () => {
    const query = `SELECT Id FROM FieldPermissions WHERE ParentId = '${setId()}' AND Field = 'Installation_Visit__c.Visit_Date__c'`;
    expect(world.data(query)[0]?.['Id']).to.equal(world.data(query)[0]?.['Id']);
  });

  it('changes the file when rows are written, and takes it back with the transaction', async () => {
    const { id } = world.org.records.writeOne(world.admin, {
      operation: 'insert',
      object: 'FieldPermissions',
      values: {
        ParentId: setId(),
        SobjectType: 'Product2',
        Field: 'Product2.Bean_Hoppers__c',
        PermissionsRead: true,
        PermissionsEdit: false,
      },
    });
    const file = (): Promise<string> =>
      world.retrieved({ PermissionSet: ['Installation_Planner'] }, 'permissionsets/Installation_Planner.permissionset');
    expect(await file()).to.include('Product2.Bean_Hoppers__c');
    world.org.records.writeOne(world.admin, {
      operation: 'update',
      object: 'FieldPermissions',
      id,
      values: { PermissionsEdit: true },
    });
    expect(world.data(`SELECT PermissionsEdit FROM FieldPermissions WHERE Id = '${id}'`)[0]).to.include({
      PermissionsEdit: true,
    });
    world.org.records.writeOne(world.admin, { operation: 'delete', object: 'FieldPermissions', id });
    expect(await file()).not.to.include('Product2.Bean_Hoppers__c');
  });

  it('refuses edit without read and a second row about the same field', () => {
    const insert = (values: Record<string, string | boolean>): unknown =>
      world.org.records.writeOne(world.admin, {
        operation: 'insert',
        object: 'ObjectPermissions',
        values: { ParentId: setId(), SobjectType: 'Product2', ...values },
      });
    expect(() => insert({ PermissionsEdit: true, PermissionsRead: false })).to.throw(
      /depends on permission\(s\): Read/
    );
    insert({ PermissionsRead: true });
    expect(() => insert({ PermissionsRead: true })).to.throw(/duplicate value/);
  });

  it('grants and revokes access to a class', () => {
    const [apex] = world.data("SELECT Id FROM ApexClass WHERE Name = 'MachineSizing'");
    const { id } = world.org.records.writeOne(world.admin, {
      operation: 'insert',
      object: 'SetupEntityAccess',
      values: { ParentId: setId(), SetupEntityId: String(apex?.['Id']) },
    });
    expect(world.data(`SELECT Id FROM SetupEntityAccess WHERE ParentId = '${setId()}'`)).to.have.length(2);
    world.org.records.writeOne(world.admin, { operation: 'delete', object: 'SetupEntityAccess', id });
    expect(world.data(`SELECT Id FROM SetupEntityAccess WHERE ParentId = '${setId()}'`)).to.have.length(1);
  });
});
