import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import type { DeployLimits } from '../../model/deployLimits.js';
import type { Baseline } from '../../snapshot/baseline.js';
import type { DeployUnit } from '../components/deploymentParts.js';
import type { DraftStep } from '../rollbackPlan.js';
import { isRedeploy } from './redeployParts.js';

const compress = promisify(deflateRaw);

/** What an entry takes in a zip besides its content: two headers, each with the path. */
const ENTRY_BYTES = 100;

/**
 * What the bodies of the redeploys take in a deployment, in the order of the steps, and which flows call which. Undefined
 * where all of them fit into one without a closer look.
 */
export async function readRedeployUnits(
  baseline: Baseline,
  steps: readonly DraftStep[],
  limits: DeployLimits
): Promise<DeployUnit[] | undefined> {
  const due = steps.filter(isRedeploy);
  const sizes = new Map(baseline.snapshot.parts.map(({ path, bytes }) => [path, bytes]));
  const paths = due.map(
    ({ detail }) => baseline.flows.bodies.find((body) => body.flow === detail.flow && body.version === detail.to)?.path
  );
  const whole = paths.reduce((sum, path) => sum + (sizes.get(path ?? '') ?? 0) + ENTRY_BYTES, 0);
  const manifests = 3;
  if (due.length + manifests <= limits.files && whole <= Math.min(limits.zipBytes, limits.bytes)) return undefined;
  const placeOf = new Map(due.map(({ detail }, place) => [detail.flow, place]));
  const units: DeployUnit[] = [];
  for (const [place, { key, detail }] of due.entries()) {
    const path = paths[place];
    const content = path === undefined ? Buffer.alloc(0) : await baseline.folder.read(path);
    const called = new Set<number>();
    for (const [word] of content.toString('latin1').matchAll(/\w{2,}/g)) {
      const other = placeOf.get(word);
      if (other !== undefined && other !== place) called.add(other);
    }
    units.push({
      steps: [key],
      files: 1,
      bytes: content.length,
      zipBytes: (await compress(content)).length + ENTRY_BYTES + 2 * `flows/${detail.flow}.flow`.length,
      uses: [...called].sort((a, b) => a - b),
    });
  }
  return units;
}
