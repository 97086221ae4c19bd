import { OrgError } from '../contracts.js';

/** Records that were asked for once and refused as locked by somebody else. */
export class FirstTryLocks {
  private readonly tried = new Set<string>();

  /** Throws for the first write to a record; lets later ones through. An empty id is a new record, which nobody can hold. */
  public check(id: string): void {
    if (id === '' || this.tried.has(id)) return;
    this.tried.add(id);
    throw new OrgError(
      'UNABLE_TO_LOCK_ROW',
      `unable to obtain exclusive access to this record or 200 records: ${id.slice(0, 15)}`
    );
  }
}
