import type { Evidence, RecordWrite } from './evidence.js';

/** The bad deployment and the way back, a line each. */
export function storyOf(of: Evidence): string {
  const who = new Map(of.world.org.users.map((user) => [user.id, user.name.split(' ')[0]]));
  const line = (entry: RecordWrite): string => {
    const row = of.world.org.store.get(entry.object, entry.id);
    const values = (entry.fields ?? []).map((field) => `${field}=${of.short(row?.[field] ?? null)}`).join(' ');
    return `  ${who.get(entry.user) ?? '?'} ${entry.operation} ${of.name(entry.object, entry.id)} ${values}`;
  };
  const lines = ['objects:'];
  for (const object of of.world.spec.objects)
    lines.push(
      `  ${object.name}${object.undeletable ? '' : ' (no undelete)'} ${object.nameField}: ${object.fields.join(' ')}`
    );
  lines.push('snapshot:');
  for (const object of of.world.objects)
    for (const [id, row] of of.before.get(object) ?? [])
      lines.push(
        `  ${of.name(object, id)} ${Object.entries(row)
          .filter(([field, value]) => value !== null && /(__c)$/.test(field))
          .map(([field, value]) => `${field}=${of.short(value)}`)
          .join(' ')}`
      );
  lines.push('bad deployment (values as they are at the end):', ...of.badLog.map(line));
  lines.push(`emptied: ${[...of.emptied].map((id) => of.short(id)).join(' ') || 'nothing'}`);
  lines.push('plan:');
  for (const step of of.plan?.steps ?? []) {
    lines.push(`  ${step.id} ${step.operation} ${step.target} after ${step.waitsFor.join(',') || 'nothing'}`);
    for (const item of of.items.get(step.id) ?? [])
      lines.push(
        `     ${of.short(item.id)} ${
          step.operation === 'updateRecords'
            ? Object.entries(item.after ?? {})
                .map(([field, value]) => `${field}: ${of.short(item.before?.[field] ?? null)} -> ${of.short(value)}`)
                .join(', ')
            : ''
        }`
      );
  }
  for (const conflict of of.plan?.conflicts ?? [])
    lines.push(`  conflict ${conflict.kind} ${of.short(conflict.target.split(':').at(-1) ?? '')} ${conflict.current}`);
  lines.push('way back:', ...of.backLog.map(line));
  return lines.join('\n');
}
