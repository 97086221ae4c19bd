import type { PracticeOrg } from '../engine/practiceOrg.js';
import type { OrgResponse, Router } from './router.js';
import { readSoapCall, soapAnswer, soapFault } from './soapEnvelope.js';

const namespace = 'http://soap.sforce.com/2006/08/apex';

/** There is no Apex machine behind this: code is refused as code that does not compile, never taken for done. */
export const compileProblem = 'The practice org cannot run Apex.';

/** The Apex API by SOAP, as far as `sf apex run` uses it. */
export function registerApexRoutes(router: Router, org: PracticeOrg): void {
  const answer = (text: string): OrgResponse => {
    const call = readSoapCall(text);
    if (call === undefined) return soapFault('MALFORMED_REQUEST', 'no call in the envelope');
    if (org.userByToken(call.sessionId) === undefined)
      return soapFault('INVALID_SESSION_ID', 'Invalid Session ID found in SessionHeader: Illegal Session');
    if (call.name !== 'executeAnonymous')
      return soapFault('INVALID_OPERATION', `No operation available for request {${namespace}}${call.name}`);
    return soapAnswer(
      namespace,
      `<executeAnonymousResponse><result><column>1</column><compileProblem>${compileProblem}</compileProblem><compiled>false</compiled><exceptionMessage xsi:nil="true"/><exceptionStackTrace xsi:nil="true"/><line>1</line><success>false</success></result></executeAnonymousResponse>`
    );
  };
  router.post('/services/Soap/s/:version', ({ text }) => answer(text()), { auth: 'none' });
  router.post('/services/Soap/s/:version/:org', ({ text }) => answer(text()), { auth: 'none' });
}
