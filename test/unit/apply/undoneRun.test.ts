import { expect } from 'chai';
import { wasChanged } from '../../../src/apply/undoneRun.js';
import type { ItemOutcome } from '../../../src/apply/outcome.js';
import { OUTCOMES, type Outcome } from '../../../src/model/operation.js';

describe('what a run changed, and a run that takes it back has to look at', () => {
  const item = (outcome: Outcome, code?: string): ItemOutcome => ({
    step: 's001',
    operation: 'insertRecords',
    target: 'record:Product2:01t5g00000Br001AAB',
    at: '2026-11-21T05:30:00Z',
    outcome,
    ...(code ? { code } : {}),
  });

  it('is what is restored or made harmless, and nothing that was left alone or refused', () => {
    expect(OUTCOMES.filter((outcome) => wasChanged(item(outcome, 'MOVED')))).to.have.members([
      'restored',
      'neutralised',
    ]);
    expect(wasChanged(item('failed', 'FIELD_INTEGRITY_EXCEPTION'))).to.equal(false);
    expect(wasChanged(item('failed'))).to.equal(false);
  });

  for (const code of ['CHANGED_AGAIN', 'NOT_AS_BEFORE', 'NOT_ACTIVE', 'OTHER_BODY', 'ACTIVE'])
    it(`is what the org took and did not leave as planned, too: ${code}`, () =>
      expect(wasChanged(item('failed', code))).to.equal(true));
});
