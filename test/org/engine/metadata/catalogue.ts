import {
  activeVersion,
  apiName,
  type FlowStore,
  latestVersion,
  splitVersionName,
  versionNumbered,
} from '../flows/flowStore.js';
import { soapDateTime } from './author.js';
import type { ComponentContent, ComponentStore, Stamp } from './componentStore.js';
import { factsOf, packagePath, parentOf } from './typeFacts.js';
import { element, withValue } from './xmlTree.js';
import { normalForm } from './normalForm.js';

/** A component as reads see it; flows and flow definitions included. */
export interface ReadableComponent {
  readonly type: string;
  readonly fullName: string;
  readonly id: string;
  readonly fileName: string;
  readonly namespacePrefix?: string;
  readonly managed: boolean;
  readonly created: Stamp;
  readonly lastModified: Stamp;
  readonly content: ComponentContent;
}

/** One door to everything that can be listed, read and retrieved. */
export class Catalogue {
  public constructor(
    private readonly components: ComponentStore,
    private readonly flows: FlowStore
  ) {}

  /** Every component of the type, by name. Flows appear once, under their own name, as their latest version. */
  public list(type: string): ReadableComponent[] {
    const name = factsOf(type)?.name ?? type;
    if (name === 'Flow')
      return this.flows
        .all()
        .map((flow) => this.find('Flow', apiName(flow)))
        .filter((found) => found !== undefined);
    if (name === 'FlowDefinition')
      return this.flows
        .all()
        .map((flow) => this.find('FlowDefinition', apiName(flow)))
        .filter((found) => found !== undefined);
    return this.components.ofType(name);
  }

  public find(type: string, fullName: string): ReadableComponent | undefined {
    if (type === 'Flow') return this.flow(fullName);
    if (type === 'FlowDefinition') return this.flowDefinition(fullName);
    return this.components.get(type, fullName);
  }

  public membersOf(childType: string, parent: string): ReadableComponent[] {
    return childType === 'CustomLabel'
      ? this.components.ofType('CustomLabel')
      : this.components.membersOf(childType, parent);
  }

  /** `Name` is the latest version, running or not; `Name-N` that one. */
  private flow(fullName: string): ReadableComponent | undefined {
    const parts = this.flows.get(fullName) === undefined ? splitVersionName(fullName) : undefined;
    const flow = this.flows.get(parts?.name ?? fullName);
    const version =
      flow === undefined ? undefined : parts === undefined ? latestVersion(flow) : versionNumbered(flow, parts.number);
    if (flow === undefined || version === undefined) return undefined;
    const root = normalForm('Flow', withValue(version.body, 'status', version.status));
    return {
      type: 'Flow',
      fullName,
      id: version.id,
      fileName: packagePath('Flow', fullName),
      managed: flow.managed,
      ...(flow.namespacePrefix === undefined ? {} : { namespacePrefix: flow.namespacePrefix }),
      created: parts === undefined ? flow.created : version.created,
      lastModified: version.lastModified,
      content: { kind: 'xml', root },
    };
  }

  private flowDefinition(fullName: string): ReadableComponent | undefined {
    const flow = this.flows.get(fullName);
    if (flow === undefined) return undefined;
    const active = activeVersion(flow);
    const root = element(
      'FlowDefinition',
      ...(active === undefined ? [] : [element('activeVersionNumber', String(active.number))])
    );
    return {
      type: 'FlowDefinition',
      fullName,
      id: flow.id,
      fileName: packagePath('FlowDefinition', fullName),
      managed: flow.managed,
      ...(flow.namespacePrefix === undefined ? {} : { namespacePrefix: flow.namespacePrefix }),
      created: flow.created,
      lastModified: flow.lastModified,
      content: { kind: 'xml', root },
    };
  }
}

export interface FileProperties {
  readonly createdById: string;
  readonly createdByName: string;
  readonly createdDate: string;
  readonly fileName: string;
  readonly fullName: string;
  readonly id: string;
  readonly lastModifiedById: string;
  readonly lastModifiedByName: string;
  readonly lastModifiedDate: string;
  readonly manageableState: string;
  readonly namespacePrefix?: string;
  readonly type: string;
}

export function filePropertiesOf(component: ReadableComponent, folder = ''): FileProperties {
  const container = parentOf(component.type) === undefined ? undefined : component.fileName;
  return {
    createdById: component.created.byId,
    createdByName: component.created.byName,
    createdDate: soapDateTime(component.created.at),
    fileName: `${folder}${container ?? component.fileName}`,
    fullName: component.fullName,
    id: component.id,
    lastModifiedById: component.lastModified.byId,
    lastModifiedByName: component.lastModified.byName,
    lastModifiedDate: soapDateTime(component.lastModified.at),
    manageableState: component.managed ? 'installed' : 'unmanaged',
    ...(component.namespacePrefix === undefined ? {} : { namespacePrefix: component.namespacePrefix }),
    type: component.type,
  };
}
