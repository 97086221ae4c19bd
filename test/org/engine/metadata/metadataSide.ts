import { AuditTrail } from './auditTrail.js';
import type { OrgCore, OrgUser } from '../contracts.js';
import { DeploymentStore } from '../deployments/deploymentStore.js';
import { deployRequestTable } from '../deployments/deployRequestTable.js';
import { FlowStore, type FlowStatus } from '../flows/flowStore.js';
import { interviewWriter } from '../flows/interviewWriter.js';
import { FlowTooling } from '../flows/flowTooling.js';
import { flowToolingTables, flowViewTables } from '../flows/flowTables.js';
import { Assignments } from '../permissions/assignments.js';
import { DerivedIds } from '../permissions/accessParents.js';
import { GrantRows } from '../permissions/grantRows.js';
import { permissionTables } from '../permissions/permissionTables.js';
import { type PermissionWriter, permissionWriters } from '../permissions/permissionWriters.js';
import { SetupNames } from '../permissions/setupNames.js';
import type { TableWriter } from '../records/tableWriter.js';
import { stampOf } from './author.js';
import { Catalogue } from './catalogue.js';
import { ComponentStore } from './componentStore.js';
import { componentTables } from './componentTables.js';
import { DeployDraft } from './deployDraft.js';
import type { DeployOptions, DeployResult } from './deployTypes.js';
import { type HolderKind, allHolders } from './holders.js';
import { type Manifest, parseManifest } from './manifest.js';
import { RetrieveStore, type RetrieveResult } from './retrieveStore.js';
import { adoptSchema } from './schemaAdoption.js';
import { type FlowSeed, seedComponent, seedFlow, type ComponentSeed } from './seeding.js';

/** Choices where real orgs differ, or where nobody could confirm what they do. Tests may change them. */
export interface MetadataHabits {
  /** A deploy over an inactive latest draft overwrites it instead of adding a version. */
  overwriteLatestDraft: boolean;
  /** Kinds of component whose mention of a field keeps it from being deleted. */
  fieldHolders: ReadonlySet<HolderKind>;
  /** Components that refer to something the org does not have are refused. Off: taken as they are, for files from elsewhere. */
  checkReferences: boolean;
}

/** Everything about components, flows, permissions and deployments of one org; the HTTP routes only translate. */
export interface MetadataSide {
  readonly components: ComponentStore;
  readonly flows: FlowStore;
  readonly tooling: FlowTooling;
  readonly permissions: PermissionSide;
  readonly deployments: DeploymentStore;
  readonly retrieves: RetrieveStore;
  readonly habits: MetadataHabits;
  /** What can be listed and read, with objects and fields that came into the schema since. */
  catalogue(): Catalogue;
  /** Deploys and waits for the end, whatever `switches.jobPolls` says. */
  /** What people did in Setup, as the org logs it. */
  readonly auditTrail: AuditTrail;
  deployZip(archive: Buffer, options: DeployOptions, user: OrgUser): Promise<DeployResult>;
  /** Retrieves at once; the manifest may be given as package.xml text. */
  retrieve(
    manifest: Manifest | string,
    user: OrgUser,
    options?: { readonly singlePackage?: boolean; readonly apiVersion?: string }
  ): Promise<RetrieveResult>;
  /** Puts components and flows there as if they had always been, with no line in the op log and no check. */
  seed(what: { readonly components?: readonly ComponentSeed[]; readonly flows?: readonly FlowSeed[] }): void;
  /** A paused interview on a version, which then cannot be deleted. Returns its id. */
  pauseInterview(flow: string, version: number): string;
}

/** An org whose record writes can be handed over, table by table. */
interface WriterDoor {
  registerWriter(writer: TableWriter): void;
}

export interface PermissionSide {
  readonly rows: GrantRows;
  readonly assignments: Assignments;
  readonly writers: readonly PermissionWriter[];
}

export type { ComponentSeed, FlowSeed, FlowStatus };

