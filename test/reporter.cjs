'use strict';
/**
 * What people see is mocha's own `spec` or `dot` reporter; beside it the counts go to a file, so that
 * `npm test` can add up several runs in its last line. Options: `style`, `counts` (a path).
 */
const { writeFileSync } = require('node:fs');
const Mocha = require('mocha');

module.exports = class CountingReporter extends Mocha.reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    const { style = 'spec', counts } = options.reporterOptions ?? options.reporterOption ?? {};
    new Mocha.reporters[style === 'dot' ? 'Dot' : 'Spec'](runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats;
      if (counts) writeFileSync(counts, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  }
};
