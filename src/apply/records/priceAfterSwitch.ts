import type { RowResult } from '../../org/ports/records.js';

type Update = Readonly<Record<string, unknown>> & { readonly Id: string };

/**
 * Rows of PricebookEntry that get their own price back and stop using the standard price: some orgs want the switch first
 * and the price in a call of its own (Salesforce help 000193277), others take both at once. What was refused for that is
 * sent again in two calls; the results are those of the second.
 */
export async function priceAfterSwitch(
  object: string,
  updates: readonly Update[],
  results: readonly RowResult[],
  update: (object: string, rows: Update[]) => Promise<RowResult[]>
): Promise<RowResult[]> {
  const refused = new Set(
    results.filter((result) => !result.success && result.code === 'FIELD_INTEGRITY_EXCEPTION').map(({ id }) => id)
  );
  const again = updates.filter(
    (row) =>
      object === 'PricebookEntry' &&
      refused.has(row.Id) &&
      row.UseStandardPrice === false &&
      row.UnitPrice !== undefined
  );
  if (again.length === 0) return [...results];
  const switched = await update(
    object,
    again.map(({ UnitPrice: later, ...row }) => (void later, row))
  );
  const through = new Set(switched.filter((result) => result.success).map(({ id }) => id));
  const due = again.filter((row) => through.has(row.Id));
  const priced =
    due.length === 0
      ? []
      : await update(
          object,
          due.map(({ Id, UnitPrice }) => ({ Id, UnitPrice }))
        );
  const sentAgain = new Set(again.map((row) => row.Id));
  return [
    ...results.filter(({ id }) => !sentAgain.has(id)),
    ...switched.filter((result) => !result.success),
    ...priced,
  ];
}
