/** A raw row as REST prints it, without `attributes`. */
export type RawRow = Readonly<Record<string, unknown>>;

export interface Querier {
  /** All rows of a SOQL query, through all pages. `all` includes deleted rows. */
  query(soql: string, options?: { readonly all?: boolean; readonly tooling?: boolean }): Promise<RawRow[]>;
  /** `SELECT COUNT()`: the number only. */
  count(soql: string): Promise<number>;
}
