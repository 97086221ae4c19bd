import type { Conflict, LeftOut } from './conflict.js';
import type { ComponentKey } from '../metadata/component.js';
import type { Finding } from '../model/finding.js';
import type { Lane, Operation, Risk } from '../model/operation.js';
import type { PlanRequest } from './planRequest.js';
import type { PermissionParent, RowKind } from '../permissions/permissionRow.js';
import type { ValueRow } from '../records/fieldValue.js';

/** One row of a record step: what the plan expects to find, and what it will leave. */
export interface RecordItem {
  readonly id: string;
  /**
   * Values the row has now, of the fields that count. Null: the row is deleted (or gone). For an update only the fields
   * that will be written.
   */
  readonly before: ValueRow | null;
  /** Values the row will have; null: the row will be deleted. */
  readonly after: ValueRow | null;
  /** Values that the plan itself, or the org because of it, may put in between: finding them is no surprise. */
  readonly also?: ValueRow;
  /** Of a row that comes back: what an insert writes instead of `after`, until a later step writes that. */
  readonly atFirst?: ValueRow;
}

/** A flow version as the plan saw it. A stamp that moved is only the reason to look: the body decides. */
export interface FlowVersionSeen {
  readonly version: number;
  readonly stamp: string;
  /** Digest of the canonical body; null where the plan did not read it. */
  readonly digest: string | null;
}

/** The body of the version that is to stop running, as the plan read it: a file of the plan. */
export interface BadFlowBody {
  readonly version: number;
  readonly path: string;
  readonly sha256: string;
}

/** One permission row of a step: what it grants now, and what it will. Empty: there is no such row. */
export interface PermissionItem {
  readonly kind: RowKind;
  readonly target: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** What a step needs to know to be carried out, by kind of operation. Record values are never here but in item files. */
export type StepDetail =
  | {
      readonly kind: 'flow';
      readonly flow: string;
      readonly definitionId: string | null;
      readonly from: number | null;
      readonly to: number | null;
      readonly bodyDigest: string | null;
      /** Versions whose bodies must still be what the plan saw, or the plan is stale. */
      readonly expects?: readonly FlowVersionSeen[];
      readonly bad?: BadFlowBody;
      /** The flow has as many versions as a flow can have: one of them is deleted before the body becomes a new one. */
      readonly needsSlot?: true;
      /** Of a redeploy: the flow did not run, so its body comes back as a version that does not run. */
      readonly inactive?: true;
      /** Of a redeploy that goes in one of several deployments: in which, from 1. */
      readonly part?: number;
    }
  | {
      readonly kind: 'flowVersion';
      readonly flow: string;
      readonly version: number;
      readonly expects?: readonly FlowVersionSeen[];
      /** Interviews on this version, by Id, that were named to be deleted with it. */
      readonly interviews?: readonly string[];
    }
  | {
      readonly kind: 'component';
      readonly type: string;
      readonly fullName: string;
      readonly expects: string | null;
      readonly leaves: string | null;
      /** Of a deletion: it goes before what comes back, in the same deployment. */
      readonly first?: true;
      /** Of a deletion: the digest it has once a step before has switched it off, as the org asks for. */
      readonly off?: string;
      /** Of a field that is deleted: what it holds cannot be read by this user, so it goes without being saved. */
      readonly unsaved?: true;
    }
  | {
      readonly kind: 'permissions';
      readonly parent: PermissionParent;
      readonly rows: readonly PermissionItem[];
    }
  | {
      readonly kind: 'records';
      readonly object: string;
      readonly fields: readonly string[];
      /** Of a delete: its rows are in the bin, come back with their masters, and go again. */
      readonly strays?: true;
      readonly items: { readonly path: string; readonly sha256: string; readonly count: number };
    };

export interface Fallback {
  readonly operation: Operation;
  /** What must happen for it to be taken. */
  readonly when: string;
  readonly risk: Risk;
}

export interface Step {
  readonly id: string;
  readonly lane: Lane;
  readonly operation: Operation;
  readonly fallbacks: readonly Fallback[];
  /** A SELECTOR. */
  readonly target: string;
  /** Items. */
  readonly count: number;
  /** How many of them should be in place by then: they are read, and written only where the org did otherwise. */
  readonly onlyChecked?: number;
  readonly risk: Risk;
  /** Of a step that is not lossless: rows whose data, Id or place does not come back whole, where they can be counted. */
  readonly rowsAtStake?: number;
  /** Steps that must have succeeded before. */
  readonly waitsFor: readonly string[];
  readonly reason: string;
  readonly detail: StepDetail;
}

/** A step before it has a place and a file: `key` names it for order rules, items are still in memory. */
export interface DraftStep extends Omit<Step, 'id' | 'waitsFor' | 'detail'> {
  readonly key: string;
  /** Keys of steps of its own lane that it waits for. */
  readonly after?: readonly string[];
  /** Keys of steps it comes after, but does not depend on. */
  readonly preferablyAfter?: readonly string[];
  readonly detail:
    | Exclude<StepDetail, { kind: 'records' | 'permissions' }>
    | (Extract<StepDetail, { kind: 'permissions' }> & {
        /** Keys of the step that brings back what the rows are about, and of those that delete it. */
        readonly place: { readonly after: string | null; readonly before: readonly string[] };
      })
    | {
        readonly kind: 'records';
        readonly object: string;
        readonly fields: readonly string[];
        readonly strays?: true;
        readonly items: readonly RecordItem[];
      };
}

/** What applying a plan takes, roughly. */
export interface Estimate {
  readonly requests: number;
  readonly seconds: number;
  /** Requests the org allows in 24 hours, and those left when the plan was made; missing where the user may not see them. */
  readonly limit?: number;
  readonly remaining?: number;
}

export interface ManualItem {
  readonly target: string;
  readonly what: string;
}

export interface DeploymentSummary {
  readonly id: string;
  readonly by: string;
  readonly status: string;
  readonly at: string | null;
  readonly takenBack: boolean;
  /** It was only validated, and changed nothing. Plans of earlier releases do not say. */
  readonly checkOnly?: boolean;
  /** The run of this store that took the org back by it. It is nobody's release. */
  readonly run?: string;
}

export interface RollbackPlan {
  readonly format: 1;
  readonly id: string;
  readonly snapshotId: string;
  readonly snapshotDigest: string;
  readonly orgId: string;
  readonly apiVersion: string;
  readonly createdAt: string;
  readonly createdBy: string;
  /** May be applied: nothing in it is refused. */
  readonly applicable: boolean;
  /** Takes back every change of the deployers: nothing is left to a person and no gap touches it. */
  readonly complete: boolean;
  readonly empty: boolean;
  readonly deployers: readonly string[];
  readonly attribution: string;
  /** The following snapshot by which changes were told from later ones. */
  readonly after?: string;
  /** What was asked for, so that it can be asked again. */
  readonly request?: PlanRequest;
  readonly deployments: readonly DeploymentSummary[];
  readonly summary: Partial<Record<Operation, number>>;
  readonly steps: readonly Step[];
  readonly conflicts: readonly Conflict[];
  readonly manual: readonly ManualItem[];
  readonly leftOut: readonly LeftOut[];
  readonly findings: readonly Finding[];
  readonly estimate: Estimate;
  readonly advice: string;
  /** Digest over everything above. */
  readonly digest: string;
}

export function componentOf(detail: StepDetail): ComponentKey | undefined {
  return detail.kind === 'component' ? { type: detail.type, fullName: detail.fullName } : undefined;
}
