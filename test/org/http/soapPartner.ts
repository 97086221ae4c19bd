import type { OrgUser } from '../engine/contracts.js';
import { to18 } from '../engine/ids.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import type { WriteResult } from '../engine/records/recordDoor.js';
import type { OrgResponse, Router } from './router.js';
import { escapeXml, listOf, readSoapCall, soapAnswer, soapFault, type SoapCall } from './soapEnvelope.js';

const namespace = 'urn:partner.soap.sforce.com';

/** The calls of the partner API that have no REST form: undelete and emptyRecycleBin, and two that tell who and when. */
export function registerPartnerRoutes(router: Router, org: PracticeOrg): void {
  const answer = (text: string): OrgResponse => {
    const call = readSoapCall(text);
    if (call === undefined) return soapFault('MALFORMED_REQUEST', 'no call in the envelope');
    const user = org.userByToken(call.sessionId);
    if (user === undefined)
      return soapFault('INVALID_SESSION_ID', 'Invalid Session ID found in SessionHeader: Illegal Session');
    return perform(org, user, call);
  };
  router.post('/services/Soap/u/:version', ({ text }) => answer(text()), { auth: 'none' });
  router.post('/services/Soap/u/:version/:org', ({ text }) => answer(text()), { auth: 'none' });
}

function perform(org: PracticeOrg, user: OrgUser, call: SoapCall): OrgResponse {
  switch (call.name) {
    case 'undelete':
      return writeIds(org, user, call, 'undelete');
    case 'emptyRecycleBin':
      return writeIds(org, user, call, 'purge');
    case 'getServerTimestamp':
      return soapAnswer(
        namespace,
        `<getServerTimestampResponse><result><timestamp>${org.clock.now().replace('+0000', 'Z')}</timestamp></result></getServerTimestampResponse>`
      );
    case 'getUserInfo':
      return soapAnswer(
        namespace,
        `<getUserInfoResponse><result>${userInfo(org, user)}</result></getUserInfoResponse>`
      );
    default:
      return soapFault('INVALID_OPERATION', `No operation available for request {${namespace}}${call.name}`);
  }
}

function writeIds(org: PracticeOrg, user: OrgUser, call: SoapCall, operation: 'undelete' | 'purge'): OrgResponse {
  const ids = listOf(call.body['ids']);
  if (ids.length > 200)
    return soapFault('EXCEEDED_ID_LIMIT', 'record limit reached. cannot submit more than 200 records into this call');
  const allOrNone = (call.header['AllOrNoneHeader'] as { allOrNone?: unknown } | undefined)?.allOrNone === 'true';
  const results = org.records.write(
    user,
    ids.map((id) => ({ operation, id })),
    allOrNone
  );
  const name = `${call.name}Response`;
  return soapAnswer(
    namespace,
    `<${name}>${results.map((result, index) => resultXml(result, ids[index] ?? '')).join('')}</${name}>`
  );
}

/** A failed result still names the id that was asked for. */
function resultXml(result: WriteResult, asked: string): string {
  if (result.success) return `<result><id>${result.id}</id><success>true</success></result>`;
  const fields = result.error.fields.map((field) => `<fields>${field}</fields>`).join('');
  const id = to18(asked);
  return `<result><errors>${fields}<message>${escapeXml(result.error.message)}</message><statusCode>${result.error.code}</statusCode></errors>${
    id === undefined ? '<id xsi:nil="true"/>' : `<id>${id}</id>`
  }<success>false</success></result>`;
}

function userInfo(org: PracticeOrg, user: OrgUser): string {
  const values = {
    organizationId: org.orgId,
    organizationName: org.name,
    userEmail: user.email,
    userFullName: user.name,
    userId: user.id,
    userLanguage: 'en_US',
    userLocale: 'en_US',
    userName: user.username,
    userTimeZone: 'Europe/Berlin',
    userType: 'Standard',
  };
  return Object.entries(values)
    .map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
    .join('');
}
