import type { XmlElement } from './xmlTree.js';

export type ComponentContent =
  | { readonly kind: 'xml'; readonly root: XmlElement }
  /** Files relative to the type's folder; `meta` is the `-meta.xml` in normal form when the type has one. */
  | { readonly kind: 'files'; readonly files: ReadonlyMap<string, Buffer>; readonly meta?: XmlElement };

export interface Stamp {
  readonly byId: string;
  readonly byName: string;
  readonly at: string;
}

export interface StoredComponent {
  readonly type: string;
  readonly fullName: string;
  readonly id: string;
  /** Path in a package, without a top folder. Members have the path of their parent's file. */
  readonly fileName: string;
  readonly namespacePrefix?: string;
  /** Installed with a package: visible, but neither retrieved whole nor changed by a deploy. */
  readonly managed: boolean;
  readonly created: Stamp;
  readonly lastModified: Stamp;
  readonly content: ComponentContent;
}

/**
 * Every component but Flows, by type and full name. Names are found without regard to case.
 * Components never change in place, so a fork is a cheap and complete copy: a deployment works on a fork and
 * the store takes it over only when the whole deployment is good.
 */
export class ComponentStore {
  private byKey: Map<string, StoredComponent>;
  /** By type in the order of names, made when first asked for. */
  private sorted = new Map<string, readonly StoredComponent[]>();
  /** Definitions of the schema whose components are all here. */
  public adopted = new Set<object>();
  /** Called after every change; a fork has no listener. */
  public onChange: ((type: string | undefined) => void) | undefined;

  public constructor(components: Iterable<StoredComponent> = []) {
    this.byKey = new Map([...components].map((component) => [keyOf(component.type, component.fullName), component]));
  }

  public fork(): ComponentStore {
    const copy = new ComponentStore();
    copy.byKey = new Map(this.byKey);
    return copy;
  }

  public adopt(fork: ComponentStore): void {
    this.byKey = new Map(fork.byKey);
    this.sorted = new Map();
    this.adopted = new Set();
    this.onChange?.(undefined);
  }

  public get(type: string, fullName: string): StoredComponent | undefined {
    return this.byKey.get(keyOf(type, fullName));
  }

  public has(type: string, fullName: string): boolean {
    return this.byKey.has(keyOf(type, fullName));
  }

  public put(component: StoredComponent): void {
    this.byKey.set(keyOf(component.type, component.fullName), component);
    this.sorted.delete(component.type);
    this.onChange?.(component.type);
  }

  public remove(type: string, fullName: string): boolean {
    const had = this.byKey.delete(keyOf(type, fullName));
    this.sorted.clear();
    this.adopted.clear();
    this.onChange?.(type);
    return had;
  }

  /** In the order of their names. */
  public ofType(type: string): StoredComponent[] {
    let found = this.sorted.get(type);
    if (found === undefined) {
      found = this.all()
        .filter((component) => component.type === type)
        .sort((a, b) => (a.fullName < b.fullName ? -1 : 1));
      this.sorted.set(type, found);
    }
    return [...found];
  }

  public all(): StoredComponent[] {
    return [...this.byKey.values()];
  }

  /** Members of one object, workflow …: those whose full name starts with the parent's name and a dot. */
  public membersOf(childType: string, parent: string): StoredComponent[] {
    const start = `${parent.toLowerCase()}.`;
    return this.ofType(childType).filter((member) => member.fullName.toLowerCase().startsWith(start));
  }
}

function keyOf(type: string, fullName: string): string {
  return `${type}\n${fullName}`.toLowerCase();
}

/** The component's XML: the file itself, or the `-meta.xml` of code. */
export function xmlOf(component: StoredComponent): XmlElement | undefined {
  return component.content.kind === 'xml' ? component.content.root : component.content.meta;
}

/** All text of a code component; empty for XML components. */
export function sourceOf(component: StoredComponent): string {
  if (component.content.kind === 'xml') return '';
  return [...component.content.files.values()].map((file) => file.toString('utf8')).join('\n');
}
