import type { RowEdge, RowRule } from './rowRule.js';

/**
 * A row that points to one that goes is turned away first: else the delete is refused, takes it along, or blanks the lookup.
 * What takes the target along is held by it just as well. Where the org would only blank the lookup, it is a wish.
 */
export const letGoBeforeDelete: RowRule = (works) => {
  if (!works.has('delete', 'sweep')) return [];
  return works.writes().flatMap((write) =>
    Object.entries(write.item.before ?? {}).flatMap(([name, value]): RowEdge[] => {
      const target = works.going(value);
      if (!target || target.item.id === write.item.id || write.item.after?.[name] === value) return [];
      const field = works.field(write.object, name);
      const holds = field === undefined || field.restrictedDelete || field.cascadeDelete || !field.nillable;
      if (!holds) return [{ before: write.key, after: target.key, strength: 'wish' }];
      return [target, ...works.goneWith(target)].map(({ key }) => ({
        before: write.key,
        after: key,
        strength: 'must',
      }));
    })
  );
};
