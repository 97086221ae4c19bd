import type { ComponentStore } from '../metadata/componentStore.js';
import { type FlowStore, apiName } from '../flows/flowStore.js';

/** Ids of setup things by name and back. */
export class SetupNames {
  public constructor(
    private readonly components: ComponentStore,
    private readonly flows: FlowStore
  ) {}

  public idOf(type: string, name: string): string | undefined {
    return type === 'FlowDefinition' ? this.flows.get(name)?.id : this.components.get(type, name)?.id;
  }

  public nameOf(type: string, id: string): string | undefined {
    if (type === 'FlowDefinition') {
      const flow = this.flows.byId(id);
      return flow === undefined ? undefined : apiName(flow);
    }
    return this.components.ofType(type).find((one) => one.id.slice(0, 15) === id.slice(0, 15))?.fullName;
  }
}
