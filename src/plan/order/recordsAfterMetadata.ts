import type { OrderRule } from './orderRule.js';

/** Types whose state decides what a record may hold or what happens when it is saved. */
const GOVERNS_RECORDS = new Set([
  'ApexTrigger',
  'CustomField',
  'CustomObject',
  'DuplicateRule',
  'GlobalValueSet',
  'MatchingRule',
  'RecordType',
  'StandardValueSet',
  'ValidationRule',
  'Workflow',
  'WorkflowFieldUpdate',
  'WorkflowRule',
]);

/** A created one of these refuses or alters saves until it is gone; a created field or object stands in no record's way. */
const BLOCKS_SAVES = new Set([
  'ApexTrigger',
  'DuplicateRule',
  'MatchingRule',
  'ValidationRule',
  'Workflow',
  'WorkflowFieldUpdate',
  'WorkflowRule',
]);

/** A field, rule or trigger goes back before the records: with the bad one in place a save may be refused or altered. */
export const recordsAfterMetadata: OrderRule = (steps) => {
  const governing = steps.filter(
    (step) =>
      step.detail.kind === 'component' &&
      (step.operation === 'deleteComponent' ? BLOCKS_SAVES : GOVERNS_RECORDS).has(step.detail.type)
  );
  return steps
    .filter((step) => step.lane === 'records')
    .flatMap((step) => governing.map((component) => ({ before: component.key, after: step.key })));
};
