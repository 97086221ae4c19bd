export type { RollbackSnapshotResult } from './commands/rollback/snapshot.js';
export type { RollbackPlanResult } from './commands/rollback/plan.js';
export type { RollbackApplyResult } from './commands/rollback/apply.js';
export type { RollbackValidateResult } from './commands/rollback/validate.js';
export type { RollbackListResult } from './commands/rollback/list.js';
export type { RollbackShowResult } from './commands/rollback/show.js';
export type { RollbackVerifyResult } from './commands/rollback/verify.js';
export type { RollbackDiffResult } from './commands/rollback/diff.js';
