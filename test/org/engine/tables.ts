import type { Tables, VirtualTable } from './contracts.js';

/** The computed tables of an org, by API and name. A later registration replaces an earlier one of the same name. */
export class TableRegister implements Tables {
  private readonly byApi = { data: new Map<string, VirtualTable>(), tooling: new Map<string, VirtualTable>() };

  public register(table: VirtualTable): void {
    for (const api of table.api) this.byApi[api].set(table.schema.name.toLowerCase(), table);
  }

  public get(api: 'data' | 'tooling', name: string): VirtualTable | undefined {
    return this.byApi[api].get(name.toLowerCase());
  }

  public list(api: 'data' | 'tooling'): VirtualTable[] {
    return [...this.byApi[api].values()];
  }
}
