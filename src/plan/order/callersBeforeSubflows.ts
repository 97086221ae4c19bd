import { versionMember } from '../../flow/flowVersion.js';
import type { OrderRule } from './orderRule.js';

/** A version that calls another flow goes before the versions of that flow: the last one of a flow in use is not deleted. */
export const callersBeforeSubflows: OrderRule = (steps, { flowTraits }) => {
  const deletes = steps.flatMap((step) =>
    step.detail.kind === 'flowVersion' ? [{ key: step.key, flow: step.detail.flow, version: step.detail.version }] : []
  );
  return deletes.flatMap((caller) => {
    const called = flowTraits?.get(versionMember(caller.flow, caller.version))?.subflows ?? [];
    return deletes
      .filter(({ flow }) => flow !== caller.flow && called.includes(flow))
      .map((subflow) => ({ before: caller.key, after: subflow.key }));
  });
};
