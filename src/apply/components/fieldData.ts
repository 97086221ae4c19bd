import { isApiName } from '../../model/ids.js';
import { unlessRefused } from '../../org/ports/refusals.js';
import { comparable } from '../../records/fieldValue.js';
import { fieldNamed } from '../../records/objectDescribe.js';
import { select } from '../../records/soql.js';
import { encryptedShown } from '../../snapshot/encryptedShown.js';
import type { RunContext } from '../runContext.js';

/**
 * A field goes with what it holds, and no API brings that back: it is saved before. False where this user cannot read it:
 * a deployment gives nobody access to the fields it creates, and encrypted text is masked.
 */
export async function saveFieldData(run: RunContext, fullName: string): Promise<boolean> {
  const [object = '', field = ''] = fullName.split('.');
  const describe = isApiName(object) ? await run.org.describe(object).catch(unlessRefused) : undefined;
  const known = describe ? fieldNamed(describe, field) : undefined;
  if (!describe || !known) return false;
  if (known.calculated) return true;
  // A mask is not what the field holds.
  if (known.type === 'encryptedstring' && !(await encryptedShown(run.org)())) return false;
  const fields = ['Id', field];
  const filled = known.type === 'boolean' ? `${field} = true` : `${field} != null`;
  // Long and rich text, encrypted text and locations cannot be filtered (SOQL and SOSL Reference, "WHERE"): all rows are read.
  const rows =
    (await run.org.query(select(fields, object, filled)).catch(unlessRefused)) ??
    (await run.org.query(select(fields, object)).catch(unlessRefused));
  if (!rows) return false;
  const held = rows.flatMap((row) => {
    const value = comparable(known, row[field]);
    const empty = value === null || (known.type === 'boolean' && value === 'false');
    return empty ? [] : [[String(row.Id), value] as const];
  });
  await run.undo.fieldData(describe, known, held);
  return true;
}