/** Builds the metadata side of an org and registers its tables. To be called once per org. */
export function installMetadataSide(org: OrgCore): MetadataSide {
  const components = new ComponentStore();
  const flows = new FlowStore();
  const assignments = new Assignments(org);
  const names = new SetupNames(components, flows);
  const auditTrail = new AuditTrail(org);
  const rows = new GrantRows(components, names, new DerivedIds(org), auditTrail);
  components.onChange = (type) => {
    if (type === undefined || type === 'PermissionSet' || type === 'Profile') rows.stamp();
  };
  const habits: MetadataHabits = {
    get overwriteLatestDraft() {
      return org.switches.overwriteLatestDraft;
    },
    set overwriteLatestDraft(value: boolean) {
      org.switches.overwriteLatestDraft = value;
    },
    fieldHolders: allHolders,
    checkReferences: true,
  };
  // Things that came without a deployment are everybody's and nobody's: they bear the org's first user and its first hour.
  const origin = { byId: org.users[0]?.id ?? '', byName: org.users[0]?.name ?? '', at: org.clock.now() };
  const refresh = (): void => adoptSchema(org, components, origin);

  const deployments = new DeploymentStore({
    org,
    draft: (user) => {
      refresh();
      return new DeployDraft(
        org,
        user,
        { deployActive: org.switches.deployFlowsActive, overwriteLatestDraft: habits.overwriteLatestDraft },
        { components, flows }
      );
    },
    rules: () => ({
      holders: habits.fieldHolders,
      checkReferences: habits.checkReferences,
      guard: (component) =>
        component.type === 'PermissionSet' && assignments.isAssigned(component.id)
          ? `You can't delete this permission set because it's assigned to one or more users: ${component.fullName}`
          : undefined,
    }),
  });
  const catalogue = (): Catalogue => {
    refresh();
    return new Catalogue(components, flows);
  };
  const retrieves = new RetrieveStore(org, catalogue);
  const tables = [
    ...flowToolingTables(flows),
    ...flowViewTables(flows),
    deployRequestTable(deployments),
    ...componentTables(components),
    ...permissionTables(org, components, rows, assignments),
    auditTrail.table(),
  ];
  for (const table of tables) org.tables.register(table);

  const writers = permissionWriters(org, components, rows, names, assignments, () => habits.checkReferences);
  const interviews = interviewWriter(flows);
  if ('registerWriter' in org)
    for (const writer of [...writers, interviews]) (org as OrgCore & WriterDoor).registerWriter(writer);

  const side: MetadataSide = {
    components,
    flows,
    tooling: new FlowTooling(org, flows),
    permissions: { rows, assignments, writers },
    deployments,
    retrieves,
    auditTrail,
    habits,
    catalogue,
    deployZip: async (archive, options, user) => deployments.finish(await deployments.submit(archive, options, user)),
    retrieve: (manifest, user, options = {}) =>
      retrieves.run(
        {
          apiVersion: options.apiVersion ?? '66.0',
          singlePackage: options.singlePackage ?? false,
          unpackaged: typeof manifest === 'string' ? parseManifest(manifest) : manifest,
        },
        user
      ),
    seed: (what) => {
      const stamp = stampOf(org, org.users[0] ?? noUser());
      for (const component of what.components ?? []) seedComponent(org, components, component, stamp);
      for (const flow of what.flows ?? []) seedFlow(org, flows, flow, stamp);
    },
    pauseInterview: (flow, version) => {
      const id = org.newId('0Fo');
      flows.interviews.push({ id, flow, version });
      return id;
    },
  };
  side.seed({
    components: [
      {
        type: 'Profile',
        fullName: 'Admin',
        xml: '<Profile><custom>false</custom><userLicense>Salesforce</userLicense></Profile>',
      },
      {
        type: 'Profile',
        fullName: 'Standard',
        xml: '<Profile><custom>false</custom><userLicense>Salesforce</userLicense></Profile>',
      },
    ],
  });
  return side;
}

function noUser(): never {
  throw new Error('an org needs at least one user');
}
