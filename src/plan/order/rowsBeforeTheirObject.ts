import type { OrderRule } from './orderRule.js';

/** Rows that are deleted go before their object: with it gone they can be neither looked at nor saved one by one. */
export const rowsBeforeTheirObject: OrderRule = (steps) => {
  const deletions = new Map(
    steps.flatMap(({ key, operation, detail }) =>
      operation === 'deleteComponent' && detail.kind === 'component' && detail.type === 'CustomObject'
        ? [[detail.fullName, key] as const]
        : []
    )
  );
  return steps.flatMap(({ key, detail }) => {
    const deletion = detail.kind === 'records' ? deletions.get(detail.object) : undefined;
    return deletion === undefined ? [] : [{ before: key, after: deletion }];
  });
};
