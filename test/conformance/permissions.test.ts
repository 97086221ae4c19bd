import { expect } from 'chai';
import { metadataSideOf } from '../org/http/metadataSide.js';
import { permissionsOf } from '../support/permissions.js';
import { libraryStage } from './support/library.js';
import { proves } from './support/proves.js';
import { setStage, type Stage } from './support/stage.js';

const SET = 'Installation_Planner';

describe('jsforce and the permissions of a practice org', () => {
  const at = libraryStage();

  const idOf = async (soql: string): Promise<string> => String((await at.ada.query(soql)).records[0]?.Id);
  const set = (): Promise<string> => idOf(`SELECT Id FROM PermissionSet WHERE Name = '${SET}'`);
  const now = (): string[] => permissionsOf(at.org, at.org.firstUser).filter((line) => line.includes(SET));
  const codeOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      (result) => (result as { errors?: Array<{ statusCode: string }> }).errors?.[0]?.statusCode ?? 'taken',
      (error: { errorCode?: string; data?: { errorCode?: string } }) => error.errorCode ?? error.data?.errorCode
    );

  it(
    'writes rows by themselves',
    proves('jsforce', ['permission.rows', 'permission.needs'], async () => {
      const ParentId = await set();
      const row = { ParentId, SobjectType: 'Product2', Field: 'Product2.Bean_Hoppers__c' };
      const rows = at.ada.sobject('FieldPermissions');
      expect(await codeOf(rows.create({ ...row, PermissionsRead: false, PermissionsEdit: true }))).to.equal(
        'FIELD_INTEGRITY_EXCEPTION'
      );
      const { id } = await rows.create({ ...row, PermissionsRead: true, PermissionsEdit: false });
      expect(now()).to.include(`PermissionSet ${SET} Product2.Bean_Hoppers__c Read`);
      expect(await codeOf(rows.create({ ...row, PermissionsRead: true, PermissionsEdit: false }))).to.equal(
        'DUPLICATE_VALUE'
      );
      await rows.update({ Id: String(id), PermissionsEdit: true });
      expect(now()).to.include(`PermissionSet ${SET} Product2.Bean_Hoppers__c Edit Read`);
      await rows.destroy(String(id));
      expect(now().join()).to.not.include('Bean_Hoppers');
    })
  );

  it(
    'gives access to a class, and user permissions',
    proves('jsforce', ['permission.access', 'permission.columns', 'permission.licence'], async () => {
      const ParentId = await set();
      const SetupEntityId = await idOf("SELECT Id FROM ApexClass WHERE Name = 'MachineSizing'");
      const access = at.ada.sobject('SetupEntityAccess');
      const { id } = await access.create({ ParentId, SetupEntityId });
      expect(now()).to.include(`PermissionSet ${SET} ApexClass MachineSizing`);
      expect(await codeOf(access.update({ Id: String(id), SetupEntityId }))).to.not.equal('taken');
      await access.destroy(String(id));
      const sets = at.ada.sobject('PermissionSet');
      await sets.update({ Id: ParentId, PermissionsViewSetup: true });
      expect(now().join()).to.include('ViewSetup');
      at.org.switches.licencesLack = ['ManageFlow'];
      expect(await codeOf(sets.update({ Id: ParentId, PermissionsManageFlow: true }))).to.equal(
        'FIELD_INTEGRITY_EXCEPTION'
      );
      const own = await idOf("SELECT Id FROM PermissionSet WHERE Profile.Name = 'System Administrator'");
      expect(await codeOf(sets.update({ Id: own, PermissionsRunFlow: true }))).to.equal(
        'INSUFFICIENT_ACCESS_OR_READONLY'
      );
    })
  );

  it(
    'puts sets into a group',
    proves('jsforce', ['permission.members'], async () => {
      metadataSideOf(at.org).seed({
        components: [
          {
            type: 'PermissionSetGroup',
            fullName: 'Field_Service',
            xml: '<PermissionSetGroup><label>Field Service</label></PermissionSetGroup>',
          },
        ],
      });
      const members = at.ada.sobject('PermissionSetGroupComponent');
      const PermissionSetGroupId = await idOf(
        "SELECT Id FROM PermissionSetGroup WHERE DeveloperName = 'Field_Service'"
      );
      const { id } = await members.create({ PermissionSetGroupId, PermissionSetId: await set() });
      expect(now()).to.include(`Group Field_Service with ${SET}`);
      await members.destroy(String(id));
      expect(now().join()).to.not.include('Group Field_Service');
    })
  );
});

describe('stock sf and the permissions of a practice org', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  after(() => stage.close());

  it(
    'assigns a permission set, and writes a row by its names',
    proves('sf', ['permission.assign', 'permission.rows'], async () => {
      await stage.sf(['org', 'assign', 'permset', '--name', SET]);
      const assigned = [...stage.side.permissions.assignments.rows()];
      expect(assigned.map((row) => row['AssigneeId'])).to.deep.equal([stage.org.firstUser.id]);
      const field = "Field='Product2.Cups_Per_Day__c'";
      const parent = `ParentId='${stage.side.components.get('PermissionSet', SET)?.id ?? ''}'`;
      await stage.sf([
        ...['data', 'create', 'record', '--sobject', 'FieldPermissions', '--values'],
        `${parent} SobjectType='Product2' ${field} PermissionsRead=true PermissionsEdit=false`,
      ]);
      const now = (): string => permissionsOf(stage.org, stage.org.firstUser).join('\n');
      expect(now()).to.include(`PermissionSet ${SET} Product2.Cups_Per_Day__c Read`);
      await stage.sf([
        ...['data', 'delete', 'record', '--sobject', 'FieldPermissions', '--where', `${parent} ${field}`],
      ]);
      expect(now()).to.not.include(`PermissionSet ${SET} Product2.Cups_Per_Day__c`);
    })
  );
});
