import type { Finding } from '../model/finding.js';
import type { Attribution } from './attribution/attribution.js';
import type { Choice } from './choice/choice.js';
import type { DraftStep, ManualItem } from './rollbackPlan.js';
import type { Conflict, LeftOut } from './conflict.js';

/** What a lane makes of its changes. */
export interface Draft {
  readonly steps: DraftStep[];
  readonly conflicts: Conflict[];
  readonly manual: ManualItem[];
  readonly leftOut: LeftOut[];
  readonly findings: Finding[];
}

export function emptyDraft(): Draft {
  return { steps: [], conflicts: [], manual: [], leftOut: [], findings: [] };
}

export function joinDrafts(drafts: readonly Draft[]): Draft {
  return {
    steps: drafts.flatMap((draft) => draft.steps),
    conflicts: drafts.flatMap((draft) => draft.conflicts),
    manual: drafts.flatMap((draft) => draft.manual),
    leftOut: drafts.flatMap((draft) => draft.leftOut),
    findings: drafts.flatMap((draft) => draft.findings),
  };
}

/** What every lane needs to decide. */
export interface Decisions {
  readonly attribution: Attribution;
  readonly choice: Choice;
  /** User ids to user names. */
  readonly names: ReadonlyMap<string, string>;
}
