import { OrgError } from '../engine/contracts.js';
import type { OrgResponse } from './router.js';

/** The JSON array REST answers for a refusal. Anything else that was thrown is a fault of the practice org itself. */
export function refusal(error: unknown): OrgResponse {
  if (error instanceof OrgError) {
    const fields = error.fields.length > 0 ? { fields: error.fields } : {};
    return { status: error.status, body: [{ message: error.message, errorCode: error.code, ...fields }] };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { status: 500, body: [{ message: `practice org: ${text}`, errorCode: 'UNKNOWN_EXCEPTION' }] };
}
