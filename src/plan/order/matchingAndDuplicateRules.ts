import type { OrderRule } from './orderRule.js';

/**
 * Duplicate rules and the matching rules of their object, in deployments of their own: the org switches a matching rule in
 * the background. It has to be active before a duplicate rule that uses it can be (DEPLOY, "Before you can use this duplicate
 * rule, all associated matching rules must be active"); it is switched off only when no active duplicate rule uses it, and
 * goes after those that have to be switched off before they go (HELP, "Manage Matching Rules").
 */
export const matchingAndDuplicateRules: OrderRule = (steps) => {
  const rules = steps.flatMap(({ key, operation, detail, after }) =>
    detail.kind === 'component' && (detail.type === 'DuplicateRule' || detail.type === 'MatchingRule')
      ? [{ key, operation, type: detail.type, object: detail.fullName.split('.')[0], waits: after !== undefined }]
      : []
  );
  const duplicates = rules.filter(({ type }) => type === 'DuplicateRule');
  return rules
    .filter(({ type }) => type === 'MatchingRule')
    .flatMap((matching) =>
      duplicates
        .filter(({ object }) => object === matching.object)
        .flatMap(({ key, operation, waits }) => {
          const goesBack = operation === 'restoreComponent' || operation === 'recreateComponent';
          const [first, then] = [
            { before: matching.key, after: key },
            { before: key, after: matching.key },
          ];
          switch (matching.operation) {
            case 'recreateComponent':
              return goesBack ? [first] : [];
            case 'deactivateComponent':
              return operation === 'deactivateComponent' || operation === 'restoreComponent' ? [then] : [];
            case 'deleteComponent':
              return operation === 'deleteComponent' && waits ? [then] : [];
            default:
              return [];
          }
        })
    );
};
