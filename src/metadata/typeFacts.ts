/**
 * What the Metadata API can and cannot take back, per type. One place for all such facts.
 * Sources: Metadata API Developer Guide, "Deleting Components from an Organization" and the page of each type;
 * RecordType and Flow as reported by deploys of those types ("Cannot delete record type through API").
 */
export interface Deletability {
  readonly deletable: boolean;
  /** What a person can do where the API cannot. */
  readonly instead: string;
}

const NOT_DELETABLE: Readonly<Record<string, string>> = {
  RecordType: 'Deactivate it in Setup, or delete it there after no record uses it.',
  BusinessProcess: 'Deactivate it in Setup.',
  StandardValueSet: 'Remove the added values in Setup.',
  Settings: 'Set it back by hand in Setup.',
  Profile: 'Delete a custom profile in Setup after moving its users.',
};

export function deletability(type: string): Deletability {
  const instead = NOT_DELETABLE[type] ?? (type.endsWith('Settings') ? NOT_DELETABLE.Settings : undefined);
  return instead === undefined ? { deletable: true, instead: '' } : { deletable: false, instead };
}
