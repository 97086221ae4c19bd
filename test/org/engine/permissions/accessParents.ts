import type { OrgCore } from '../contracts.js';
import type { ComponentStore, StoredComponent } from '../metadata/componentStore.js';
import { type XmlElement, element, valueOf } from '../metadata/xmlTree.js';

/** A permission set as the data API knows it: a real one, a profile's own, or a group's own. */
export interface AccessParent {
  readonly id: string;
  readonly component: StoredComponent;
  readonly root: XmlElement;
  readonly kind: 'PermissionSet' | 'Profile' | 'PermissionSetGroup';
}

/** Ids of rows that are derived from files. A row keeps its id while it exists; coming back gives it a new one. */
export class DerivedIds {
  private readonly ids = new Map<string, string>();

  public constructor(private readonly org: OrgCore) {}

  public idOf(keyPrefix: string, key: string): string {
    const full = `${keyPrefix}\n${key.toLowerCase()}`;
    const known = this.ids.get(full);
    if (known !== undefined) return known;
    const id = this.org.newId(keyPrefix);
    this.ids.set(full, id);
    return id;
  }

  /** Forgets ids with this prefix whose rows are gone. */
  public keepOnly(keyPrefix: string, ids: ReadonlySet<string>): void {
    for (const [key, id] of this.ids) if (key.startsWith(`${keyPrefix}\n`) && !ids.has(id)) this.ids.delete(key);
  }
}

/** All parents of permission rows. Every profile has a permission set of its own. */
export function accessParents(components: ComponentStore, ids: DerivedIds): AccessParent[] {
  const of = (type: AccessParent['kind']): AccessParent[] =>
    components.ofType(type).map((component) => ({
      id: type === 'PermissionSet' ? component.id : ids.idOf('0PS', `${type} ${component.fullName}`),
      component,
      root: component.content.kind === 'xml' ? component.content.root : element(type),
      kind: type,
    }));
  return [...of('PermissionSet'), ...of('Profile'), ...of('PermissionSetGroup')];
}

/** The name people see. The file of the administrators' profile is called Admin. */
export function profileName(fullName: string): string {
  return { Admin: 'System Administrator', Standard: 'Standard User', ReadOnly: 'Read Only' }[fullName] ?? fullName;
}

/** How the Setup Audit Trail tells of a change: in words, with the label that people see (Help, "Monitor Setup Changes"). */
export function inTrail(parent: AccessParent): string {
  return `Changed ${parent.kind === 'Profile' ? 'profile' : 'permission set'} ${labelOf(parent)}`;
}

export function labelOf(parent: AccessParent): string {
  return (
    valueOf(parent.root, 'label') ??
    (parent.kind === 'Profile' ? profileName(parent.component.fullName) : parent.component.fullName)
  );
}
