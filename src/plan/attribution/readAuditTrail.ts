import type { Finding } from '../../model/finding.js';
import { parseRecordId } from '../../model/ids.js';
import type { OrgHistory } from '../../org/ports/history.js';
import type { RecordReader } from '../../org/ports/records.js';
import { unlessRefused } from '../../org/ports/refusals.js';
import type { Draft } from '../draft.js';
import type { Conflict } from '../conflict.js';

interface Entry {
  readonly text: string;
  readonly byId: string | null;
  readonly at: string;
}

/** Lines that are quoted of what concerns one component. */
const QUOTED = 2;
/** Lines that are read at most, the newest first. */
const READ = 2_000;

/**
 * Asks the Setup Audit Trail who may have changed the components of which the org says nobody (what was deleted, and types
 * without an editor). Its lines are text for people, in the language of the org and often with labels instead of API names
 * (Object Reference, SetupAuditTrail): good enough to name somebody to a person, not to decide whose work is taken back.
 * So nothing but the conflict's `changedBy` and a finding come from it. Asks only where somebody is unknown; says nothing
 * where this user may not read it.
 */
export async function withAuditTrail(
  org: Pick<RecordReader, 'query'> & Pick<OrgHistory, 'userNames'>,
  draft: Draft,
  since: string
): Promise<Draft> {
  const unknown = draft.conflicts.filter(
    ({ kind, changedBy, target }) => kind === 'unknownAuthor' && changedBy === null && /^(metadata|flow):/.test(target)
  );
  if (unknown.length === 0) return draft;
  const entries = await readTrail(org, since);
  const found = new Map(
    unknown.flatMap((conflict) => {
      const own = entries.filter(({ text }) => speaksOf(text, conflict.target));
      return own.length > 0 ? [[conflict, own] as const] : [];
    })
  );
  const names = await org.userNames([...found.values()].flat().flatMap(({ byId }) => byId ?? []));
  const nameOf = ({ byId }: Entry): string => (byId === null ? 'the platform' : (names.get(byId) ?? byId));
  const findings = [...found].map(([{ target }, own]): Finding => ({
    code: 'auditTrail',
    severity: 'warning',
    subject: target,
    message: `The Setup Audit Trail has ${own
      .slice(0, QUOTED)
      .map((entry) => `"${entry.text}" (${nameOf(entry)}, ${entry.at})`)
      .join('; ')}${own.length > QUOTED ? ` and ${own.length - QUOTED} more` : ''}.`,
  }));
  const named = (conflict: Conflict): Conflict => {
    const own = found.get(conflict) ?? [];
    const [newest] = own;
    // Several people: the finding has their words, and nobody is named as the one.
    if (!newest || own.some(({ byId }) => byId !== newest.byId)) return conflict;
    return { ...conflict, changedBy: nameOf(newest), changedAt: newest.at };
  };
  return { ...draft, conflicts: draft.conflicts.map(named), findings: [...draft.findings, ...findings] };
}

async function readTrail(org: Pick<RecordReader, 'query'>, since: string): Promise<Entry[]> {
  const soql = `SELECT Display, CreatedById, CreatedDate FROM SetupAuditTrail WHERE CreatedDate >= ${new Date(since).toISOString()} ORDER BY CreatedDate DESC LIMIT ${READ}`;
  const rows = (await org.query(soql).catch(unlessRefused)) ?? [];
  return rows.map((row) => ({
    text: String(row.Display ?? ''),
    byId: typeof row.CreatedById === 'string' ? (parseRecordId(row.CreatedById) ?? row.CreatedById) : null,
    at: new Date(Date.parse(String(row.CreatedDate))).toISOString(),
  }));
}

/** Whether a line names a component: by its own API name, or by the label such a name is commonly made from. */
function speaksOf(text: string, target: string): boolean {
  const full = target.slice(target.lastIndexOf(':') + 1);
  const own = full.split('.').at(-1) ?? full;
  const label = own.replace(/__\w$/, '').replaceAll('_', ' ');
  return [own, label].some((name) =>
    new RegExp(`(^|[^A-Za-z0-9_])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}([^A-Za-z0-9_]|$)`, 'i').test(text)
  );
}
