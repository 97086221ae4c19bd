import type { Row } from '../../org/engine/contracts.js';
import { activeVersion } from '../../org/engine/flows/flowStore.js';
import type { MetadataSide } from '../../org/engine/metadata/metadataSide.js';
import type { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { permissionsOf } from '../permissions.js';

/** Everything that a way back has to restore, told from the engine itself. */
export interface OrgState {
  readonly rows: ReadonlyArray<{
    readonly object: string;
    readonly id: string;
    readonly values: ReadonlyArray<Row[string]>;
  }>;
  readonly rest: readonly string[];
}

/** Living rows with what can be written of them, the active version of each flow, the class, and every permission row. */
export function stateOf(org: PracticeOrg, side: MetadataSide, objects: readonly string[]): OrgState {
  const rows: Array<OrgState['rows'][number]> = [];
  for (const object of objects) {
    const fields = org.schema.get(object)?.fields ?? [];
    const names = fields.filter((field) => field.createable || field.updateable).map(({ name }) => name);
    for (const row of org.store.rows(object))
      if (row.IsDeleted !== true)
        rows.push({ object, id: String(row.Id), values: names.map((name) => row[name] ?? null) });
  }
  const flows = side.flows.all().map((flow) => `flow ${flow.name} ${activeVersion(flow)?.number ?? 'inactive'}`);
  const content = side.components.get('ApexClass', 'DiscountLimits')?.content;
  const text = content?.kind === 'files' ? [...content.files.values()].map(String).join('\n') : 'absent';
  return { rows, rest: [...flows, `class ${text}`, ...permissionsOf(org, org.user('Ada Admin'))] };
}

/**
 * A state as text. Rows that only one of two states knows by its Id count by their content, so that a row that had to be
 * inserted again is the same row, and one that was inserted twice shows.
 */
export function stateText(state: OrgState, other: OrgState): string {
  const both = new Set(other.rows.map(({ id }) => id).filter((id) => state.rows.some((row) => row.id === id)));
  const every = new Set([...state.rows, ...other.rows].map(({ id }) => id));
  const shown = (value: unknown): unknown =>
    typeof value === 'string' && every.has(value) && !both.has(value) ? 'another row' : value;
  const rows = state.rows.map(
    ({ object, id, values }) => `${object} ${JSON.stringify([shown(id), ...values.map(shown)])}`
  );
  return [...rows, ...state.rest].sort().join('\n');
}

/** The lines in which two states differ; none when they are the same. */
export function differences(state: OrgState, wanted: OrgState): string[] {
  const left = stateText(state, wanted).split('\n');
  const right = stateText(wanted, state).split('\n');
  const less = (from: readonly string[], what: readonly string[]): string[] => {
    const rest = [...what];
    return from.filter((line) => {
      const at = rest.indexOf(line);
      if (at >= 0) rest.splice(at, 1);
      return at < 0;
    });
  };
  return [...less(left, right).map((line) => `+ ${line}`), ...less(right, left).map((line) => `- ${line}`)];
}
