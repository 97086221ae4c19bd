import type { PracticeOrg } from '../engine/practiceOrg.js';
import { seedDocuments } from './documents.js';
import { seedPriceRules } from './priceRules.js';
import { seedProductRules } from './productRules.js';
import { seedProducts } from './products.js';

/**
 * A small believable catalogue of Brightcup, a maker of coffee machines for offices: products and bundles, prices,
 * rules, discount schedules and quote documents. Row ids are the same in every org; nothing is logged.
 */
export function seedCatalogue(org: PracticeOrg): void {
  seedProducts(org);
  seedPriceRules(org);
  seedProductRules(org);
  seedDocuments(org);
}
