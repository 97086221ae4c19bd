import type { RowRule } from './rowRule.js';

/** What comes back with a parent and never belonged is taken away after whatever may bring it along is back. */
export const sweepAfterReturn: RowRule = (works) =>
  works
    .in('sweep')
    .flatMap((sweep) =>
      [...works.waitsFor(sweep)].map((parent) => ({ before: parent.key, after: sweep.key, strength: 'must' }))
    );
