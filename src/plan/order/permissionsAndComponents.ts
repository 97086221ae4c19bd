import type { OrderRule } from './orderRule.js';

/**
 * Access to a component that comes back waits for it; access to one that goes is taken away before. Assignments that are taken back go before the permission set to
 * which they belong: the org does not delete one that somebody has.
 */
export const permissionsAndComponents: OrderRule = (steps) =>
  steps.flatMap(({ key, detail }) => {
    if (detail.kind !== 'permissions') return [];
    const { after, before } = detail.place;
    const edges = [
      ...(after === null ? [] : [{ before: after, after: key }]),
      ...before.map((deletion) => ({ before: key, after: deletion })),
    ];
    if (!detail.rows.some((row) => row.kind === 'User' && row.after.length === 0)) return edges;
    const deletion = steps.find(
      (step) =>
        step.operation === 'deleteComponent' &&
        step.detail.kind === 'component' &&
        step.detail.type === detail.parent.kind &&
        step.detail.fullName === detail.parent.name
    );
    return deletion ? [...edges, { before: key, after: deletion.key }] : edges;
  });
