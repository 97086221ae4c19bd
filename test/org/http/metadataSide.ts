import { installMetadataSide, type MetadataSide } from '../engine/metadata/metadataSide.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import { registerMetadataRoutes } from './metadataRoutes.js';
import type { Router } from './router.js';

const sides = new WeakMap<PracticeOrg, MetadataSide>();

/** The flows, components, permissions and deployments of an org: made at the first call, the same ever after. */
export function metadataSideOf(org: PracticeOrg): MetadataSide {
  let side = sides.get(org);
  if (side === undefined) {
    side = installMetadataSide(org);
    sides.set(org, side);
    org.attach(side);
  }
  return side;
}

/** Adds the routes of the org's metadata side. */
export function registerMetadataSide(router: Router, org: PracticeOrg): void {
  registerMetadataRoutes(router, org, metadataSideOf(org));
}
