import { OrgError, type FieldSchema, type FieldValue, type Row, type UnconfirmedFacts } from '../contracts.js';
import type { RowStore } from './rowStore.js';

/**
 * What the platform itself demands of price book entries: one per product, book and currency, and the standard price first.
 */
export function checkPricebookEntry(store: RowStore, objectName: string, row: Row): void {
  if (objectName !== 'PricebookEntry') return;
  const siblings = siblingsOf(store, row);
  if (siblings.some((other) => other['Pricebook2Id'] === row['Pricebook2Id'])) {
    throw new OrgError('DUPLICATE_VALUE', 'This price definition already exists in this price book', []);
  }
  if (!isStandard(store, row) && standardEntry(store, row) === undefined) throw noStandardPrice();
}

function noStandardPrice(): OrgError {
  return new OrgError('STANDARD_PRICE_NOT_DEFINED', 'Before creating a custom price, create a standard price.', []);
}

/**
 * An entry that uses the standard price has no price of its own: one that is sent is refused (Salesforce help 000193277),
 * and it shows the price of the standard entry.
 */
export function useStandardPrice(
  store: RowStore,
  facts: UnconfirmedFacts,
  objectName: string,
  row: Row,
  before: Row | undefined,
  sent: ReadonlyMap<FieldSchema, FieldValue>
): void {
  if (objectName !== 'PricebookEntry') return;
  const priceSent = [...sent.keys()].some((field) => field.name === 'UnitPrice');
  const apart = facts.priceWithItsSwitch === 'refused' && before?.['UseStandardPrice'] === true;
  if (priceSent && (row['UseStandardPrice'] === true || apart))
    throw new OrgError('FIELD_INTEGRITY_EXCEPTION', 'field integrity exception: UnitPrice', ['UnitPrice']);
  if (row['UseStandardPrice'] !== true) return;
  const standard = standardEntry(store, row);
  if (standard === undefined) throw noStandardPrice();
  row['UnitPrice'] = standard['UnitPrice'] ?? null;
}

/** Entries whose price changes with that of a standard entry. */
export function priceFollowers(store: RowStore, objectName: string, row: Row, before: Row | undefined): Row[] {
  if (objectName !== 'PricebookEntry' || before?.['UnitPrice'] === row['UnitPrice'] || !isStandard(store, row))
    return [];
  return siblingsOf(store, row).filter((other) => other['UseStandardPrice'] === true);
}

/** The standard price book can be neither deleted nor made anew, and a standard price may be held by custom prices. */
export function checkPricebookDeletion(store: RowStore, facts: UnconfirmedFacts, objectName: string, row: Row): void {
  if (objectName === 'Pricebook2' && row['IsStandard'] === true) {
    throw new OrgError('DELETE_FAILED', 'You cannot delete the standard price book.', []);
  }
  if (
    objectName === 'PricebookEntry' &&
    facts.standardPriceInUse === 'held' &&
    isStandard(store, row) &&
    siblingsOf(store, row).length > 0
  ) {
    throw new OrgError('DELETE_FAILED', 'You cannot delete a standard price while custom prices exist.', []);
  }
}

/** Living entries of the same product and currency. */
function siblingsOf(store: RowStore, row: Row): Row[] {
  return store
    .rowsWith('PricebookEntry', 'Product2Id', row['Product2Id'] ?? null)
    .filter(
      (other) =>
        other['IsDeleted'] !== true &&
        other['Id'] !== row['Id'] &&
        (other['CurrencyIsoCode'] ?? null) === (row['CurrencyIsoCode'] ?? null)
    );
}

function standardEntry(store: RowStore, row: Row): Row | undefined {
  return siblingsOf(store, row).find((other) => isStandard(store, other));
}

function isStandard(store: RowStore, row: Row): boolean {
  return store.get('Pricebook2', String(row['Pricebook2Id']))?.['IsStandard'] === true;
}
