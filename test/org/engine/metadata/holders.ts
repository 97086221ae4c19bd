import { type FlowRecord, type FlowVersion, apiName } from '../flows/flowStore.js';
import { readApex } from './apexText.js';
import { type StoredComponent, sourceOf } from './componentStore.js';
import type { DeployDraft } from './deployDraft.js';
import { duplicateRulesUsing } from './duplicateManagement.js';
import { memberName, parentName } from './typeFacts.js';
import { type XmlElement, childNamed, childrenNamed, everyElement, inline, valueOf } from './xmlTree.js';

/** Kinds of component that keep a field from being deleted. */
export type HolderKind =
  'ApexClass' | 'ApexTrigger' | 'Flow' | 'ValidationRule' | 'CustomField' | 'Layout' | 'PermissionSet';

/** The strict choice. Some real orgs drop fields from layouts and permission sets by themselves; nobody should rely on it. */
export const allHolders: ReadonlySet<HolderKind> = new Set([
  'ApexClass',
  'ApexTrigger',
  'Flow',
  'ValidationRule',
  'CustomField',
  'Layout',
  'PermissionSet',
]);

const titles: Readonly<Record<HolderKind, string>> = {
  ApexClass: 'Apex Class',
  ApexTrigger: 'Apex Trigger',
  Flow: 'Flow Version',
  ValidationRule: 'Validation Rule',
  CustomField: 'Custom Formula Field',
  Layout: 'Page Layout',
  PermissionSet: 'Permission Set',
};

/** Who still uses a component that is about to go, as the org would list them. Asked after the component left the draft. */
export function holdersOf(draft: DeployDraft, gone: StoredComponent, kinds: ReadonlySet<HolderKind>): string[] {
  switch (gone.type) {
    case 'CustomField':
      return holdersOfField(draft, gone.fullName, kinds);
    case 'CustomObject':
      return holdersOfObject(draft, gone.fullName);
    case 'ApexClass':
      return holdersOfClass(draft, gone.fullName);
    case 'MatchingRule':
      return duplicateRulesUsing(draft, gone.fullName).map(named);
    case 'CustomLabel':
      return code(draft)
        .filter((one) => readApex(sourceOf(one)).labels.has(gone.fullName))
        .map(named);
    default:
      return [];
  }
}

function holdersOfField(draft: DeployDraft, fullName: string, kinds: ReadonlySet<HolderKind>): string[] {
  const object = parentName('CustomField', fullName);
  const field = memberName('CustomField', fullName);
  const found: string[] = [];
  for (const one of code(draft))
    if (kinds.has(one.type as HolderKind) && apexUses(draft, one, object, field)) found.push(named(one));
  if (kinds.has('Flow'))
    for (const { flow, version } of flowVersions(draft))
      if (flowUses(version.body, object, field)) found.push(`${titles.Flow} - ${apiName(flow)}-${version.number}`);
  if (kinds.has('ValidationRule')) {
    for (const rule of draft.components.membersOf('ValidationRule', object))
      if (mentions(textOf(rule, 'errorConditionFormula'), field)) found.push(named(rule));
  }
  if (kinds.has('CustomField')) {
    for (const other of draft.components.membersOf('CustomField', object))
      if (mentions(textOf(other, 'formula'), field)) found.push(named(other));
  }
  if (kinds.has('Layout')) {
    const start = `${object}-`.toLowerCase();
    for (const layout of draft.components.ofType('Layout')) {
      if (layout.fullName.toLowerCase().startsWith(start) && elementsSay(layout, ['field', 'fields'], field))
        found.push(named(layout));
    }
  }
  if (kinds.has('PermissionSet')) {
    for (const set of draft.components.ofType('PermissionSet'))
      if (!set.managed && elementsSay(set, ['field'], fullName)) found.push(named(set));
  }
  return found;
}

function holdersOfObject(draft: DeployDraft, name: string): string[] {
  const found = code(draft)
    .filter((one) => readApex(sourceOf(one)).customNames.has(name.toLowerCase()))
    .map(named);
  for (const { flow, version } of flowVersions(draft)) {
    if (
      [...everyElement(version.body)].some(
        (node) => ['object', 'objectType'].includes(node.name) && same(node.text.trim(), name)
      )
    )
      found.push(`${titles.Flow} - ${apiName(flow)}-${version.number}`);
  }
  for (const field of draft.components.ofType('CustomField'))
    if (elementsSay(field, ['referenceTo'], name)) found.push(`Custom Field - ${field.fullName}`);
  return found;
}

function holdersOfClass(draft: DeployDraft, name: string): string[] {
  const found = code(draft)
    .filter((one) => [...readApex(sourceOf(one)).types].some((type) => same(type, name)))
    .map(named);
  for (const { flow, version } of flowVersions(draft)) {
    if (childrenNamed(version.body, 'actionCalls').some((call) => same(valueOf(call, 'actionName') ?? '', name)))
      found.push(`${titles.Flow} - ${apiName(flow)}-${version.number}`);
  }
  return found;
}

function apexUses(draft: DeployDraft, one: StoredComponent, object: string, field: string): boolean {
  const read = readApex(sourceOf(one));
  if (!read.customNames.has(field.toLowerCase())) return false;
  if (read.pairs.some((pair) => same(pair.object, object) && same(pair.field, field))) return true;
  // A bare field name counts when the source speaks of this object, or when no other object has such a field.
  const speaks = new RegExp(`\\b${object}\\b`, 'i').test(sourceOf(one));
  return (
    speaks ||
    !draft.components.ofType('CustomField').some((other) => same(memberName('CustomField', other.fullName), field))
  );
}

/** Text occurrence: `<field>`, `$Record.Field`, assignments to `x.Field` and formulas, where the version also speaks of the object. */
function flowUses(body: XmlElement, object: string, field: string): boolean {
  const aboutObject = [...everyElement(body)].some(
    (node) => ['object', 'objectType'].includes(node.name) && same(node.text.trim(), object)
  );
  return (
    aboutObject && [...everyElement(body)].some((node) => node.children.length === 0 && mentions(node.text, field))
  );
}

function code(draft: DeployDraft): StoredComponent[] {
  return [...draft.components.ofType('ApexClass'), ...draft.components.ofType('ApexTrigger')].filter(
    (one) => !one.managed
  );
}

function* flowVersions(draft: DeployDraft): Generator<{ flow: FlowRecord; version: FlowVersion }> {
  for (const flow of draft.flows.all()) if (!flow.managed) for (const version of flow.versions) yield { flow, version };
}

function named(component: StoredComponent): string {
  return `${titles[component.type as HolderKind] ?? component.type} - ${component.fullName}`;
}

function textOf(component: StoredComponent, name: string): string {
  const node = component.content.kind === 'xml' ? childNamed(component.content.root, name) : undefined;
  return node === undefined ? '' : inline(node);
}

function elementsSay(component: StoredComponent, names: readonly string[], value: string): boolean {
  if (component.content.kind !== 'xml') return false;
  return [...everyElement(component.content.root)].some(
    (node) => names.includes(node.name) && same(node.text.trim(), value)
  );
}

function mentions(text: string, field: string): boolean {
  return new RegExp(`(?<!\\w)${field}(?!\\w)`, 'i').test(text);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
