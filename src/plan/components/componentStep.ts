import { keyText } from '../../metadata/component.js';
import type { ComponentChange } from '../../metadata/diffComponents.js';
import type { AddedValues } from '../../metadata/picklistValues.js';
import type { DraftStep } from '../rollbackPlan.js';
import type { ComponentTexts } from './usedByKept.js';

/** What the metadata lane knows besides the changes themselves. Components are named `Type:FullName`. */
export interface ComponentFacts extends ComponentTexts {
  readonly snapshotId: string;
  /** The org's time at which the snapshot was started. */
  readonly snapshotAt: string;
  /** Bodies of flow versions that stay, by `Name-3`: a field they name cannot be deleted. */
  readonly flowTexts: ReadonlyMap<string, string>;
  /**
   * Rows that hold data in a created field, by `Object.Field__c`, and rows of a created object; of what was deleted since,
   * the same in the snapshot. Missing when not counted.
   */
  readonly filledRows: ReadonlyMap<string, number>;
  /** Created fields that this user does not see: what they hold can be neither counted nor saved. */
  readonly unseen?: ReadonlySet<string>;
  /**
   * Deleted fields of which the snapshot holds data that can be written again, by `Object.Field__c`, and deleted objects
   * whose rows it holds.
   */
  readonly refillable?: ReadonlySet<string>;
  /** Digests that created components would have, switched off, where the API cannot delete them, or not while they are on. */
  readonly off?: ReadonlyMap<string, string>;
  /** Picklist values that changed components got since. */
  readonly values?: ReadonlyMap<string, AddedValues>;
}

/** Days for which Setup keeps a deleted field or object with its data (Salesforce Help, "Manage Deleted Custom Fields"). */
export const HELD_DAYS = 15;

export function componentStep(
  change: ComponentChange,
  operation: DraftStep['operation'],
  target: string,
  risk: DraftStep['risk'],
  reason: string,
  rowsAtStake?: number
): DraftStep {
  return {
    key: `metadata:${operation}:${keyText(change)}`,
    lane: 'metadata',
    operation,
    fallbacks: [],
    target,
    count: 1,
    risk,
    ...(risk !== 'lossless' && rowsAtStake !== undefined ? { rowsAtStake } : {}),
    reason,
    detail: {
      kind: 'component',
      type: change.type,
      fullName: change.fullName,
      expects: change.now?.digest ?? null,
      leaves: change.baseline?.digest ?? null,
    },
  };
}
