import { OrgError, type Row } from '../contracts.js';
import type { RowStore } from './rowStore.js';

/**
 * What the platform itself demands of price book entries: one per product and book, and the standard price first.
 */
export function checkPricebookEntry(store: RowStore, objectName: string, row: Row): void {
  if (objectName !== 'PricebookEntry') return;
  const siblings = store
    .rowsWith('PricebookEntry', 'Product2Id', row['Product2Id'] ?? null)
    .filter((other) => other['IsDeleted'] !== true && other['Id'] !== row['Id']);
  if (siblings.some((other) => other['Pricebook2Id'] === row['Pricebook2Id'])) {
    throw new OrgError('DUPLICATE_VALUE', 'This price definition already exists in this price book', []);
  }
  const isStandard = (id: unknown): boolean => store.get('Pricebook2', String(id))?.['IsStandard'] === true;
  if (!isStandard(row['Pricebook2Id']) && !siblings.some((other) => isStandard(other['Pricebook2Id']))) {
    throw new OrgError('STANDARD_PRICE_NOT_DEFINED', 'Before creating a custom price, create a standard price.', []);
  }
}

/** The standard price book can be neither deleted nor made anew. */
export function checkPricebookDeletion(objectName: string, row: Row): void {
  if (objectName === 'Pricebook2' && row['IsStandard'] === true) {
    throw new OrgError('DELETE_FAILED', 'You cannot delete the standard price book.', []);
  }
}
