import type { WriteOptions } from '../engine/records/recordDoor.js';
import type { OrgRequest } from './router.js';

/** What the headers of a call ask of its writes. */
export function writeOptions({ headers }: OrgRequest): WriteOptions {
  return { allowSave: /\ballowSave\s*=\s*true\b/i.test(String(headers['sforce-duplicate-rule-header'] ?? '')) };
}
