import type { FaultRule, Switchboard } from '../engine/contracts.js';
import type { OrgResponse } from './router.js';

export type Fault = FaultRule['fault'];

/** The fault for this request, if a rule asks for one. The first rule that fires wins. */
export function faultFor(
  switches: Switchboard,
  request: { readonly number: number; readonly method: string; readonly path: string }
): Fault | undefined {
  return switches.faults.find((rule) => rule.when(request))?.fault;
}

/** Faults that are an answer in place of the org's own; the org does nothing. */
export function faultAnswer(fault: Fault): OrgResponse | undefined {
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
