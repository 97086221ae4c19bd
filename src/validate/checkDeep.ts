import pLimit from 'p-limit';
import { deployZip } from '../apply/components/deployZip.js';
import { keyText } from '../metadata/component.js';
import type { Progress } from '../model/progress.js';
import { Refusal } from '../model/refusal.js';
import type { OrgPorts } from '../org/ports.js';
import type { TestLevel } from '../org/ports/components.js';
import { select } from '../records/soql.js';
import { readComponentsPart, readFlowsPart, readPartFile } from '../snapshot/readPart.js';
import type { Snapshot } from '../snapshot/snapshotFormat.js';
import type { StoreFolder } from '../store/ports.js';

/** What the org says of a snapshot: whether its metadata would still deploy, and how many rows there are now. */
export interface DeepCheck {
  /** The check-only deployment; null when the snapshot holds nothing that could be deployed. */
  readonly deployment: {
    readonly id: string;
    readonly success: boolean;
    readonly components: number;
    readonly problems: ReadonlyArray<{ readonly target: string; readonly problem: string }>;
    readonly testFailures: ReadonlyArray<{ readonly name: string; readonly method: string; readonly message: string }>;
  } | null;
  /** Rows under the scope's condition, then and now; `now` is null when the object cannot be read any more. */
  readonly counts: ReadonlyArray<{ readonly object: string; readonly snapshot: number; readonly now: number | null }>;
}

const PARALLEL_COUNTS = 8;

/**
 * Asks the org of a snapshot whether what it holds could go back: a check-only deployment of all its metadata and of the
 * active version of each flow, and a count of each object. Changes nothing: the deployment is validated and thrown away.
 */
export async function checkDeep(
  org: OrgPorts,
  folder: StoreFolder,
  snapshot: Snapshot,
  tests: { readonly level?: TestLevel; readonly names: readonly string[] },
  progress: Progress
): Promise<DeepCheck> {
  if (snapshot.orgId !== org.identity.orgId)
    throw new Refusal('wrongOrg', { tokens: [`snapshot ${snapshot.id}`, snapshot.orgId, org.identity.orgId] });
  const limit = pLimit(PARALLEL_COUNTS);
  progress.stage('Asking the org', 'a check-only deployment, and counts');
  const [deployment, counts] = await Promise.all([
    validateMetadata(org, folder, snapshot, tests, progress),
    Promise.all(
      snapshot.objects.map((part) =>
        limit(async () => ({
          object: part.object,
          snapshot: part.rows,
          now: await org
            .count(select([], part.object, part.where).replace('SELECT ', 'SELECT COUNT()'))
            .catch((error: Error & { code?: string }) => {
              // An object that is gone is an answer; a connection that is gone is none.
              if (error.code?.startsWith('INVALID_') || error.code === 'MALFORMED_QUERY') return null;
              throw error;
            }),
        }))
      )
    ),
  ]);
  return { deployment, counts };
}

async function validateMetadata(
  org: OrgPorts,
  folder: StoreFolder,
  snapshot: Snapshot,
  tests: { readonly level?: TestLevel; readonly names: readonly string[] },
  progress: Progress
): Promise<DeepCheck['deployment']> {
  const [{ components }, flows] = [await readComponentsPart(folder, snapshot), await readFlowsPart(folder, snapshot)];
  const bodies = flows.bodies.filter((body) =>
    flows.flows.some((flow) => flow.name === body.flow && flow.activeVersion === body.version)
  );
  const paths = [...new Set(components.flatMap((component) => component.paths))];
  const files = await Promise.all([
    ...paths.map(async (path) => ({ path, content: await readPartFile(folder, snapshot, `metadata/${path}`) })),
    ...bodies.map(async (body) => ({
      path: `flows/${body.flow}.flow`,
      content: await readPartFile(folder, snapshot, body.path),
    })),
  ]);
  if (files.length === 0) return null;
  const members = [...components, ...bodies.map((body) => ({ type: 'Flow', fullName: body.flow }))];
  const id = await org.startDeploy({
    zip: await deployZip(files, members, [], snapshot.apiVersion),
    checkOnly: true,
    ignoreWarnings: true,
    ...(tests.level ? { testLevel: tests.level } : {}),
    tests: tests.names,
  });
  progress.detail(`validation ${id}`);
  const report = await org.awaitDeploy(id);
  const problems = report.components
    .filter((component) => !component.success)
    .map((component) => ({
      target: `metadata:${keyText(component)}`,
      problem: component.problem ?? 'no reason given',
    }));
  if (!report.success && problems.length === 0 && report.testFailures.length === 0)
    problems.push({ target: 'the deployment', problem: report.errorMessage ?? `it ended ${report.status}` });
  return { id, success: report.success, components: members.length, problems, testFailures: report.testFailures };
}
