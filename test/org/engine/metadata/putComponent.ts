import { saveFlow } from '../flows/saveFlow.js';
import { withActiveVersion } from '../flows/activateVersion.js';
import { activeVersion } from '../flows/flowStore.js';
import type { ComponentContent, StoredComponent } from './componentStore.js';
import type { DeployDraft } from './deployDraft.js';
import { needsActiveMatching, ruleInUse } from './duplicateManagement.js';
import { fieldFromXml, objectFromXml } from './fieldXml.js';
import { freeKeyPrefix } from './freeKeyPrefix.js';
import { objectExists } from './lookups.js';
import { sameContent } from './normalForm.js';
import type { PackageItem } from './packageContents.js';
import { overlayProfile, withDescription, withoutEmptyGrants } from './permissionFiles.js';
import { keyPrefixOf, memberName, parentName } from './typeFacts.js';
import { withMissingValues } from './picklistValues.js';
import { type XmlElement, childNamed, valueOf, withChildren } from './xmlTree.js';

export type PutResult =
  | { readonly kind: 'created' | 'changed' | 'unchanged'; readonly id: string }
  | { readonly kind: 'refused'; readonly problem: string };

/** Writes one component of a package into the draft, by the rules of its type. */
export function putComponent(draft: DeployDraft, item: PackageItem): PutResult {
  switch (item.type) {
    case 'Flow':
      return putFlow(draft, item);
    case 'FlowDefinition':
      return putFlowDefinition(draft, item);
    case 'CustomObject':
      return putObject(draft, item);
    case 'CustomField':
      return putField(draft, item);
    case 'DuplicateRule': {
      const needs = item.content.kind === 'xml' ? needsActiveMatching(draft, item.content.root) : undefined;
      return needs === undefined ? store(draft, item, item.content) : { kind: 'refused', problem: needs };
    }
    case 'MatchingRule': {
      const held = item.content.kind === 'xml' ? ruleInUse(draft, item.fullName, item.content.root) : undefined;
      return held === undefined ? store(draft, item, item.content) : { kind: 'refused', problem: held };
    }
    default:
      return store(draft, item, contentFor(draft, item));
  }
}

function putFlow(draft: DeployDraft, item: PackageItem): PutResult {
  if (item.content.kind !== 'xml') return { kind: 'refused', problem: 'Not a flow file' };
  const saved = saveFlow(draft.org, draft.flows, item.fullName, item.content.root, draft.habits, draft.stamp);
  if (saved.kind === 'refused') return saved;
  if (saved.outcome !== 'unchanged')
    draft.wrote(saved.outcome === 'created' ? 'create' : 'change', 'Flow', item.fullName);
  return { kind: saved.outcome, id: saved.version.id };
}

/** Sets which version is active; wins over the `status` of a Flow in the same package because it is written later. */
function putFlowDefinition(draft: DeployDraft, item: PackageItem): PutResult {
  const flow = draft.flows.get(item.fullName);
  if (flow === undefined)
    return { kind: 'refused', problem: `Entity of type 'FlowDefinition' named '${item.fullName}' cannot be found` };
  const text = (item.content.kind === 'xml' ? valueOf(item.content.root, 'activeVersionNumber') : undefined) ?? '0';
  const changed = /^\d+$/.test(text) ? withActiveVersion(flow, Number(text), draft.stamp) : undefined;
  if (changed === undefined) return { kind: 'refused', problem: `Invalid version number: ${text}` };
  if ((activeVersion(changed)?.number ?? 0) === (activeVersion(flow)?.number ?? 0))
    return { kind: 'unchanged', id: flow.id };
  draft.flows.put(changed);
  draft.wrote('change', 'FlowDefinition', item.fullName);
  return { kind: 'changed', id: flow.id };
}

function putObject(draft: DeployDraft, item: PackageItem): PutResult {
  const before = draft.components.get('CustomObject', item.fullName);
  const custom = /__(c|mdt|e|b|x)$/.test(item.fullName);
  if (before === undefined && !custom)
    return { kind: 'refused', problem: `Entity of type 'CustomObject' named '${item.fullName}' cannot be found` };
  if (before === undefined && item.content.kind === 'xml') {
    const xml = item.content.root;
    if (valueOf(xml, 'label') === undefined)
      return { kind: 'refused', problem: 'Must specify a non-empty label for the CustomObject' };
    if (
      /__(c|x)$/.test(item.fullName) &&
      childNamed(xml, 'nameField') === undefined &&
      valueOf(xml, 'customSettingsType') === undefined
    ) {
      return { kind: 'refused', problem: 'Must specify a nameField of type Text or AutoNumber' };
    }
    const { schema } = draft.org;
    draft.after(() => schema.addObject(objectFromXml(item.fullName, xml, freeKeyPrefix(schema))));
  }
  const result = store(draft, item, contentFor(draft, item));
  if (result.kind === 'changed' && item.content.kind === 'xml')
    relabel(draft, item.fullName, valueOf(item.content.root, 'label'));
  return result;
}

function relabel(draft: DeployDraft, name: string, label: string | undefined): void {
  if (label === undefined) return;
  const { schema } = draft.org;
  draft.after(() => {
    const object = schema.get(name);
    if (object !== undefined && object.label !== label) schema.addObject({ ...object, label });
  });
}

