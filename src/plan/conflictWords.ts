const KEPT_WORDS: Readonly<Record<string, string>> = {
  changedByOther: 'somebody else changed it',
  createdByOther: 'somebody else created it',
  deletedByOther: 'somebody else deleted it',
  changedSince: 'somebody changed it after the run, or while it was cut off',
  editedSince: 'it was edited again after the deployment’s own change',
  changedLater: 'it was changed only after the deployment was over',
  createdLater: 'it was created after the deployment was over',
  deletedLater: 'it was deleted after the deployment was over',
  otherDeployment: 'another deployment, which is not taken back, changed it too',
  usedByKept: 'something that stays uses it',
  outsideWindow: 'it was changed outside --since and --until',
  drift: 'it is not as in the snapshot',
  cascadesOutsidePlan: 'rows outside the plan use it',
  keyTaken: 'another row holds its unique value',
  mayBeBack: 'an earlier run may have inserted it already',
  targetDeleted: 'it pointed to a row that stays deleted',
  interviewsOnVersion: 'interviews are paused on it, and would go with it',
  ownerInactive: 'the owner it had is inactive',
  unknownAuthor: 'nobody knows by whom',
};

export const CONFLICT_KINDS: readonly string[] = Object.keys(KEPT_WORDS);

/** Kinds that no choice can change: the org itself is in the way, or there is nothing to choose. */
export const NOT_TO_BE_DECIDED: ReadonlySet<string> = new Set([
  'cascadesOutsidePlan',
  'keyTaken',
  'targetDeleted',
  'usedByKept',
  'drift',
]);

/** Why a conflict is one, in words. */
export function conflictWords(kind: string): string {
  return KEPT_WORDS[kind] ?? kind;
}
