import type { FlowChange } from '../flow/diffFlows.js';
import type { FlowDiff } from '../flow/diffFlowBodies.js';
import type { ComponentChange } from '../metadata/diffComponents.js';
import type { ContentDiff } from '../metadata/diffContent.js';
import type { Value } from '../records/fieldValue.js';

/** One side of a comparison. */
export interface Side {
  readonly kind: 'snapshot' | 'org';
  /** Of a snapshot; null for an org as it is now. */
  readonly id: string | null;
  readonly orgId: string;
  /** The org's clock when it was read. */
  readonly at: string;
}

/** Who and when, as far as the org tells; null where it does not, or was not asked. */
interface Changed {
  readonly changedBy: string | null;
  readonly changedAt: string | null;
}

export interface FlowComparison extends Changed {
  readonly flow: string;
  /** `versions`: it runs the same, and its versions are others. */
  readonly kind: FlowChange['kind'] | 'versions';
  readonly activeBefore: number | null;
  readonly activeAfter: number | null;
  readonly versionsAdded: readonly number[];
  readonly versionsRemoved: readonly number[];
  /** The same number, saved again since. */
  readonly versionsEdited: readonly number[];
  /** The two versions whose elements were compared, and how they differ; null where there are not two, or a body is unknown. */
  readonly versions: { readonly before: number; readonly after: number } | null;
  readonly elements: FlowDiff | null;
}

export interface ComponentComparison extends Changed {
  readonly type: string;
  readonly fullName: string;
  readonly kind: ComponentChange['kind'];
  /** Null unless it is there on both sides. */
  readonly content: ContentDiff | null;
}

export interface PermissionComparison {
  /** SELECTOR of the row. */
  readonly target: string;
  readonly kind: 'granted' | 'revoked' | 'changed';
  /** What it granted, and grants; empty where there is no row. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface RecordComparison extends Changed {
  readonly object: string;
  readonly id: string;
  readonly kind: 'inserted' | 'updated' | 'deleted';
  /** Of an updated row. */
  readonly fields: readonly string[];
  /** Only where record values were asked for; of inserted and deleted rows the fields that hold something. */
  readonly values?: ReadonlyArray<{ readonly field: string; readonly before: Value; readonly after: Value }>;
}

/** How one state became another. No record values unless they were asked for. */
export interface Comparison {
  readonly a: Side;
  readonly b: Side;
  readonly equal: boolean;
  readonly flows: readonly FlowComparison[];
  readonly components: readonly ComponentComparison[];
  readonly permissions: readonly PermissionComparison[];
  readonly records: readonly RecordComparison[];
  /** What only one side covers, or cannot be compared. It counts neither as equal nor as different. */
  readonly notCompared: ReadonlyArray<{ readonly what: string; readonly why: string }>;
}
