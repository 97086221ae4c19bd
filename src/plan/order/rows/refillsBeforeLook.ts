import { gate, type RowEdge, type RowRule } from './rowRule.js';

/** Lookups that an undelete may fill again are looked at after all rows they may name are back. */
export const refillsBeforeLook: RowRule = (works) => {
  const edges: RowEdge[] = works.in('undelete', 'sweep').flatMap((work) => {
    const returns = work.sheet === 'undelete' ? [work] : [...works.waitsFor(work)];
    return returns.map(({ key }): RowEdge => ({ before: key, after: gate(work.object), strength: 'must' }));
  });
  const gates = new Set(edges.map(({ after }) => after));
  for (const look of works.in('finish', 'recheck')) {
    for (const [name, value] of Object.entries(look.item.after ?? {})) {
      if (value !== null) continue;
      for (const object of works.field(look.object, name)?.referenceTo ?? [])
        if (gates.has(gate(object))) edges.push({ before: gate(object), after: look.key, strength: 'must' });
    }
  }
  return edges;
};
