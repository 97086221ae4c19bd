import type { OrderRule } from './orderRule.js';

/** A bad flow version goes before the created component it may use: a component in use cannot be deleted. */
export const flowVersionBeforeComponent: OrderRule = (steps) => {
  const versions = steps.filter((step) => step.operation === 'deleteFlowVersion');
  return steps
    .filter((step) => step.operation === 'deleteComponent')
    .flatMap((step) => versions.map((version) => ({ before: version.key, after: step.key })));
};
