import { expect } from 'chai';
import { whatComesNext } from '../../../src/report/nextStep.js';

describe('what is said to do with a plan', () => {
  const item = (what: string): { target: string; what: string } => ({ target: 'metadata:X:Y', what });

  it('is to read and apply it, and to look at what is by hand', () => {
    expect(whatComesNext([])).to.equal('next');
    expect(whatComesNext([item('Delete it in Setup.')])).to.equal('nextWithHandwork');
  });

  it('is to make a new one where something asks for that', () =>
    expect(whatComesNext([item('Delete it in Setup.'), item('Undelete it there first, then plan again.')])).to.equal(
      'nextAfterNewPlan'
    ));
});
