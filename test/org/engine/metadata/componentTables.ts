import type { Row, VirtualTable } from '../contracts.js';
import { auditValues, virtualTable } from '../virtualSchema.js';
import { type ComponentStore, type StoredComponent, sourceOf, xmlOf } from './componentStore.js';
import { isTestClass } from './testRun.js';
import { memberName, parentName } from './typeFacts.js';
import { valueOf } from './xmlTree.js';

/** Tables in which single kinds of component can be looked up by id and name. */
export function componentTables(components: ComponentStore): VirtualTable[] {
  const code = (name: 'ApexClass' | 'ApexTrigger' | 'ApexPage', keyPrefix: string): VirtualTable =>
    virtualTable({
      name,
      keyPrefix,
      api: ['data', 'tooling'],
      audited: true,
      setup: false,
      fields:
        'Name:text(255) NamespacePrefix:text(15) ApiVersion:num(18,0) Status:pick IsValid:check LengthWithoutComments:int Body:long(1000000) ManageableState:pick',
      rows: () => components.ofType(name).map((one) => codeRow(one)),
    });
  const plain = (name: string, keyPrefix: string, api: ReadonlyArray<'data' | 'tooling'>): VirtualTable =>
    virtualTable({
      name,
      keyPrefix,
      api,
      audited: true,
      setup: false,
      fields: 'DeveloperName:text(80) MasterLabel:text(255) NamespacePrefix:text(15) ManageableState:pick',
      rows: () =>
        components
          .ofType(name)
          .filter((one) => one.id !== '')
          .map((one) => ({ Id: one.id, DeveloperName: one.fullName, ...commonValues(one) })),
    });
  return [
    code('ApexClass', '01p'),
    code('ApexTrigger', '01q'),
    code('ApexPage', '066'),
    plain('CustomPermission', '0CP', ['data', 'tooling']),
    plain('CustomApplication', '02u', ['tooling']),
    plain('FlexiPage', '0M0', ['tooling']),
    plain('CustomTab', '01r', ['tooling']),
    virtualTable({
      name: 'CustomObject',
      keyPrefix: '01I',
      api: ['tooling'],
      audited: true,
      setup: false,
      fields: 'DeveloperName:text(80) NamespacePrefix:text(15) ManageableState:pick',
      rows: () =>
        components
          .ofType('CustomObject')
          .filter((one) => /__\w+$/.test(one.fullName))
          .map((one) => ({ Id: one.id, DeveloperName: shortName(one.fullName), ...commonValues(one) })),
    }),
    virtualTable({
      name: 'CustomField',
      keyPrefix: '00N',
      api: ['tooling'],
      audited: true,
      setup: false,
      fields: 'DeveloperName:text(80) TableEnumOrId:text(40) NamespacePrefix:text(15) ManageableState:pick',
      rows: () =>
        components.ofType('CustomField').map((one) => {
          const object = parentName('CustomField', one.fullName);
          return {
            Id: one.id,
            DeveloperName: shortName(memberName('CustomField', one.fullName)),
            TableEnumOrId: components.get('CustomObject', object)?.id ?? object,
            ...commonValues(one),
          };
        }),
    }),
    virtualTable({
      name: 'ValidationRule',
      keyPrefix: '03d',
      api: ['tooling'],
      audited: true,
      setup: false,
      fields: 'ValidationName:text(80) Active:check NamespacePrefix:text(15) ManageableState:pick',
      rows: () =>
        components.ofType('ValidationRule').map((one) => {
          const xml = xmlOf(one);
          return {
            Id: one.id,
            ValidationName: memberName('ValidationRule', one.fullName),
            Active: xml !== undefined && valueOf(xml, 'active') === 'true',
            ...commonValues(one),
          };
        }),
    }),
  ];
}

function codeRow(one: StoredComponent): Row {
  const xml = xmlOf(one);
  const source = one.managed ? '(hidden)' : sourceOf(one);
  return {
    Id: one.id,
    Name: one.fullName,
    ApiVersion: Number((xml === undefined ? undefined : valueOf(xml, 'apiVersion')) ?? '60'),
    Status: (xml === undefined ? undefined : valueOf(xml, 'status')) ?? 'Active',
    IsValid: true,
    LengthWithoutComments: isTestClass(one) ? 0 : source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '').length,
    Body: source,
    ...commonValues(one),
  };
}

function commonValues(one: StoredComponent): Row {
  const xml = xmlOf(one);
  return {
    MasterLabel:
      (xml === undefined ? undefined : (valueOf(xml, 'label') ?? valueOf(xml, 'masterLabel'))) ?? one.fullName,
    NamespacePrefix: one.namespacePrefix ?? null,
    ManageableState: one.managed ? 'installed' : 'unmanaged',
    ...auditValues(one.created, one.lastModified),
  };
}

/** `NS__Name__c` is `Name` in Tooling. */
function shortName(name: string): string {
  return name.replace(/^[A-Za-z0-9]+?__(?=\w+__\w+$)/, '').replace(/__\w+$/, '');
}
