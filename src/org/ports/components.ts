import type { ComponentKey, ComponentStamps, RetrievedComponent } from '../../metadata/component.js';
import type { DeployLimits } from '../../model/deployLimits.js';

export interface Retrieved {
  readonly components: readonly RetrievedComponent[];
  /** Who made and last changed each component, by `Type:FullName`, as the org's file properties say. */
  readonly properties: ReadonlyMap<string, ComponentStamps>;
  /** Every file of the package, paths relative to its root. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Components the org says it cannot find. */
  readonly notFound: readonly ComponentKey[];
  /** Other messages of the retrieve, word for word. */
  readonly messages: readonly string[];
}

export type ListedComponent = ComponentKey & ComponentStamps;

export interface ComponentReader {
  /** All components of these types, as listMetadata gives them. */
  listComponents(types: readonly string[]): Promise<ListedComponent[]>;
  retrieve(keys: readonly ComponentKey[]): Promise<Retrieved>;
}

export type TestLevel = 'NoTestRun' | 'RunSpecifiedTests' | 'RunLocalTests' | 'RunAllTestsInOrg';

export interface DeployRequest {
  readonly zip: Buffer;
  readonly checkOnly: boolean;
  readonly testLevel?: TestLevel;
  readonly tests?: readonly string[];
  /** Warnings (a component to delete is gone already) fail the deployment unless ignored. */
  readonly ignoreWarnings: boolean;
}

export interface DeployedComponent extends ComponentKey {
  readonly created: boolean;
  readonly changed: boolean;
  readonly deleted: boolean;
  readonly success: boolean;
  readonly problem?: string;
  readonly problemType?: string;
}

export interface DeployReport {
  readonly id: string;
  readonly status: string;
  readonly success: boolean;
  readonly done: boolean;
  readonly checkOnly: boolean;
  /** Tests ran and are done: only such a validation can be deployed without running them again. */
  readonly testsRan: boolean;
  readonly errorMessage?: string;
  /** Without the pseudo rows of manifests. */
  readonly components: readonly DeployedComponent[];
  readonly testFailures: ReadonlyArray<{ readonly name: string; readonly method: string; readonly message: string }>;
}

export interface ComponentWriter {
  readonly deployLimits: DeployLimits;
  /** Starts a deployment and returns its id (0Af…) without waiting. */
  startDeploy(request: DeployRequest): Promise<string>;
  /**
   * Deploys a validation that ran tests, without running them again; undefined when the org no longer takes it, in which
   * case nothing has happened.
   */
  quickDeploy(validationId: string): Promise<string | undefined>;
  /** Waits until the deployment is done, however it ends. */
  awaitDeploy(id: string): Promise<DeployReport>;
}
