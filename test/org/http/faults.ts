import type { FaultRule, RequestHead, Switchboard } from '../engine/contracts.js';
import { soapFault } from './soapEnvelope.js';
import type { OrgResponse } from './router.js';

export type Fault = FaultRule['fault'];

/** The fault for this request, if a rule asks for one. The first rule that fires wins; all are asked, since some count. */
export function faultFor(switches: Switchboard, request: RequestHead): Fault | undefined {
  return switches.faults.filter((rule) => rule.when(request))[0]?.fault;
}

/** Faults that are an answer in place of the org's own; the org does nothing. SOAP calls get SOAP faults. */
export function faultAnswer(fault: Fault, path = ''): OrgResponse | undefined {
  if (path.startsWith('/services/Soap/')) {
    if (fault === 'status401')
      return soapFault('INVALID_SESSION_ID', 'Invalid Session ID found in SessionHeader: Illegal Session');
    if (fault === 'status403Limit') return soapFault('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
  }
  const refusal = (status: number, errorCode: string, message: string): OrgResponse => ({
    status,
    body: [{ message, errorCode }],
  });
  switch (fault) {
    case 'html200':
      return {
        status: 200,
        body: '<!DOCTYPE html><html><head><title>Maintenance</title></head><body>We are down for maintenance.</body></html>',
        contentType: 'text/html;charset=UTF-8',
      };
    case 'status401':
      return refusal(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
    case 'status403Limit':
      return refusal(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
    case 'status420':
      return { status: 420, body: 'Session routing trouble', contentType: 'text/plain' };
    case 'status502':
      return { status: 502, body: '<html><body>Bad Gateway</body></html>', contentType: 'text/html' };
    case 'status504':
      return { status: 504, body: '<html><body>Gateway Timeout</body></html>', contentType: 'text/html' };
    case 'status429':
      return { status: 429, body: 'Too Many Requests', contentType: 'text/plain', headers: { 'Retry-After': '1' } };
    case 'status500':
      return refusal(
        500,
        'UNKNOWN_EXCEPTION',
        'An unexpected error occurred. Please include this ErrorId if you contact support: 1234567890-12345 (123456789)'
      );
    case 'status503':
      return refusal(503, 'SERVER_UNAVAILABLE', 'We are sorry, but the server is temporarily unavailable');
    default:
      return undefined;
  }
}
