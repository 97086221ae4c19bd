import type { Row } from '../contracts.js';
import type { XmlElement } from '../metadata/xmlTree.js';
import { type AccessParent, type DerivedIds, accessParents } from './accessParents.js';
import { type GrantKind, grantKinds } from './grants.js';
import type { SetupNames } from './setupNames.js';
import type { AuditTrail } from '../metadata/auditTrail.js';
import type { ComponentStore } from '../metadata/componentStore.js';

export const grantPrefixes: Readonly<Record<GrantKind['object'], string>> = {
  ObjectPermissions: '110',
  FieldPermissions: '01k',
  SetupEntityAccess: '0J0',
  PermissionSetTabSetting: '01P',
};

export interface Grant {
  readonly row: Row;
  readonly parent: AccessParent;
  readonly kind: GrantKind;
  readonly entry: XmlElement;
}

/** Every permission row of one object, as the files of sets and profiles say. */
export class GrantRows {
  public constructor(
    private readonly components: ComponentStore,
    private readonly names: SetupNames,
    private readonly ids: DerivedIds,
    /** Where changes by hand are told of. */
    public readonly trail: AuditTrail
  ) {}

  /** When rows of a parent were last written by themselves. */
  private readonly times = new Map<string, string>();
  private readonly stamps = new Map<string, { readonly says: string; readonly at: string }>();

  /** To be called when a row of the parent is about to be written. */
  public touched(parentId: string, at: string): void {
    this.times.set(parentId, at);
  }

  /** To be called when a parent was changed: rows that are new or say something else bear its time from now on. */
  public stamp(): void {
    for (const object of Object.keys(grantPrefixes) as Array<GrantKind['object']>) this.list(object);
  }

  public list(object: GrantKind['object']): Grant[] {
    const grants: Grant[] = [];
    const prefix = grantPrefixes[object];
    for (const parent of accessParents(this.components, this.ids)) {
      for (const kind of grantKinds(parent.kind).filter((one) => one.object === object)) {
        for (const entry of parent.root.children) {
          const values = entry.name === kind.entry ? kind.toRow(entry, this.names) : undefined;
          if (values === undefined) continue;
          const id = this.ids.idOf(prefix, `${parent.id} ${kind.entry} ${kind.key(values)}`);
          const row: Row = { Id: id, ParentId: parent.id, ...values, SystemModstamp: this.stampOf(id, parent, values) };
          grants.push({ row, parent, kind, entry });
        }
      }
    }
    const living = new Set(grants.map((grant) => String(grant.row['Id'])));
    for (const id of this.stamps.keys()) if (id.startsWith(prefix) && !living.has(id)) this.stamps.delete(id);
    this.ids.keepOnly(prefix, living);
    return grants;
  }

  private stampOf(id: string, parent: AccessParent, values: Row): string {
    const says = JSON.stringify(values);
    const known = this.stamps.get(id);
    if (known?.says === says) return known.at;
    const at = this.times.get(parent.id) ?? '';
    const own = parent.component.lastModified.at;
    // Written by itself, a row may bear a later time than its parent.
    const time = at > own ? at : own;
    this.stamps.set(id, { says, at: time });
    return time;
  }

  public parents(): AccessParent[] {
    return accessParents(this.components, this.ids);
  }
}
