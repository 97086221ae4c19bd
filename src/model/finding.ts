/** Something a person should know, with what to do about it. `action` is a sentence or a complete command. */
export interface Finding {
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'error';
  /** What it is about: a SELECTOR, an object, a file, a deployment id. */
  readonly subject: string;
  readonly message: string;
  readonly action?: string;
}

/**
 * Something a snapshot does not hold. `limit`: excluded and never written, the snapshot is still complete.
 * `hole`: the snapshot is incomplete.
 */
export interface Gap {
  readonly kind: 'field' | 'object' | 'rows' | 'component' | 'flow' | 'inFlight' | 'permission';
  readonly name: string;
  readonly severity: 'limit' | 'hole';
  readonly reason: string;
  /** Of a load under way (`inFlight`): the object it writes. */
  readonly object?: string;
}
