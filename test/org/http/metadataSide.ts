import type { PracticeOrg } from '../engine/practiceOrg.js';
import type { Router } from './router.js';

/** Adds the flows, components, permissions and deployments of the org, once per org, and their routes. */
export async function registerMetadataSide(router: Router, org: PracticeOrg): Promise<void> {
  try {
    const sidePath = '../engine/metadata/metadataSide.js';
    const routesPath = './metadataRoutes.js';
    const { installMetadataSide } = await import(sidePath);
    const { registerMetadataRoutes } = await import(routesPath);
    const side = org.attached[0] ?? installMetadataSide(org);
    org.attach(side);
    registerMetadataRoutes(router, org, side);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
  }
}
