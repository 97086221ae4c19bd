import type { DeployLimits } from '../model/deployLimits.js';

/**
 * Metadata API Developer Guide, "Deploying and Retrieving Metadata with the Zip File": 10,000 files; 39 MB, which as base64
 * stay below the 50 MB of a SOAP message; unpacked 400 MB, or 600 MB in newer editions of the guide: the smaller one is safe.
 */
export const DEPLOY_LIMITS: DeployLimits = { files: 10_000, zipBytes: 39_000_000, bytes: 400_000_000 };
