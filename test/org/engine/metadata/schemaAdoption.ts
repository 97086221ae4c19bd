import type { FieldSchema, ObjectSchema, OrgCore } from '../contracts.js';
import type { ComponentStore, Stamp, StoredComponent } from './componentStore.js';
import { xmlFromField } from './fieldXml.js';
import { normalForm } from './normalForm.js';
import { keyPrefixOf, packagePath } from './typeFacts.js';
import { type XmlElement, element } from './xmlTree.js';

/**
 * Makes components for objects and custom fields that came into the schema without a deployment (standard objects,
 * installed packages, the data side's own seed). What is there already is left alone, so it may be called often.
 */
export function adoptSchema(org: OrgCore, components: ComponentStore, stamp: Stamp): void {
  for (const name of org.schema.names()) {
    const object = org.schema.get(name);
    // People are the one setup object that has custom fields and lookups to it.
    if (object === undefined || (object.setup === true && object.name !== 'User')) continue;
    // A definition never changes in place.
    if (components.adopted.has(object)) continue;
    components.adopted.add(object);
    const namespace = namespaceOf(object.name);
    if (!components.has('CustomObject', object.name)) {
      components.put(
        component(org, 'CustomObject', object.name, namespace, stamp, normalForm('CustomObject', objectXml(object)))
      );
    }
    for (const field of object.fields) {
      const fullName = `${object.name}.${field.name}`;
      if (field.custom !== true && !field.name.endsWith('__c')) continue;
      if (!components.has('CustomField', fullName)) {
        components.put(
          component(
            org,
            'CustomField',
            fullName,
            namespaceOf(field.name),
            stamp,
            normalForm('CustomField', xmlFromField(field))
          )
        );
      }
    }
  }
}

/** Namespace of `NS__Name__c`; undefined for names of the org's own. */
export function namespaceOf(name: string): string | undefined {
  return /^([A-Za-z][A-Za-z0-9]*?)__\w+__\w+$/.exec(name)?.[1];
}

function component(
  org: OrgCore,
  type: string,
  fullName: string,
  namespacePrefix: string | undefined,
  stamp: Stamp,
  root: XmlElement
): StoredComponent {
  return {
    type,
    fullName,
    id: org.newId(keyPrefixOf(type)),
    fileName: packagePath(type, fullName),
    managed: namespacePrefix !== undefined,
    ...(namespacePrefix === undefined ? {} : { namespacePrefix }),
    created: stamp,
    lastModified: stamp,
    content: { kind: 'xml', root },
  };
}

function objectXml(object: ObjectSchema): XmlElement {
  if (object.custom !== true) return element('CustomObject', element('enableHistory', 'false'));
  const nameField = object.fields.find((field) => field.nameField === true);
  return element(
    'CustomObject',
    ...(object.customSetting === true
      ? [element('customSettingsType', 'List')]
      : [element('deploymentStatus', 'Deployed'), element('sharingModel', 'ReadWrite')]),
    element('label', object.label),
    element('pluralLabel', `${object.label}s`),
    ...(nameField === undefined || object.customSetting === true ? [] : [nameFieldXml(nameField)])
  );
}

function nameFieldXml(field: FieldSchema): XmlElement {
  return element(
    'nameField',
    ...(field.autoNumber === true ? [element('displayFormat', field.displayFormat ?? '{0}')] : []),
    element('label', field.label ?? 'Name'),
    element('type', field.autoNumber === true ? 'AutoNumber' : 'Text')
  );
}
