import { expect } from 'chai';
import { adviceFor } from '../../../src/plan/advice.js';
import type { Conflict } from '../../../src/plan/conflict.js';
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

  it('speaks of the run where the plan takes one back', () =>
    expect(adviceFor([pointer, component], [], [], [], { days: 0, otherDeployments: 0, undo: true })).to.equal(
      'Take the run back: every step can be undone without loss.'
    ));

  it('names the steps that lose something, with the rows at stake', () => {
    expect(adviceFor([pointer, component, { ...lossy, id: 's003', rowsAtStake: 12 }], [], [])).to.equal(
      'Roll back, once you have read what does not come back whole. 1 of 3 steps (s003) does not come back whole, with 12 rows at stake.'
    );
    const many = ['s001', 's002', 's003', 's004', 's005'].map((id) => ({ ...lossy, id }));
    expect(adviceFor([...many, ...many.map((step) => ({ ...component, id: step.id }))], [], [])).to.include(
      '5 of 10 steps do not come back whole.'
    );
  });

  it('is rather to fix forward when most of it does not come back whole, or others changed more than would go back', () => {
    expect(adviceFor([pointer, { ...lossy, count: 2 }], [], [])).to.match(
      /^Rather fix forward: most of what goes back/
    );
    expect(adviceFor([component], [kept, kept], [])).to.match(/^Rather fix forward: others have changed more/);
    expect(adviceFor([component, { ...lossy, risk: 'irreversible', id: 's009' }], [], [])).to.match(
      /^Fix forward unless .*1 of 2 steps \(s009\) does not come back whole\. 1 of them cannot be undone again\.$/
    );
  });

  it('counts what is overwritten, kept and left to a person', () => {
    expect(adviceFor([lossy, lossy], [kept, kept, { ...kept, decision: 'restore' }], [manual, manual])).to.match(
      /1 change by others is overwritten as asked, and saved in quarantine first\. 2 changes stay \(see Conflicts\): look whether they still fit what goes back\. 2 items need a person\.$/
    );
    expect(adviceFor([pointer], [kept], [])).to.match(/1 change stays \(see Conflicts\): look whether it/);
    expect(adviceFor([component], [], [manual])).to.match(
      /^Roll back, once you have read what is left to do by hand\. 1 item needs a person\.$/
    );
  });

  it('minds the age of the snapshot and the deployments that stay', () => {
    const old = { days: 9, otherDeployments: 2 };
    expect(adviceFor([component], [], [], [], old)).to.equal(
      'Roll back: every step can be undone without loss. 2 other deployments since are not taken back, and may rely on what goes. The snapshot is 9 days old: much may have been built on what goes back.'
    );
    expect(adviceFor([component, { ...lossy, id: 's2' }], [], [], [], old)).to.match(/^Weigh it: the snapshot is old/);
    expect(adviceFor([component], [], [], [], { days: 2, otherDeployments: 0 })).to.match(/without loss\.$/);
  });
});
