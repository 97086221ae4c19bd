import { twoPassFields } from '../../../records/knowledge.js';
import type { RowEdge, RowRule } from './rowRule.js';

/**
 * A parent comes back before its children, from the bin or by insert: those the org deleted with it come back with it, and
 * a child cannot be saved without its master. Both masters count, the one it had in the bin and the one it had in the
 * snapshot. Lookups that may be empty are wished in place too, since validation rules and lookup filters judge them; not
 * two-pass fields, which are set at the end.
 */
export const parentsBackFirst: RowRule = (works, facts) =>
  works.in('undelete', 'insert').flatMap((child) => {
    const later = twoPassFields(facts.knowledge, child.object);
    const above = works.waitsFor(child);
    const edges: RowEdge[] = [];
    for (const field of works.fields(child.object)) {
      const parent = field.type === 'reference' ? works.returning(child.item.after?.[field.name]) : undefined;
      if (!parent || parent === child) continue;
      if (field.cascadeDelete || !field.nillable) above.add(parent);
      else if (!later.includes(field.name)) edges.push({ before: parent.key, after: child.key, strength: 'wish' });
    }
    return [...edges, ...[...above].map(({ key }): RowEdge => ({ before: key, after: child.key, strength: 'must' }))];
  });
