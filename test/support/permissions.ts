import type { OrgUser } from '../org/engine/contracts.js';
import { xmlOf } from '../org/engine/metadata/componentStore.js';
import { parseXml, withChildren, writeXml } from '../org/engine/metadata/xmlTree.js';
import type { PracticeOrg } from '../org/engine/practiceOrg.js';
import { runQuery } from '../org/engine/soql/runQuery.js';
import type { World } from './world.js';

/** Every permission row of the org in words, read with its own queries and nothing of ours. */
export function permissionsOf(org: PracticeOrg, user: OrgUser): string[] {
  const ask = (soql: string, api: 'data' | 'tooling' = 'data'): Array<Record<string, any>> =>
    runQuery(org, user, api, soql).records as Array<Record<string, any>>;
  const parents = new Map(ask('SELECT FIELDS(ALL) FROM PermissionSet LIMIT 200').map((row) => [String(row.Id), row]));
  const profiles = new Map(ask('SELECT Id, Name FROM Profile').map((row) => [String(row.Id), String(row.Name)]));
  const parent = (id: unknown): string => {
    const row = parents.get(String(id)) ?? {};
    return row.IsOwnedByProfile === true
      ? `Profile ${profiles.get(String(row.ProfileId))}`
      : `PermissionSet ${String(row.Name)}`;
  };
  const rights = (row: Record<string, any>): string =>
    Object.keys(row)
      .filter((name) => name.startsWith('Permissions') && row[name] === true)
      .map((name) => name.replace('Permissions', ''))
      .sort()
      .join(' ');
  const entity = new Map(
    [
      ...ask('SELECT Id, Name FROM ApexClass'),
      ...ask('SELECT Id, DeveloperName FROM CustomPermission'),
      ...ask('SELECT Id, DeveloperName FROM FlowDefinition', 'tooling'),
    ].map((row) => [String(row.Id).slice(0, 15), String(row.Name ?? row.DeveloperName)])
  );
  return [
    ...[...parents.values()].map((row) => `${parent(row.Id)} has ${rights(row)}`),
    ...ask('SELECT FIELDS(ALL) FROM ObjectPermissions LIMIT 200').map(
      (row) => `${parent(row.ParentId)} ${row.SobjectType} ${rights(row)}`
    ),
    ...ask('SELECT ParentId, Field, PermissionsRead, PermissionsEdit FROM FieldPermissions').map(
      (row) => `${parent(row.ParentId)} ${row.Field} ${rights(row)}`
    ),
    ...ask('SELECT ParentId, Name, Visibility FROM PermissionSetTabSetting').map(
      (row) => `${parent(row.ParentId)} tab ${row.Name} ${row.Visibility}`
    ),
    ...ask('SELECT ParentId, SetupEntityId, SetupEntityType FROM SetupEntityAccess').map(
      (row) => `${parent(row.ParentId)} ${row.SetupEntityType} ${entity.get(String(row.SetupEntityId).slice(0, 15))}`
    ),
    ...ask('SELECT PermissionSetGroup.DeveloperName, PermissionSet.Name FROM PermissionSetGroupComponent').map(
      (row) => `Group ${row.PermissionSetGroup.DeveloperName} with ${row.PermissionSet.Name}`
    ),
  ].sort();
}

export function fieldGrant(field: string, editable: boolean): string {
  return `<fieldPermissions><editable>${editable}</editable><field>${field}</field><readable>true</readable></fieldPermissions>`;
}

const OBJECT_FLAGS = ['allowCreate', 'allowDelete', 'allowEdit', 'allowRead', 'modifyAllRecords', 'viewAllRecords'];

export function objectGrant(object: string, ...flags: readonly string[]): string {
  const values = OBJECT_FLAGS.map((flag) => `<${flag}>${flags.includes(flag)}</${flag}>`).join('');
  return `<objectPermissions>${values}<object>${object}</object></objectPermissions>`;
}

/** The file of a permission set as the org has it, with entries added and one text replaced: what a developer deploys. */
export function accessFile(
  world: World,
  type: 'PermissionSet',
  name: string,
  entries: string,
  [from, to]: readonly [string, string] = ['', '']
): Record<string, string> {
  const stored = world.side.components.get(type, name);
  const root = stored && xmlOf(stored);
  if (!root) throw new Error(`the org has no ${type} ${name}`);
  const added = entries === '' ? [] : parseXml(`<x>${entries}</x>`).children;
  const file = withChildren(
    root,
    [...root.children, ...added].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  );
  const text = writeXml(file);
  return { [`permissionsets/${name}.permissionset`]: from === '' ? text : text.replaceAll(from, to) };
}
