import type { Evidence, RecordWrite } from './evidence.js';

/** Every write of the run is an item of the plan; what the org does by itself may touch only rows of the plan. */
export function checkWrites(of: Evidence): void {
  const allowed = new Map<string, Set<string>>();
  const writes: Record<string, RecordWrite['operation'][]> = {
    undeleteRecords: ['undelete'],
    // A value that no CSV can carry is set right after the insert.
    insertRecords: ['insert', 'update'],
    updateRecords: ['update'],
    deactivateRecords: ['update'],
    deleteRecords: ['delete'],
  };
  const planned = new Set<string>();
  const allow = (id: string, operation: string): void =>
    void (allowed.get(id) ?? allowed.set(id, new Set()).get(id))?.add(operation);
  const fields = new Map<string, Set<string>>();
  for (const step of of.plan?.steps ?? []) {
    const operations = [step.operation, ...step.fallbacks.map((fallback) => fallback.operation)];
    for (const item of of.items.get(step.id) ?? []) {
      for (const id of [item.id, of.ids.get(item.id) ?? item.id]) {
        planned.add(id);
        for (const operation of operations) for (const write of writes[operation] ?? []) allow(id, write);
        const known = fields.get(id) ?? new Set<string>();
        fields.set(id, known);
        for (const field of Object.keys(item.after ?? {})) known.add(field);
      }
    }
  }
  for (const entry of of.backLog) {
    const name = `${entry.operation} ${of.name(entry.object, entry.id)}`;
    if (['insert', 'update', 'delete', 'undelete'].includes(entry.operation)) {
      if (!allowed.get(entry.id)?.has(entry.operation)) of.problems.push(`outside the plan: ${name}`);
      else
        for (const field of entry.operation === 'update' ? (entry.fields ?? []) : [])
          if (!fields.get(entry.id)?.has(field)) of.problems.push(`outside the plan: ${name} ${field}`);
    } else if (['cascadeDelete', 'setNull'].includes(entry.operation) && !planned.has(entry.id) && !asFound(of, entry))
      of.problems.push(`outside the plan: ${name}`);
  }
}

/** Whether the org only empties a lookup again that it had filled itself on the way back: it was empty before. */
function asFound(of: Evidence, entry: RecordWrite): boolean {
  return (
    entry.operation === 'setNull' &&
    of.backLog.some(
      (earlier) =>
        earlier.operation === 'restoreLookup' &&
        earlier.id === entry.id &&
        (entry.fields ?? []).every((field) => earlier.fields?.includes(field))
    )
  );
}
