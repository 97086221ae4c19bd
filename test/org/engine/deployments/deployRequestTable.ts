import type { Row, VirtualTable } from '../contracts.js';
import { virtualTable } from '../virtualSchema.js';
import type { DeploymentStore } from './deploymentStore.js';

/** Tooling `DeployRequest`: the org's history of deployments, without their components. Looking at it lets time pass. */
export function deployRequestTable(deployments: DeploymentStore): VirtualTable {
  return virtualTable({
    name: 'DeployRequest',
    keyPrefix: '0Af',
    api: ['tooling'],
    audited: true,
    fields: `Status:pick StartDate:datetime CompletedDate:datetime CheckOnly:check TestLevel:pick RunTestsEnabled:check RollbackOnError:check AllowMissingFiles:check
      AutoUpdatePackage:check PurgeOnDelete:check SinglePackage:check IgnoreWarnings:check NumberComponentsTotal:int NumberComponentsDeployed:int NumberComponentErrors:int
      NumberTestsTotal:int NumberTestsCompleted:int NumberTestErrors:int ErrorMessage:long(4000) ErrorStatusCode:text(40) StateDetail:long(4000) CanceledById:ref(User)`,
    *rows(): Iterable<Row> {
      deployments.step();
      for (const { job, result } of deployments.list()) {
        yield {
          Id: job.id,
          Status: result.status,
          StartDate: result.startDate ?? null,
          CompletedDate: result.completedDate ?? null,
          CheckOnly: result.checkOnly,
          TestLevel: job.options.testLevel ?? 'NoTestRun',
          RunTestsEnabled: result.runTestsEnabled,
          RollbackOnError: result.rollbackOnError,
          AllowMissingFiles: job.options.allowMissingFiles ?? false,
          AutoUpdatePackage: job.options.autoUpdatePackage ?? false,
          PurgeOnDelete: job.options.purgeOnDelete ?? false,
          SinglePackage: job.options.singlePackage ?? false,
          IgnoreWarnings: result.ignoreWarnings,
          NumberComponentsTotal: result.numberComponentsTotal,
          NumberComponentsDeployed: result.numberComponentsDeployed,
          NumberComponentErrors: result.numberComponentErrors,
          NumberTestsTotal: result.numberTestsTotal,
          NumberTestsCompleted: result.numberTestsCompleted,
          NumberTestErrors: result.numberTestErrors,
          ErrorMessage: result.errorMessage ?? null,
          ErrorStatusCode: result.errorStatusCode ?? null,
          StateDetail: null,
          CanceledById: result.canceledBy ?? null,
          CreatedDate: job.createdDate,
          CreatedById: job.user.id,
          LastModifiedDate: result.lastModifiedDate,
          LastModifiedById: job.user.id,
          SystemModstamp: result.lastModifiedDate,
        };
      }
    },
  });
}
