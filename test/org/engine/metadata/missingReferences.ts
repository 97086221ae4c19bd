import { readApex } from './apexText.js';
import { type StoredComponent, sourceOf } from './componentStore.js';
import type { DeployDraft } from './deployDraft.js';
import { fieldExists, objectExists } from './lookups.js';
import type { PackageItem } from './packageContents.js';
import { type XmlElement, childNamed, childrenNamed, everyElement, valueOf } from './xmlTree.js';

export interface MissingReference {
  readonly problem: string;
  readonly lineNumber?: number;
}

/** What a freshly written component refers to and the draft does not have, in the org's words. Checked after everything was written. */
export function missingReference(draft: DeployDraft, item: PackageItem): MissingReference | undefined {
  switch (item.type) {
    case 'ApexClass':
    case 'ApexTrigger': {
      const stored = draft.components.get(item.type, item.fullName);
      return stored === undefined ? undefined : missingInApex(draft, stored);
    }
    case 'PermissionSet':
    case 'Profile':
      return item.content.kind === 'xml' ? missingInPermissions(draft, item.content.root) : undefined;
    case 'Layout':
      return item.content.kind === 'xml' ? missingInLayout(draft, item.fullName, item.content.root) : undefined;
    case 'Flow':
      return item.content.kind === 'xml' ? missingInFlow(draft, item.content.root) : undefined;
    case 'PermissionSetGroup': {
      const gone =
        item.content.kind === 'xml'
          ? childrenNamed(item.content.root, 'permissionSets').find(
              (set) => !draft.components.has('PermissionSet', set.text.trim())
            )
          : undefined;
      return gone === undefined
        ? undefined
        : { problem: `In field: permissionSet - no PermissionSet named ${gone.text.trim()} found` };
    }
    default:
      return undefined;
  }
}

function missingInApex(draft: DeployDraft, component: StoredComponent): MissingReference | undefined {
  const source = sourceOf(component);
  const mentions = readApex(source);
  const at = (word: string): MissingReference['lineNumber'] =>
    source.split('\n').findIndex((line) => line.includes(word)) + 1 || 1;
  for (const { object, field } of mentions.pairs) {
    if (draft.components.has('CustomObject', object) && !fieldExists(draft, `${object}.${field}`)) {
      return { problem: `Variable does not exist: ${field}`, lineNumber: at(field) };
    }
  }
  const fields = new Set(
    draft.components.ofType('CustomField').map((one) => one.fullName.slice(one.fullName.indexOf('.') + 1).toLowerCase())
  );
  for (const [key, name] of mentions.customNames) {
    if (fields.has(key) || draft.components.has('CustomObject', name)) continue;
    const asType = new RegExp(
      `\\bnew\\s+${name}\\b|\\bFROM\\s+${name}\\b|<\\s*${name}\\s*>|\\b${name}\\s+\\w+\\s*[;=)]`,
      'i'
    ).test(source);
    return { problem: asType ? `Invalid type: ${name}` : `Variable does not exist: ${name}`, lineNumber: at(name) };
  }
  for (const type of mentions.types) {
    if (draft.components.has('ApexClass', type) || draft.org.schema.get(type) !== undefined) continue;
    const built = new RegExp(`\\bnew\\s+${type}\\b|\\b(extends|implements)\\s+${type}\\b`).test(source);
    return { problem: built ? `Invalid type: ${type}` : `Variable does not exist: ${type}`, lineNumber: at(type) };
  }
  return undefined;
}

function missingInPermissions(draft: DeployDraft, root: XmlElement): MissingReference | undefined {
  const checks: ReadonlyArray<readonly [entry: string, key: string, type: string, exists: (name: string) => boolean]> =
    [
      ['objectPermissions', 'object', 'CustomObject', (name) => objectExists(draft, name)],
      ['fieldPermissions', 'field', 'CustomField', (name) => fieldExists(draft, name)],
      ['classAccesses', 'apexClass', 'ApexClass', (name) => draft.components.has('ApexClass', name)],
      ['pageAccesses', 'apexPage', 'ApexPage', (name) => draft.components.has('ApexPage', name)],
      ['customPermissions', 'name', 'CustomPermission', (name) => draft.components.has('CustomPermission', name)],
      ['flowAccesses', 'flow', 'FlowDefinition', (name) => draft.flows.get(name) !== undefined],
    ];
  for (const [entry, key, type, exists] of checks) {
    for (const child of childrenNamed(root, entry)) {
      const name = valueOf(child, key) ?? '';
      if (!exists(name)) return { problem: `In field: ${key} - no ${type} named ${name} found` };
    }
  }
  return undefined;
}

function missingInLayout(draft: DeployDraft, fullName: string, root: XmlElement): MissingReference | undefined {
  const object = fullName.slice(0, fullName.indexOf('-'));
  if (!objectExists(draft, object)) return { problem: `In field: Layout - no CustomObject named ${object} found` };
  for (const item of [...everyElement(root)].filter((node) => node.name === 'layoutItems')) {
    const field = valueOf(item, 'field');
    if (field !== undefined && field.endsWith('__c') && !fieldExists(draft, `${object}.${field}`))
      return { problem: `In field: field - no CustomField named ${object}.${field} found` };
  }
  return undefined;
}

/** Fields of elements that name their object; variables of records are left to the real platform. */
function missingInFlow(draft: DeployDraft, root: XmlElement): MissingReference | undefined {
  for (const node of root.children) {
    const object = valueOf(node, 'object');
    if (object !== undefined) {
      if (!objectExists(draft, object))
        return { problem: `The object "${object}" doesn't exist or you don't have access to it.` };
      for (const inner of everyElement(node)) {
        const field = ['field', 'queriedFields', 'sortField'].includes(inner.name) ? inner.text.trim() : '';
        if (field.endsWith('__c') && !fieldExists(draft, `${object}.${field}`)) {
          return {
            problem: `${valueOf(node, 'name') ?? 'Start'} (${node.name}) - The field "${field}" for the object "${object}" doesn't exist. Check the field's API name or your access to it.`,
          };
        }
      }
    }
    if (node.name === 'actionCalls' && valueOf(node, 'actionType') === 'apex') {
      const name = valueOf(node, 'actionName') ?? '';
      if (!draft.components.has('ApexClass', name))
        return {
          problem: `${valueOf(node, 'name') ?? ''} (Action) - Apex class "${name}" doesn't exist or isn't invocable.`,
        };
    }
    if (node.name === 'subflows') {
      const name = valueOf(node, 'flowName') ?? '';
      if (draft.flows.get(name) === undefined)
        return { problem: `${valueOf(node, 'name') ?? ''} (Subflow) - The flow "${name}" can't be found.` };
    }
  }
  const start = childNamed(root, 'start');
  const triggering = start === undefined ? undefined : valueOf(start, 'object');
  for (const node of everyElement(root)) {
    const field = /^\$Record(?:__Prior)?\.(\w+__c)$/.exec(node.text.trim())?.[1];
    if (
      field !== undefined &&
      triggering !== undefined &&
      node.children.length === 0 &&
      !fieldExists(draft, `${triggering}.${field}`)
    ) {
      return {
        problem: `The field "${field}" for the object "${triggering}" doesn't exist. Check the field's API name or your access to it.`,
      };
    }
  }
  return undefined;
}
