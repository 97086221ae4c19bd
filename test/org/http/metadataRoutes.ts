import type { MetadataSide } from '../engine/metadata/metadataSide.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import { registerRestDeploy } from './restDeploy.js';
import type { Router } from './router.js';
import { registerSoapMetadata } from './soapMetadata.js';
import { registerTooling } from './tooling.js';

/** Everything of the metadata side that is reached over HTTP. */
export function registerMetadataRoutes(router: Router, org: PracticeOrg, side: MetadataSide): void {
  registerSoapMetadata(router, org, side);
  registerRestDeploy(router, side);
  registerTooling(router, org, side);
}
