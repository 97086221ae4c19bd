import { deleteVersion } from '../flows/saveFlow.js';
import { type FlowStore, activeVersion, splitVersionName, versionNumbered } from '../flows/flowStore.js';
import type { StoredComponent } from './componentStore.js';
import type { DeployDraft } from './deployDraft.js';
import { activeRule } from './duplicateManagement.js';
import type { DeployMessage } from './deployTypes.js';
import { type HolderKind, holdersOf } from './holders.js';
import type { DestructiveManifest } from './packageContents.js';
import { factsOf, isKnownType, memberName, parentName } from './typeFacts.js';
import { everyElement, withChildren } from './xmlTree.js';

/** Refuses a deletion for reasons the components themselves do not know, e.g. assignments of a permission set. */
export type DeletionGuard = (component: StoredComponent) => string | undefined;

/**
 * Deletes what one destructive manifest names. All members leave the draft first and are then checked for users,
 * so that members that use each other may go together, in whatever order they are named.
 */
export function deleteMembers(
  draft: DeployDraft,
  destructive: DestructiveManifest,
  holders: ReadonlySet<HolderKind>,
  guard: DeletionGuard,
  flowsBefore: FlowStore = draft.flows
): DeployMessage[] {
  const messages: DeployMessage[] = [];
  const gone: Array<{ readonly component: StoredComponent; readonly taken: readonly StoredComponent[] }> = [];
  const row = (type: string, fullName: string, fileName: string, rest: Partial<DeployMessage>): DeployMessage => ({
    componentType: type,
    fullName,
    fileName,
    created: false,
    changed: false,
    deleted: false,
    success: true,
    createdDate: draft.stamp.at,
    ...rest,
  });
  const warn = (type: string, name: string): void => {
    messages.push(
      row(type, name, destructive.fileName, { problem: `No ${type} named: ${name} found`, problemType: 'Warning' })
    );
  };
  const refuse = (type: string, name: string, problem: string, fileName = destructive.fileName): void => {
    messages.push(row(type, name, fileName, { success: false, problem, problemType: 'Error' }));
  };

  for (const { name: type, members } of destructive.manifest.types) {
    for (const member of members) {
      // The server takes a wildcard here for nothing at all.
      if (member === '*') continue;
      if (!isKnownType(type)) refuse(type, member, `Unknown type name '${type}' specified in ${destructive.fileName}`);
      else if (type === 'Flow' || type === 'FlowDefinition') {
        const outcome = deleteFlow(draft, type, member, flowsBefore);
        if (outcome.kind === 'gone')
          messages.push(row('Flow', member, `flows/${member}.flow`, { deleted: true, id: outcome.id }));
        else if (outcome.kind === 'absent') warn(type, member);
        else refuse(type, member, outcome.problem);
      } else {
        const component = draft.components.get(type, member);
        if (component === undefined) warn(type, member);
        else {
          const problem = neverDeletable(component) ?? guard(component) ?? activeRule(draft, component);
          if (problem !== undefined) refuse(type, member, problem, component.fileName);
          else {
            gone.push({ component, taken: takeAway(draft, component) });
          }
        }
      }
    }
  }
  for (const { component, taken } of gone) {
    const users = holdersOf(draft, component, holders);
    if (users.length === 0) {
      leave(draft, component);
      messages.push(row(component.type, component.fullName, destructive.fileName, { deleted: true, id: component.id }));
    } else {
      for (const one of taken) draft.components.put(one);
      refuse(
        component.type,
        component.fullName,
        `This ${titleOf(component.type)} is referenced elsewhere in salesforce.com. : ${users.join(', ')}.`,
        component.fileName
      );
    }
  }
  return messages;
}

type FlowDeletion =
  | { readonly kind: 'gone'; readonly id: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly problem: string };

function deleteFlow(draft: DeployDraft, type: string, member: string, flowsBefore: FlowStore): FlowDeletion {
  const noRights: FlowDeletion = { kind: 'refused', problem: 'insufficient access rights on cross-reference id' };
  if (draft.flows.get(member) !== undefined) return noRights;
  const parts = type === 'Flow' ? splitVersionName(member) : undefined;
  const flow = parts === undefined ? undefined : draft.flows.get(parts.name);
  const version = flow === undefined || parts === undefined ? undefined : versionNumbered(flow, parts.number);
  if (flow === undefined || version === undefined || parts === undefined) return { kind: 'absent' };
  if (flow.managed) return noRights;
  const former = flowsBefore.get(parts.name);
  const wasActive = former !== undefined && activeVersion(former)?.number === parts.number;
  if (wasActive && !draft.org.switches.deactivateAndDeleteTogether) return noRights;
  const problem = deleteVersion(draft.flows, flow, version, draft.stamp);
  if (problem !== undefined) return { kind: 'refused', problem };
  draft.wrote('delete', 'Flow', member);
  return { kind: 'gone', id: version.id };
}

