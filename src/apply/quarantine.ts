import { accessFile, isAccessFile } from '../metadata/accessFile.js';
import { keyText, type ComponentKey } from '../metadata/component.js';
import { manifestXml } from '../metadata/manifest.js';
import { containerOf, onlyMembers } from '../metadata/members.js';
import { recordTarget } from '../model/selector.js';
import type { Step } from '../plan/rollbackPlan.js';
import type { Conflict } from '../plan/conflict.js';
import { formatRecord } from '../records/csvRecords.js';
import type { ValueRow } from '../records/fieldValue.js';
import { savePermissions } from './quarantinePermissions.js';
import type { RunContext } from './runContext.js';

const NOTE = 'quarantine/put-back.txt';

/**
 * Before the first write: saves what the plan overwrites although somebody else did it, in a form that puts it back. Rows
 * are CSV for `sf data update bulk`, components and flow bodies a package for `sf project deploy start --metadata-dir`,
 * permission rows a command each.
 * The note that says how is written last; a run that is gone on with finds it and leaves everything as it is.
 */
export async function quarantine(run: RunContext): Promise<void> {
  const overwritten = Map.groupBy(
    run.plan.conflicts.filter((conflict) => conflict.decision === 'restore'),
    (conflict) => conflict.target
  );
  if (overwritten.size === 0 || (await run.folder.exists(NOTE))) return;
  const note: string[] = [];
  await saveRows(run, overwritten, note);
  await savePackage(run, overwritten, note);
  await savePermissions(run, overwritten, note, whose);
  await run.folder.write(NOTE, `${HEAD}\n${note.join('\n')}\n`);
}

const HEAD = `What this run overwrote although somebody else had done it, as the plan was told to.
Commands are for the folder that holds the store; add --target-org.
`;

/** What is overwritten, by its selector: of one row several people may have changed a field each. */
type Overwritten = ReadonlyMap<string, readonly Conflict[]>;

/** Who did what is put back below. */
function whose(conflicts: readonly Conflict[]): string {
  return conflicts
    .map(
      ({ changedBy, changedAt, current }) =>
        `${current}${changedBy ? ` by ${changedBy}` : ''}${changedAt ? `, ${changedAt}` : ''}`
    )
    .join('; ');
}

/** Of a row what others had done: putting the deployer's own values back would undo the rollback. */
function othersValues(before: ValueRow, conflicts: readonly Conflict[]): ValueRow {
  if (conflicts.some(({ fields }) => fields === undefined)) return before;
  const fields = new Set(conflicts.flatMap((conflict) => conflict.fields ?? []));
  return Object.fromEntries(Object.entries(before).filter(([field]) => fields.has(field)));
}

async function saveRows(run: RunContext, overwritten: Overwritten, note: string[]): Promise<void> {
  const updates = new Map<string, Map<string, ValueRow>>();
  const inserts = new Map<string, Map<string, ValueRow>>();
  const deletions: string[] = [];
  for (const step of run.plan.steps) {
    const { detail } = step;
    if (detail.kind !== 'records') continue;
    for (const item of run.current.items.get(step.id) ?? []) {
      const conflict = overwritten.get(recordTarget(detail.object, item.id));
      if (!conflict) continue;
      if (step.operation === 'undeleteRecords' || step.operation === 'insertRecords')
        deletions.push(`${recordTarget(detail.object, item.id)}: ${whose(conflict)}. Delete it again.`);
      else if (item.before)
        keep(
          step.operation === 'deleteRecords' ? inserts : updates,
          detail.object,
          item.id,
          step.operation === 'deleteRecords' ? item.before : othersValues(item.before, conflict)
        );
    }
  }
  for (const [object, rows] of updates) {
    const path = `quarantine/records/${object}.csv`;
    await run.folder.write(path, csvOf(rows));
    note.push(
      ...lines(object, rows, overwritten),
      `  sf data update bulk --sobject ${object} --line-ending LF --file ${run.folder.display}/${path}`
    );
  }
  for (const [object, rows] of inserts) {
    const path = `quarantine/deleted/${object}.csv`;
    await run.folder.write(path, csvOf(rows));
    note.push(
      ...lines(object, rows, overwritten),
      `  In the recycle bin for 15 days, with the Ids in ${run.folder.display}/${path}; whole rows are in undo/records.`
    );
  }
  note.push(...deletions);
}

/** A row in several steps keeps what it held before the first of them. */
function keep(all: Map<string, Map<string, ValueRow>>, object: string, id: string, before: ValueRow): void {
  if (Object.keys(before).length === 0) return;
  const rows = all.get(object) ?? new Map<string, ValueRow>();
  rows.set(id, { ...before, ...rows.get(id) });
  all.set(object, rows);
}

