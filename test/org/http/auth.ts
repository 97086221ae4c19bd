import type { IncomingHttpHeaders } from 'node:http';
import { OrgError, type OrgUser } from '../engine/contracts.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';

/** The owner of the Bearer token. Throws the 401 of REST when there is none. */
export function userOfBearer(org: PracticeOrg, headers: IncomingHttpHeaders): OrgUser {
  const token = /^(?:Bearer|OAuth)\s+(.+)$/i.exec(headers.authorization ?? '')?.[1] ?? sessionHeader(headers);
  const user = token === undefined ? undefined : org.userByToken(token);
  if (user === undefined) throw new OrgError('INVALID_SESSION_ID', 'Session expired or invalid', [], 401);
  return user;
}

/** Bulk API 1 and older clients send the session in a header of its own. */
function sessionHeader(headers: IncomingHttpHeaders): string | undefined {
  const value = headers['x-sfdc-session'];
  return typeof value === 'string' ? value : undefined;
}