function neverDeletable(component: StoredComponent): string | undefined {
  if (component.type === 'RecordType') return 'Cannot delete record type through API';
  if (component.managed)
    return `Cannot delete managed object: entity=${component.type}, component=${component.id.slice(0, 15)}`;
  if (['Settings', 'StandardValueSet'].includes(component.type))
    return `Deletion of type ${component.type} is not supported`;
  if (
    component.type === 'Profile' &&
    ['Admin', 'Standard', 'ReadOnly', 'Minimum Access - Salesforce'].includes(component.fullName)
  )
    return 'Cannot delete standard profile';
  if (component.type === 'CustomObject' && !/__\w+$/.test(component.fullName))
    return 'Cannot delete standard object through API';
  if (component.type === 'CustomField' && !component.fullName.endsWith('__c'))
    return 'Cannot delete standard field through API';
  return undefined;
}

/** Takes a component and its members out of the draft, so that they do not count as users of each other. Returns all that left. */
function takeAway(draft: DeployDraft, component: StoredComponent): StoredComponent[] {
  const taken = [component];
  if (component.type === 'CustomObject') {
    for (const child of factsOf('CustomObject')?.children ?? [])
      taken.push(...draft.components.membersOf(child.type, component.fullName));
  }
  for (const one of taken) draft.components.remove(one.type, one.fullName);
  return taken;
}

/** What follows a deletion that stands: members, values in records, mentions in profiles. */
function leave(draft: DeployDraft, component: StoredComponent): void {
  draft.wrote('delete', component.type, component.fullName);
  const { schema } = draft.org;
  if (component.type === 'CustomField') {
    draft.after(() =>
      schema.removeField(parentName('CustomField', component.fullName), memberName('CustomField', component.fullName))
    );
    forgetEverywhere(
      draft,
      ['fieldPermissions', 'layoutItems'],
      component.fullName,
      memberName('CustomField', component.fullName),
      parentName('CustomField', component.fullName)
    );
  }
  if (component.type === 'CustomObject') {
    draft.after(() => schema.removeObject(component.fullName));
    forgetEverywhere(draft, ['objectPermissions'], component.fullName);
  }
  if (component.type === 'ApexClass') forgetEverywhere(draft, ['classAccesses'], component.fullName);
  if (component.type === 'CustomPermission') forgetEverywhere(draft, ['customPermissions'], component.fullName);
}

/** Grants and layout items for something that is gone are gone, too. They count as nobody's change. */
function forgetEverywhere(
  draft: DeployDraft,
  entries: readonly string[],
  fullName: string,
  field?: string,
  object?: string
): void {
  const about = (text: string, type: string, owner: string): boolean =>
    type === 'Layout'
      ? field !== undefined && object !== undefined && owner.startsWith(`${object}-`) && text === field
      : text.toLowerCase() === fullName.toLowerCase();
  for (const type of ['Profile', 'PermissionSet', 'Layout']) {
    for (const component of draft.components.ofType(type)) {
      if (component.content.kind !== 'xml' || component.managed) continue;
      const root = prune(
        component.content.root,
        (node) =>
          entries.includes(node.name) &&
          [...everyElement(node)].some((part) => about(part.text.trim(), type, component.fullName))
      );
      if (root !== component.content.root) draft.components.put({ ...component, content: { kind: 'xml', root } });
    }
  }
}

function prune(
  node: Parameters<typeof withChildren>[0],
  drop: (child: Parameters<typeof withChildren>[0]) => boolean
): Parameters<typeof withChildren>[0] {
  let changed = false;
  const children = node.children
    .filter((child) => !drop(child))
    .map((child) => {
      const pruned = prune(child, drop);
      if (pruned !== child) changed = true;
      return pruned;
    });
  return changed || children.length !== node.children.length ? withChildren(node, children) : node;
}

function titleOf(type: string): string {
  return type.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
