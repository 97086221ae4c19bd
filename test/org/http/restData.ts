import type { PracticeOrg } from '../engine/practiceOrg.js';
import { registerCollectionRoutes } from './restCollections.js';
import { registerCompositeRoutes } from './restComposite.js';
import { registerGraphRoutes } from './restGraph.js';
import { registerTreeRoutes } from './restTree.js';
import { registerDescribeRoutes } from './restDescribe.js';
import { registerIdentityRoutes } from './restIdentity.js';
import { registerLimitRoutes } from './restLimits.js';
import { registerQueryRoutes } from './restQuery.js';
import { registerRecordRoutes } from './restRecords.js';
import type { Router } from './router.js';

/** All of the data API that is plain REST. */
export function registerDataRoutes(router: Router, org: PracticeOrg): void {
  registerIdentityRoutes(router, org);
  registerQueryRoutes(router, org);
  registerDescribeRoutes(router, org);
  registerRecordRoutes(router, org);
  registerCollectionRoutes(router, org);
  registerCompositeRoutes(router, org);
  registerGraphRoutes(router, org);
  registerTreeRoutes(router, org);
  registerLimitRoutes(router, org);
}