function lines(object: string, rows: ReadonlyMap<string, ValueRow>, overwritten: Overwritten): string[] {
  return [...rows.keys()].sort().map((id) => {
    const conflict = overwritten.get(recordTarget(object, id));
    return `${recordTarget(object, id)}: ${conflict ? whose(conflict) : ''}`;
  });
}

/** One column per field; an empty cell leaves a field as it is, `#N/A` empties it (Bulk API 2.0 guide). */
function csvOf(rows: ReadonlyMap<string, ValueRow>): string {
  const fields = [...new Set([...rows.values()].flatMap((row) => Object.keys(row)))]
    .filter((name) => name !== 'Id')
    .sort();
  const cells = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, row]) => [id, ...fields.map((field) => (field in row ? (row[field] ?? '#N/A') : ''))]);
  return [['Id', ...fields], ...cells].map((row) => `${formatRecord(row)}\n`).join('');
}

async function savePackage(run: RunContext, overwritten: Overwritten, note: string[]): Promise<void> {
  const root = 'quarantine/metadata';
  const members: ComponentKey[] = [];
  const byPath = new Map<string, Set<string>>();
  for (const step of run.plan.steps) {
    const conflict = overwritten.get(step.target);
    if (!conflict || step.detail.kind === 'records') continue;
    if (step.detail.kind === 'component') {
      const { type, fullName } = step.detail;
      const state = run.current.components.get(keyText(step.detail));
      if (!state) note.push(`${step.target}: ${whose(conflict)}. Delete it again.`);
      else if (replacesRows(type)) {
        note.push(`${step.target}: ${whose(conflict)}`, ...(await saveByHand(run, state.paths)));
      } else {
        members.push({ type, fullName });
        for (const path of state.paths)
          byPath.set(path, (byPath.get(path) ?? new Set()).add(keyText({ type, fullName })));
        note.push(`${step.target}: ${whose(conflict)}`);
      }
    } else await saveFlow(run, step, conflict, members, note);
  }
  for (const [path, keys] of byPath) {
    const content = run.current.retrieved?.files.get(path);
    const [first = ''] = keys;
    const container = containerOf(first.split(':')[0] ?? '');
    if (!content) continue;
    const name = (path.split('/').at(-1) ?? '').replace(/\.[^.]+$/, '');
    await run.folder.write(
      `${root}/${path}`,
      container
        ? onlyMembers(container, name, content.toString('utf8'), keys)
        : first.startsWith('Profile:')
          ? accessFile('Profile', content.toString('utf8'), content.toString('utf8'))
          : content
    );
  }
  if (members.length === 0) return;
  await run.folder.write(`${root}/package.xml`, manifestXml(members, run.plan.apiVersion));
  note.push(`  sf project deploy start --metadata-dir ${run.folder.display}/${root}`);
}

/** Whether a deployment of the file would set its permission rows, too, to what they were at that time. */
function replacesRows(type: string): boolean {
  return isAccessFile(type) && type !== 'Profile';
}

async function saveByHand(run: RunContext, paths: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for (const path of paths) {
    const content = run.current.retrieved?.files.get(path);
    if (!content) continue;
    await run.folder.write(`quarantine/by-hand/${path}`, content);
    lines.push(
      `  By hand: label, description and whatever else is no row are in ${run.folder.display}/quarantine/by-hand/${path}.`,
      '  Do not deploy it: that would set every row back to what it was then.'
    );
  }
  return lines;
}

async function saveFlow(
  run: RunContext,
  step: Step,
  conflict: readonly Conflict[],
  members: ComponentKey[],
  note: string[]
): Promise<void> {
  const { detail } = step;
  if (detail.kind === 'flowVersion') {
    note.push(
      `${step.target}: ${whose(conflict)}. Its body: ${run.folder.display}/bad/${detail.flow}-${detail.version}.flow-meta.xml`
    );
    return;
  }
  if (detail.kind !== 'flow') return;
  const was = detail.from === null ? 'inactive' : `version ${detail.from}`;
  note.push(
    `${step.target}: ${whose(conflict)}. It was ${was}: activate that again in Setup; where it is gone, deploy its body below.`
  );
  if (!detail.bad) return;
  await run.folder.write(`quarantine/metadata/flows/${detail.flow}.flow`, await run.planFolder.read(detail.bad.path));
  members.push({ type: 'Flow', fullName: detail.flow });
}
