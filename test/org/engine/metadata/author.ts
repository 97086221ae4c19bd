import type { OrgCore, OrgUser } from '../contracts.js';
import type { Stamp } from './componentStore.js';

export function stampOf(org: OrgCore, user: OrgUser): Stamp {
  return { byId: user.id, byName: user.name, at: org.clock.now() };
}

/** Metadata API prints `Z` where REST prints `+0000`. */
export function soapDateTime(restText: string): string {
  return restText.replace('+0000', 'Z');
}
