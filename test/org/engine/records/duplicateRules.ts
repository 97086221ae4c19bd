import { OrgError, type ObjectSchema, type Row } from '../contracts.js';
import type { RowStore } from './rowStore.js';

/** Rows alike in all these fields are duplicates. */
export interface DuplicateRule {
  readonly object: string;
  readonly fields: readonly string[];
  /** `alert`: a client that says `allowSave=true` gets past it. `block`: nobody does. */
  readonly action: 'alert' | 'block';
  readonly message?: string;
}

/** The duplicate rules of an org. */
export class DuplicateRules {
  private readonly rules: DuplicateRule[] = [];

  /** Returns how to take the rule off again. */
  public add(rule: DuplicateRule): () => void {
    this.rules.push(rule);
    return () => void this.rules.splice(this.rules.indexOf(rule), 1);
  }

  public check(store: RowStore, object: ObjectSchema, row: Row, allowSave: boolean): void {
    for (const rule of this.rules) {
      if (rule.object !== object.name || (rule.action === 'alert' && allowSave)) continue;
      const [first, ...others] = rule.fields;
      if (first === undefined || rule.fields.some((field) => (row[field] ?? null) === null)) continue;
      const twin = store
        .rowsWith(object.name, first, row[first] ?? null)
        .find(
          (other) =>
            other['IsDeleted'] !== true &&
            other['Id'] !== row['Id'] &&
            others.every((field) => folded(other[field]) === folded(row[field]))
        );
      if (twin !== undefined) {
        throw new OrgError(
          'DUPLICATES_DETECTED',
          rule.message ?? "You're creating a duplicate record. We recommend you use an existing record instead."
        );
      }
    }
  }
}

function folded(value: unknown): string {
  return String(value ?? '').toLowerCase();
}