function putField(draft: DeployDraft, item: PackageItem): PutResult {
  const object = parentName('CustomField', item.fullName);
  if (!draft.components.has('CustomObject', object))
    return { kind: 'refused', problem: `Entity Enumeration Or ID: bad value for restricted picklist field: ${object}` };
  if (item.content.kind !== 'xml') return { kind: 'refused', problem: 'Not a field file' };
  const content = contentFor(draft, item);
  const xml = content.kind === 'xml' ? content.root : item.content.root;
  const custom = memberName('CustomField', item.fullName).endsWith('__c');
  if (custom && valueOf(xml, 'type') === undefined)
    return { kind: 'refused', problem: 'Must specify a type for the CustomField' };
  if (custom && valueOf(xml, 'label') === undefined)
    return { kind: 'refused', problem: 'Must specify a non-empty label for the CustomField' };
  const target = valueOf(xml, 'referenceTo');
  if (target !== undefined && !objectExists(draft, target))
    return { kind: 'refused', problem: `referenceTo value of '${target}' does not resolve to a valid sObject type` };
  const taken = relationshipTaken(draft, item.fullName, xml);
  if (taken !== undefined) return { kind: 'refused', problem: taken };
  const result = store(draft, item, content);
  if (custom && (result.kind === 'created' || result.kind === 'changed'))
    draft.after(() => draft.org.schema.putField(object, fieldFromXml(xml)));
  return result;
}

/** An object has each child relationship once. */
function relationshipTaken(draft: DeployDraft, fullName: string, xml: XmlElement): string | undefined {
  const [name, target] = [valueOf(xml, 'relationshipName'), valueOf(xml, 'referenceTo')];
  if (name === undefined || target === undefined) return undefined;
  const other = draft.components
    .ofType('CustomField')
    .find(
      (field) =>
        field.fullName.toLowerCase() !== fullName.toLowerCase() &&
        field.content.kind === 'xml' &&
        valueOf(field.content.root, 'relationshipName') === name &&
        valueOf(field.content.root, 'referenceTo') === target
    );
  if (other === undefined) return undefined;
  return `There is already a Child Relationship named ${name} on ${draft.org.schema.get(target)?.label ?? target}.`;
}

/** The content as it will be kept: profiles are laid over what is there, sets lose entries that grant nothing. */
function contentFor(draft: DeployDraft, item: PackageItem): ComponentContent {
  if (item.content.kind !== 'xml') return item.content;
  const before = draft.components.get(item.type, item.fullName);
  const former = before?.content.kind === 'xml' ? before.content.root : undefined;
  if (former !== undefined && ['CustomField', 'GlobalValueSet', 'StandardValueSet'].includes(item.type))
    return { kind: 'xml', root: withMissingValues(former, item.content.root) };
  if (item.type === 'PermissionSet')
    return {
      kind: 'xml',
      root: withDescription(withoutEmptyGrants(item.content.root), former, draft.org.switches.missingDescriptionClears),
    };
  if (item.type === 'Profile' && former !== undefined)
    return { kind: 'xml', root: overlayProfile(former, item.content.root) };
  if (item.type === 'CustomObject' && former !== undefined) {
    // Additive: what the file does not say about the object stays as it is.
    const said = new Set(item.content.root.children.map((child) => child.name));
    return {
      kind: 'xml',
      root: withChildren(
        former,
        [
          // Text that is said to be empty is no text, which the org does not print.
          ...item.content.root.children.filter((child) => child.children.length > 0 || child.text.trim() !== ''),
          ...former.children.filter((child) => !said.has(child.name)),
        ].sort((a, b) => (a.name < b.name ? -1 : 1))
      ),
    };
  }
  return item.content;
}

function store(draft: DeployDraft, item: PackageItem, content: ComponentContent): PutResult {
  const before = draft.components.get(item.type, item.fullName);
  if (before?.managed === true && item.type !== 'CustomObject' && item.type !== 'CustomField')
    return {
      kind: 'refused',
      problem: `Cannot modify managed object: entity=${item.type}, component=${before.id.slice(0, 15)}`,
    };
  if (before !== undefined && same(before.content, content)) return { kind: 'unchanged', id: before.id };
  const after: StoredComponent = {
    type: item.type,
    fullName: before?.fullName ?? item.fullName,
    id: before?.id ?? newIdOf(draft, item.type),
    fileName: item.fileName,
    managed: before?.managed ?? false,
    ...(before?.namespacePrefix === undefined ? {} : { namespacePrefix: before.namespacePrefix }),
    created: before?.created ?? draft.stamp,
    lastModified: draft.stamp,
    content,
  };
  draft.components.put(after);
  draft.wrote(before === undefined ? 'create' : 'change', item.type, after.fullName);
  return { kind: before === undefined ? 'created' : 'changed', id: after.id };
}

function newIdOf(draft: DeployDraft, type: string): string {
  const prefix = keyPrefixOf(type);
  return prefix === '' ? '' : draft.org.newId(prefix);
}

export function same(a: ComponentContent, b: ComponentContent): boolean {
  if (a.kind === 'xml' || b.kind === 'xml') return a.kind === 'xml' && b.kind === 'xml' && sameContent(a.root, b.root);
  if (a.files.size !== b.files.size) return false;
  for (const [path, content] of a.files) if (b.files.get(path)?.equals(content) !== true) return false;
  return a.meta === undefined || b.meta === undefined ? a.meta === b.meta : sameContent(a.meta, b.meta);
}
