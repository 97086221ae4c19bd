import { OrgError, type FieldSchema, type FieldValue, type ObjectSchema, type Row } from '../contracts.js';
import type { RowStore } from './rowStore.js';

/** A filter on what a lookup may point to. */
export interface LookupFilter {
  readonly object: string;
  readonly field: string;
  /** Said to whoever breaks it; the org has a text of its own. */
  readonly message?: string;
  readonly allows: (target: Row, row: Row) => boolean;
}

/** The lookup filters of an org. They are checked for the lookups that a write sends, not for those it leaves alone. */
export class LookupFilters {
  private readonly filters: LookupFilter[] = [];

  /** Returns how to take the filter off again. */
  public add(filter: LookupFilter): () => void {
    this.filters.push(filter);
    return () => void this.filters.splice(this.filters.indexOf(filter), 1);
  }

  public check(store: RowStore, object: ObjectSchema, row: Row, sent: ReadonlyMap<FieldSchema, FieldValue>): void {
    for (const { object: name, field: fieldName, allows, message } of this.filters) {
      if (name !== object.name) continue;
      const field = [...sent.keys()].find((candidate) => candidate.name === fieldName);
      const id = row[fieldName] ?? null;
      if (field === undefined || id === null) continue;
      const target = (field.referenceTo ?? [])
        .map((targetName) => store.get(targetName, String(id)))
        .find((candidate) => candidate !== undefined);
      if (target === undefined || allows(target, row)) continue;
      throw new OrgError(
        'FIELD_FILTER_VALIDATION_EXCEPTION',
        message ?? 'Value does not exist or does not match filter criteria.',
        [fieldName]
      );
    }
  }
}
