import type { ComponentChange } from '../metadata/diffComponents.js';
import { isApiName } from '../model/ids.js';
import type { OrgPorts } from '../org/ports.js';

/** How many rows hold data in each field that was created since. Fields that cannot be counted are left out. */
export async function readFilledRows(org: OrgPorts, changes: readonly ComponentChange[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  await Promise.all(
    changes
      .filter((change) => change.type === 'CustomField' && change.kind === 'created')
      .map(async ({ fullName }) => {
        const [object = '', field = ''] = fullName.split('.');
        if (!isApiName(object) || !isApiName(field)) return;
        const describe = await org.describe(object).catch(() => undefined);
        const type = describe?.fields.find((entry) => entry.name === field)?.type;
        if (type === undefined) return;
        const condition = type === 'boolean' ? `${field} = true` : `${field} != null`;
        const count = await org.count(`SELECT COUNT() FROM ${object} WHERE ${condition}`).catch(() => undefined);
        if (count !== undefined) counts.set(fullName, count);
      })
  );
  return counts;
}
