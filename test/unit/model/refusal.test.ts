import { expect } from 'chai';
import { EXIT, Refusal } from '../../../src/model/refusal.js';

describe('a refusal', () => {
  it('ends with exit code 3 unless it says otherwise', () => {
    expect(new Refusal('planStale').exitCode).to.equal(3);
    expect(new Refusal('locked', { exitCode: EXIT.locked }).exitCode).to.equal(4);
  });

  it('names its message, with numbers as text', () => {
    const refusal = new Refusal('tooManyChanges', { tokens: [12, 'ten'] });
    expect(refusal.tokens).to.deep.equal(['12', 'ten']);
    expect(refusal.message).to.equal('tooManyChanges: 12, ten');
    expect(refusal.name).to.equal('Refusal');
  });

  it('fills its actions with the same words unless told others', () => {
    expect(new Refusal('x', { tokens: ['a'] }).actionTokens).to.deep.equal(['a']);
    expect(new Refusal('x', { tokens: ['a'], actionTokens: [1] }).actionTokens).to.deep.equal(['1']);
    expect(new Refusal('x').actionTokens).to.deep.equal([]);
  });

  it('keeps its cause and its data', () => {
    const cause = new Error('socket hang up');
    const refusal = new Refusal('x', { cause, data: { moved: 1 } });
    expect(refusal.cause).to.equal(cause);
    expect(refusal.data).to.deep.equal({ moved: 1 });
    expect('cause' in new Refusal('x')).to.equal(false);
  });
});

describe('the exit codes', () => {
  it('are the ones the contract lists', () => {
    expect(EXIT).to.deep.equal({
      done: 0,
      failed: 1,
      badFlags: 2,
      refused: 3,
      locked: 4,
      somethingToDo: 5,
      partial: 68,
      interrupted: 69,
      secondInterrupt: 130,
    });
  });
});
