import type { PlannedRow } from './permissionStanding.js';

/**
 * Rows in the order in which the org takes them. Rights on objects are at the bottom: what rests on them (fields, user
 * permissions such as Modify All Data, membership, assignment) is taken away before them and given after them.
 * Within one row all rights are written at once, so Edit never stands without Read.
 */
export function writeWaves(rows: readonly PlannedRow[]): PlannedRow[][] {
  const waves: [PlannedRow[], PlannedRow[], PlannedRow[], PlannedRow[]] = [[], [], [], []];
  for (const row of rows) {
    const revokes = row.step.operation === 'revokePermission';
    const at = row.kind === 'Object' ? (revokes ? 1 : 2) : revokes ? 0 : 3;
    waves[at].push(row);
  }
  return waves.filter((wave) => wave.length > 0);
}
