import pLimit from 'p-limit';
import { openSwitches } from '../apply/openSwitches.js';
import { readInventory } from '../inventory/readInventory.js';
import { canGoOn, ofOrg } from '../inventory/entry.js';
import type { StoreId } from '../model/ids.js';
import type { Chance, Progress } from '../model/progress.js';
import { Refusal } from '../model/refusal.js';
import type { OrgPorts } from '../org/ports.js';
import { readSnapshot } from '../snapshot/baseline.js';
import { readDescribe } from '../snapshot/readPart.js';
import type { Scope } from '../snapshot/scope.js';
import type { Snapshot } from '../snapshot/snapshotFormat.js';
import type { Store, StoreFolder } from '../store/ports.js';
import { checkFiles } from '../validate/checkFiles.js';
import type { Facts, ObjectFacts } from './facts.js';

const PARALLEL = 8;

/** What is looked at: the scope of a snapshot, or one that no snapshot has been taken of yet. */
export type PreflightTarget = { readonly snapshotId: StoreId } | { readonly scope: Scope };

/** Gathers what the preflight judges. Reads only; of the org's rows it reads none. */
export async function readFacts(
  org: OrgPorts,
  store: Store,
  target: PreflightTarget,
  chance: Chance,
  progress: Progress
): Promise<Facts> {
  progress.stage('Looking at the store');
  const folder = 'snapshotId' in target ? await store.open('snapshots', target.snapshotId) : undefined;
  const snapshot = folder ? await readSnapshot(folder) : undefined;
  if (snapshot && snapshot.orgId !== org.identity.orgId)
    throw new Refusal('wrongOrg', { tokens: [`snapshot ${snapshot.id}`, snapshot.orgId, org.identity.orgId] });
  const damages = folder && snapshot ? (await checkFiles(folder, snapshot, progress)).damages : [];
  const scope = snapshot?.scope ?? ('scope' in target ? target.scope : { flows: [], metadata: [], records: [] });
  progress.stage('Looking at the org');
  const orgTime = new Date(await org.serverTime());
  const localTime = chance.now();
  const [
    permissions,
    apiLimit,
    packages,
    deployments,
    jobs,
    isSandbox,
    objects,
    types,
    switches,
    inventory,
    lock,
    room,
  ] = await Promise.all([
    ownPermissions(org),
    org.apiLimit(),
    org.packageVersions(),
    org.deploymentsSince(orgTime.toISOString()),
    org.ingestJobsInFlight(),
    sandbox(org),
    objectFacts(org, scope, folder, snapshot, damages.length > 0),
    typeFacts(org, scope),
    openSwitches(store, org.identity.orgId),
    readInventory(store, localTime),
    store.lockHolder(org.identity.orgId),
    store.room(),
  ]);
  return {
    identity: org.identity,
    localTime,
    orgTime,
    isSandbox,
    scope,
    snapshot,
    damages,
    permissions,
    apiLimit,
    objects,
    types,
    packages,
    deployments: deployments.filter((deployment) => deployment.completedAt === null && !deployment.checkOnly),
    jobs,
    switches,
    unfinishedRuns: ofOrg(inventory, org.identity.orgId)
      .runs.filter(canGoOn)
      .map((run) => run.id),
    lock,
    room,
  };
}

/** Permissions the checks ask for. The org's API version may not know all of them. */
const ASKED = [
  'PermissionsApiEnabled',
  'PermissionsAuthorApex',
  'PermissionsCustomizeApplication',
  'PermissionsManageFlow',
  'PermissionsManageProfilesPermissionsets',
  'PermissionsModifyAllData',
  'PermissionsModifyMetadata',
  'PermissionsViewAllData',
] as const;

async function ownPermissions(org: OrgPorts): Promise<ReadonlySet<string>> {
  const { fields } = await org.describe('UserPermissionAccess');
  const known = ASKED.filter((name) => fields.some((field) => field.name === name));
  const [row] = await org.query(`SELECT ${known.join(', ')} FROM UserPermissionAccess`);
  // What the org does not know it cannot withhold.
  return new Set(ASKED.filter((name) => !known.includes(name) || row?.[name] === true));
}

async function sandbox(org: OrgPorts): Promise<boolean | undefined> {
  const rows = await org.query('SELECT IsSandbox FROM Organization').catch(() => []);
  const value = rows[0]?.IsSandbox;
  return typeof value === 'boolean' ? value : undefined;
}

async function objectFacts(
  org: OrgPorts,
  scope: Scope,
  folder: StoreFolder | undefined,
  snapshot: Snapshot | undefined,
  damaged: boolean
): Promise<ObjectFacts[]> {
  if (scope.records.length === 0) return [];
  const names = await org.objectNames();
  const limit = pLimit(PARALLEL);
  return Promise.all(
    scope.records.map((entry) =>
      limit(async () => {
        const part = snapshot?.objects.find((candidate) => candidate.object === entry.object);
        return {
          object: entry.object,
          ofPreset: entry.preset !== undefined || entry.optional === true,
          // A damaged file is named as such, and tells nothing.
          before: folder && snapshot && part && !damaged ? await readDescribe(folder, snapshot, part) : undefined,
          now: names.has(entry.object) ? await org.describe(entry.object) : undefined,
        };
      })
    )
  );
}

async function typeFacts(org: OrgPorts, scope: Scope): Promise<Facts['types']> {
  const types = [...new Set(scope.metadata.map((key) => key.type))].sort();
  const limit = pLimit(PARALLEL);
  return Promise.all(
    types.map((type) =>
      limit(async () => ({
        type,
        refusal: await org.listComponents([type]).then(
          () => undefined,
          (error: Error & { code?: string }) => {
            // What the org says of a type is a finding; that it says nothing at all is a failure.
            if (error instanceof Refusal || ['NETWORK', 'TIMEOUT'].includes(error.code ?? '')) throw error;
            return error.message;
          }
        ),
      }))
    )
  );
}
