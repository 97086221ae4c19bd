const KEPT_WORDS: Readonly<Record<string, string>> = {
  changedByOther: 'somebody else changed it',
  createdByOther: 'somebody else created it',
  deletedByOther: 'somebody else deleted it',
  editedSince: 'somebody edited it since',
  cascadesOutsidePlan: 'rows outside the plan use it',
  unknownAuthor: 'nobody knows who changed it',
};

/** Why a conflict is one, in words. */
export function conflictWords(kind: string): string {
  return KEPT_WORDS[kind] ?? kind;
}
