/** Words of the Metadata API, spelled as clients read them. */

export interface DeployOptions {
  readonly allowMissingFiles?: boolean;
  readonly autoUpdatePackage?: boolean;
  readonly checkOnly?: boolean;
  readonly ignoreWarnings?: boolean;
  readonly performRetrieve?: boolean;
  readonly purgeOnDelete?: boolean;
  readonly rollbackOnError?: boolean;
  readonly runTests?: readonly string[];
  readonly singlePackage?: boolean;
  readonly testLevel?: string;
}

export interface DeployMessage {
  /** Empty for manifests and for warnings about components that are not there. */
  readonly componentType: string;
  readonly fullName: string;
  readonly fileName: string;
  readonly id?: string;
  readonly created: boolean;
  readonly changed: boolean;
  readonly deleted: boolean;
  readonly success: boolean;
  readonly createdDate: string;
  readonly problem?: string;
  readonly problemType?: 'Warning' | 'Error';
  readonly lineNumber?: number;
  readonly columnNumber?: number;
}

export interface TestSuccess {
  readonly id: string;
  readonly methodName: string;
  readonly name: string;
  readonly namespace: string;
  readonly seeAllData: boolean;
  readonly time: number;
}

export interface TestFailure extends Omit<TestSuccess, 'seeAllData'> {
  readonly message: string;
  readonly packageName: string;
  readonly stackTrace: string;
  readonly type: 'Class';
}

export interface RunTestResult {
  readonly numFailures: number;
  readonly numTestsRun: number;
  readonly totalTime: number;
  readonly successes: readonly TestSuccess[];
  readonly failures: readonly TestFailure[];
  readonly codeCoverage: ReadonlyArray<{
    readonly id: string;
    readonly name: string;
    readonly namespace: string;
    readonly type: 'Class' | 'Trigger';
    readonly numLocations: number;
    readonly numLocationsNotCovered: number;
  }>;
}

export type DeployStatus =
  'Pending' | 'InProgress' | 'Succeeded' | 'SucceededPartial' | 'Failed' | 'Canceling' | 'Canceled';

export interface DeployResult {
  readonly id: string;
  readonly status: DeployStatus;
  readonly done: boolean;
  readonly success: boolean;
  readonly checkOnly: boolean;
  readonly ignoreWarnings: boolean;
  readonly rollbackOnError: boolean;
  readonly runTestsEnabled: boolean;
  readonly createdBy: string;
  readonly createdByName: string;
  readonly createdDate: string;
  readonly startDate?: string;
  readonly lastModifiedDate: string;
  readonly completedDate?: string;
  readonly canceledBy?: string;
  readonly canceledByName?: string;
  readonly errorMessage?: string;
  readonly errorStatusCode?: string;
  readonly stateDetail?: string;
  readonly numberComponentsTotal: number;
  readonly numberComponentsDeployed: number;
  readonly numberComponentErrors: number;
  readonly numberTestsTotal: number;
  readonly numberTestsCompleted: number;
  readonly numberTestErrors: number;
  readonly details: {
    readonly componentSuccesses: readonly DeployMessage[];
    readonly componentFailures: readonly DeployMessage[];
    readonly runTestResult: RunTestResult;
  };
}
