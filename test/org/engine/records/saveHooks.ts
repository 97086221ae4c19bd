import type { OrgUser, Row } from '../contracts.js';

export interface SaveEvent {
  readonly operation: 'insert' | 'update' | 'delete';
  readonly object: string;
  readonly user: OrgUser;
  /** The row about to be saved; a hook may change its fields, as a before-save trigger may. */
  readonly row: Row;
  readonly before: Row | undefined;
}

/** Stands in for a trigger or a validation rule: changes the row, or refuses it by throwing an OrgError. */
export type SaveHook = (event: SaveEvent) => void;

/** The hooks of an org, in the order they were added. */
export class SaveHooks {
  private readonly hooks: Array<{ readonly object: string; readonly hook: SaveHook }> = [];

  /** `*` means every object. Returns how to take the hook off again. */
  public add(objectName: string, hook: SaveHook): () => void {
    const entry = { object: objectName.toLowerCase(), hook };
    this.hooks.push(entry);
    return () => {
      const place = this.hooks.indexOf(entry);
      if (place !== -1) this.hooks.splice(place, 1);
    };
  }

  public run(event: SaveEvent): void {
    for (const { object, hook } of [...this.hooks]) {
      if (object === '*' || object === event.object.toLowerCase()) hook(event);
    }
  }
}
