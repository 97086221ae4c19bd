import type { Finding } from '../../model/finding.js';
import { plural } from '../../model/plural.js';
import type { PermissionReading } from '../../org/ports/permissions.js';
import type { RecordReader } from '../../org/ports/records.js';
import { unlessRefused } from '../../org/ports/refusals.js';
import { permissionTarget } from '../../permissions/permissionRow.js';
import { soqlText } from '../../records/soql.js';
import type { DraftStep, Step } from '../rollbackPlan.js';

/** Keeps the address of the request short enough for every server. */
const NAMES_PER_QUERY = 100;

/**
 * Permission set groups of which the org works out anew what they grant, because steps change them or a permission set in
 * them (Salesforce Help, "Permission Set Groups": recalculation). Names, in order. One request, where there are groups and
 * permission sets change.
 */
export async function readGroupsTouched(
  org: Pick<RecordReader, 'query'>,
  reading: PermissionReading | undefined,
  steps: ReadonlyArray<Pick<Step | DraftStep, 'detail'>>
): Promise<string[]> {
  const touched = (kind: 'PermissionSet' | 'PermissionSetGroup'): string[] => [
    ...new Set(
      steps.flatMap(({ detail }) => {
        if (detail.kind === 'component') return detail.type === kind ? [detail.fullName] : [];
        // Who has it does not change what it grants.
        const grants = detail.kind === 'permissions' && detail.rows.some((row) => row.kind !== 'User');
        return grants && detail.parent.kind === kind ? [detail.parent.name] : [];
      })
    ),
  ];
  const sets = touched('PermissionSet');
  const groups = new Set(touched('PermissionSetGroup'));
  const exist = reading?.parents.some(({ kind }) => kind === 'PermissionSetGroup') ?? true;
  if (exist && sets.length > 0)
    for (let at = 0; at < sets.length; at += NAMES_PER_QUERY) {
      // The org keeps names without the prefix of a package.
      const names = sets
        .slice(at, at + NAMES_PER_QUERY)
        .map((name) => soqlText(name.replace(/^[A-Za-z][A-Za-z0-9]*__/, '')));
      const soql = `SELECT PermissionSetGroup.DeveloperName FROM PermissionSetGroupComponent WHERE PermissionSet.Name IN (${names.join(',')})`;
      for (const row of (await org.query(soql).catch(unlessRefused)) ?? []) {
        const group = row.PermissionSetGroup as { readonly DeveloperName?: unknown } | null;
        if (typeof group?.DeveloperName === 'string') groups.add(group.DeveloperName);
      }
    }
  return [...groups].sort();
}

/** What happens to these groups after the plan is carried out. */
export function recalculationFindings(groups: readonly string[]): Finding[] {
  if (groups.length === 0) return [];
  const names = groups.map((name) => permissionTarget({ kind: 'PermissionSetGroup', name }).replace('permission:', ''));
  return [
    {
      code: 'groupsRecalculated',
      severity: 'info',
      subject: 'permissions',
      message: `The org will work out anew what ${plural(groups.length, 'group')} of permission sets grant: ${names.join(', ')}. It does so in the background: until then whoever has one may lack what is back, or keep what is gone.`,
      action: 'validate names the groups that are not done yet; apply ends with it.',
    },
  ];
}
