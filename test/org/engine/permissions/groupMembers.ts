import { to18 } from '../ids.js';
import type { ComponentStore, StoredComponent } from '../metadata/componentStore.js';
import { childrenNamed } from '../metadata/xmlTree.js';
import type { AccessParent } from './accessParents.js';

/** The permission sets in a group that exist. */
export function groupMembers(components: ComponentStore, group: AccessParent): StoredComponent[] {
  return childrenNamed(group.root, 'permissionSets').flatMap(
    (member) => components.get('PermissionSet', member.text.trim()) ?? []
  );
}

/** Id of the row that joins them: the same as long as both are the same. */
export function memberId(group: AccessParent, set: StoredComponent): string {
  const id = `0PM${group.component.id.slice(9, 15)}${set.id.slice(9, 15)}`;
  return to18(id) ?? id;
}
