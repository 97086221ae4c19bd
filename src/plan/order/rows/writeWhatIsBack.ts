import { idsIn } from '../../../records/idMap.js';
import { softReferences } from '../../../records/knowledge.js';
import type { RowRule } from './rowRule.js';
import type { RowWork } from './rowWorks.js';

/** A row that will point to another, in a lookup or in text, or that comes back itself, is written after that row is back. */
export const writeWhatIsBack: RowRule = (works, facts) => {
  if (!works.has('undelete', 'insert')) return [];
  const returning = works.in('undelete', 'insert');
  const byFifteen = new Map(returning.map((work) => [work.item.id.slice(0, 15), work]));
  return works.writes().flatMap((work) => {
    const soft = softReferences(facts.knowledge, work.object);
    const targets = new Set<RowWork>();
    const own = works.returning(work.item.id);
    if (own) targets.add(own);
    for (const [field, value] of Object.entries(work.item.after ?? {})) {
      for (const id of idsIn(value, soft.includes(field))) {
        const target = byFifteen.get(id.slice(0, 15));
        if (target && (id.length === 15 || target.item.id === id)) targets.add(target);
      }
    }
    return [...targets].map((target) => ({ before: target.key, after: work.key, strength: 'must' }));
  });
};
