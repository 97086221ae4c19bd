import type { ComponentChange } from '../../metadata/diffComponents.js';
import { isApiName } from '../../model/ids.js';
import { unlessRefused, type OrgPorts } from '../../org/ports.js';

/** How many rows hold data in each field that was created since, and how many each created object has, where they can be counted. */
export async function readFilledRows(org: OrgPorts, changes: readonly ComponentChange[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  await Promise.all(
    changes
      .filter(({ type, kind }) => (type === 'CustomField' || type === 'CustomObject') && kind === 'created')
      .map(async ({ type: componentType, fullName }) => {
        if (componentType === 'CustomObject') {
          // Only objects that hold rows: custom metadata types and events have none to lose.
          const rows = !isApiName(fullName)
            ? undefined
            : /__(c|x|b)$/.test(fullName)
              ? await org.count(`SELECT COUNT() FROM ${fullName}`).catch(() => undefined)
              : 0;
          if (rows !== undefined) counts.set(fullName, rows);
          return;
        }
        const [object = '', field = ''] = fullName.split('.');
        if (!isApiName(object) || !isApiName(field)) return;
        const describe = await org.describe(object).catch(unlessRefused);
        const type = describe?.fields.find((entry) => entry.name === field)?.type;
        if (type === undefined) return;
        const condition = type === 'boolean' ? `${field} = true` : `${field} != null`;
        const count = await org.count(`SELECT COUNT() FROM ${object} WHERE ${condition}`).catch(unlessRefused);
        if (count !== undefined) counts.set(fullName, count);
      })
  );
  return counts;
}
