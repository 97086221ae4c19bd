import type { Finding } from '../../model/finding.js';
import { plural } from '../../model/plural.js';
import type { Baseline } from '../../snapshot/baseline.js';
import type { DraftStep } from '../rollbackPlan.js';

/** What the keys of steps begin with that fill a field again which was created again. */
export const REFILL = 'records:refill:';

/** What is counted, field by field, that fields of an object do not get back though they are created again. */
export class NotFilled {
  private readonly rowsLeftOut = new Map<string, number>();
  private readonly lookups = new Map<string, number>();

  /** `whereOf`: the condition under which the snapshot holds rows of the object, by `Object.Field`; undefined: all rows. */
  public constructor(
    private readonly object: string,
    private readonly whereOf: (field: string) => string | undefined
  ) {}

  /** A row holds something in it, and somebody left the row out. */
  public leftOut(field: string): void {
    this.rowsLeftOut.set(field, (this.rowsLeftOut.get(field) ?? 0) + 1);
  }

  /** A row pointed to one that stays deleted. */
  public pointedToGone(field: string): void {
    this.lookups.set(field, (this.lookups.get(field) ?? 0) + 1);
  }

  /** One for each field that does not get back everything it may have held. */
  public findings(fields: readonly string[]): Finding[] {
    return fields.flatMap((field) => {
      const subject = `${this.object}.${field}`;
      const where = this.whereOf(subject);
      const [leftOut, lookups] = [this.rowsLeftOut.get(field) ?? 0, this.lookups.get(field) ?? 0];
      const missing = [
        ...(where === undefined ? [] : [`rows outside of the condition of the snapshot (${where})`]),
        ...(leftOut > 0 ? [`${plural(leftOut, 'row')} left out by --exclude`] : []),
        ...(lookups > 0 ? [`${plural(lookups, 'row')} that pointed to a row which stays deleted`] : []),
      ];
      return missing.length === 0
        ? []
        : [partly(subject, `It is created again and filled, but not in ${listed(missing)}: there it stays empty.`)];
    });
  }
}

/** The same of objects that are created again and do not get all their rows back. */
export function rowsNotInserted(
  { snapshot }: Baseline,
  objects: readonly string[],
  steps: readonly DraftStep[]
): Finding[] {
  const inserted = insertedIn(steps);
  return snapshot.objects.flatMap((part) => {
    const rows = inserted.get(part.object) ?? 0;
    if (rows === 0 || !objects.includes(part.object)) return [];
    const stays = part.rows - rows;
    const missing = [
      ...(stays > 0 ? [`${stays} of the ${plural(part.rows, 'row')} in the snapshot`] : []),
      ...(part.where === undefined ? [] : [`rows outside of the condition of the snapshot (${part.where})`]),
    ];
    return missing.length === 0
      ? []
      : [partly(part.object, `It is created again with its rows, but without ${listed(missing)}.`)];
  });
}

/** What is said of fields and objects that vanished, without those that steps of the plan fill again. */
export function unlessRefilled(findings: readonly Finding[], steps: readonly DraftStep[]): Finding[] {
  const filled = new Set(
    steps.flatMap(({ key, detail }) =>
      detail.kind === 'records' && key.startsWith(REFILL)
        ? detail.fields.map((field) => `${detail.object}.${field}`)
        : []
    )
  );
  const inserted = insertedIn(steps);
  return findings.filter(
    ({ code, subject }) =>
      (code !== 'fieldsGone' || !filled.has(subject)) && (code !== 'objectGone' || !inserted.has(subject))
  );
}

/** Rows that steps insert, by object. */
function insertedIn(steps: readonly DraftStep[]): Map<string, number> {
  const inserted = new Map<string, number>();
  for (const { operation, detail, count } of steps)
    if (detail.kind === 'records' && operation === 'insertRecords')
      inserted.set(detail.object, (inserted.get(detail.object) ?? 0) + count);
  return inserted;
}

function partly(subject: string, message: string): Finding {
  return { code: 'refilledPartly', severity: 'warning', subject, message };
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
