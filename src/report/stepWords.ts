import { targetLabel } from '../permissions/permissionRow.js';
import type { PermissionItem, Step } from '../plan/rollbackPlan.js';
import { plural } from './table.js';
import { ONLY_CHECKED, OPERATION_WORDS } from './words.js';

/** Names of fields that are shown before the rest is counted. */
const FIELDS = 6;
/** Permission rows, likewise. */
const ROWS = 3;

function fieldList(fields: readonly string[]): string {
  if (fields.length === 0) return '';
  const shown = fields.slice(0, FIELDS).join(', ');
  return fields.length > FIELDS ? `: ${shown} and ${fields.length - FIELDS} more fields` : `: ${shown}`;
}

/** What a step will do, in the words a person would use. */
export function stepWords(step: Step): string {
  const { detail, operation } = step;
  if (detail.kind === 'flow') {
    if (operation === 'activateFlowVersion')
      return `activate version ${detail.to} (now ${detail.from === null ? 'inactive' : `version ${detail.from}`})`;
    if (operation === 'redeployFlow' && detail.inactive) return `redeploy the body of version ${detail.to}, inactive`;
    if (operation === 'redeployFlow') return `redeploy the body of version ${detail.to} as a new version`;
    if (operation === 'deactivateFlow')
      return `deactivate${detail.from === null ? '' : ` (now version ${detail.from})`}`;
  }
  if (detail.kind === 'flowVersion') return `delete version ${detail.version}`;
  if (detail.kind === 'records') {
    if (step.onlyChecked) return `${ONLY_CHECKED} ${plural(step.count, 'row')}${fieldList(detail.fields)}`;
    const [verb, ...again] = OPERATION_WORDS[operation].split(' ');
    const what = [verb, plural(step.count, 'row'), ...again].join(' ');
    return operation === 'updateRecords' ? `${what}${fieldList(detail.fields)}` : what;
  }
  if (detail.kind === 'permissions') {
    const names = detail.rows.slice(0, ROWS).map((row) => `${targetLabel(row)}${rights(row)}`);
    const more = detail.rows.length - names.length;
    return `${OPERATION_WORDS[operation]} ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  }
  return OPERATION_WORDS[operation];
}

/** Which rights; nothing where there is only one kind, as with a class. */
function rights(row: PermissionItem): string {
  const changed = changedGrants(row);
  return /^[+-]Access$/.test(changed) ? '' : ` (${changed})`;
}

/** The rights that a permission row loses and gets. */
export function changedGrants(row: Pick<PermissionItem, 'before' | 'after'>): string {
  const going = row.before.filter((grant) => !row.after.includes(grant)).map((grant) => `-${grant}`);
  const coming = row.after.filter((grant) => !row.before.includes(grant)).map((grant) => `+${grant}`);
  return [...going, ...coming].join(' ');
}

/** Why, as far as it goes into a few words. */
export function shortReason(step: Step): string {
  return (step.reason.split(/[:;(]/)[0] ?? '').trim();
}
