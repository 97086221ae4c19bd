import { expect } from 'chai';
import { adviceFor } from '../../../src/plan/advice.js';
import type { Conflict } from '../../../src/plan/rollbackPlan.js';
import { componentStep, planned, pointerStep } from '../support/worlds.js';

const pointer = planned(pointerStep('A'), 's001');
const component = planned(componentStep('ApexClass', 'A'), 's002');
const lossy = { ...component, risk: 'lossy' as const };
const kept: Conflict = {
  target: 'flow:B',
  kind: 'changedByOther',
  baseline: '',
  current: '',
  changedBy: null,
  changedAt: null,
  decision: 'keep',
};
const manual = { target: 'flow:C', what: '' };

describe('the advice', () => {
  it('is that there is nothing to do when nothing differs', () =>
    expect(adviceFor([], [], [])).to.equal('Nothing to take back: the org is as in the snapshot.'));

  it('does not call the org restored when conflicts or manual items are all there is', () => {
    expect(adviceFor([], [kept], [])).to.match(/^Nothing can be taken back as it stands/);
    expect(adviceFor([], [], [manual])).to.match(/^Nothing can be taken back as it stands/);
  });

  it('does not call the org restored when something was left out', () =>
    expect(adviceFor([], [], [], [{ target: 'flow:C', why: 'not among --only' }])).to.equal(
      'Nothing to take back, except for what was left out.'
    ));

  it('is to roll back when only pointers move', () =>
    expect(adviceFor([pointer, planned(pointerStep('B', 'deactivateFlow'), 's002')], [], [])).to.equal(
      'Roll back: only flow versions are switched, which takes effect at once and can be switched again.'
    ));

  it('is to roll back when every step is lossless', () =>
    expect(adviceFor([pointer, component], [], [])).to.equal('Roll back: every step can be undone without loss.'));

  it('counts what is lost, kept and left to a person', () => {
    expect(adviceFor([pointer, lossy], [], [])).to.match(
      /^Roll back after reading the lossy steps.*1 step leaves something behind\.$/
    );
    expect(adviceFor([lossy, lossy], [kept, kept, { ...kept, decision: 'restore' }], [manual, manual])).to.match(
      /2 steps leave something behind\. 1 change by others is overwritten as asked, and saved in quarantine first\. 2 later changes by others are kept\. 2 items need a person\.$/
    );
    expect(adviceFor([pointer], [kept], [])).to.match(/1 later change by others is kept\.$/);
    expect(adviceFor([component], [], [manual])).to.match(/^Roll back after reading .*1 item needs a person\.$/);
  });
});
