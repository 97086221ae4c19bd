import { expect } from 'chai';
import { conflict, decide, leftOut, NO_CHOICE, type Choice } from '../../../../src/plan/choice/choice.js';
import { COLLEAGUE, NAMES } from '../../support/worlds.js';

const ROW = 'record:Product2:01t000000000001AAA';
const choose = (more: Partial<Choice>): Choice => ({ ...NO_CHOICE, ...more });

describe('no choice', () => {
  it('keeps what others did, leaves nothing out and deletes no flow', () => {
    expect(NO_CHOICE).to.deep.equal({ only: [], exclude: [], onConflict: 'keep', resolve: [], deleteFlows: false });
  });
});

describe('what a person leaves out', () => {
  it('is nothing unless they say so', () => expect(leftOut(NO_CHOICE, ROW)).to.equal(undefined));

  it('is everything that --only does not name', () => {
    expect(leftOut(choose({ only: ['flow:*'] }), ROW)).to.deep.equal({ target: ROW, why: 'not among --only' });
    expect(leftOut(choose({ only: ['flow:*', 'record:Product2'] }), ROW)).to.equal(undefined);
  });

  it('is what --exclude names, also within --only', () => {
    expect(leftOut(choose({ exclude: ['record:Product2:*'] }), ROW)).to.deep.equal({
      target: ROW,
      why: 'excluded by --exclude',
    });
    expect(leftOut(choose({ only: ['record:*'], exclude: [ROW] }), ROW)?.why).to.equal('excluded by --exclude');
    expect(leftOut(choose({ exclude: ['record:Account'] }), ROW)).to.equal(undefined);
  });
});

describe('what happens with a conflict', () => {
  it('is that it is kept, unless --on-conflict says restore', () => {
    expect(decide(NO_CHOICE, ROW)).to.deep.equal({ decision: 'keep', named: false });
    expect(decide(choose({ onConflict: 'restore' }), ROW)).to.deep.equal({ decision: 'restore', named: false });
  });

  it('is what --resolve says for it, whatever --on-conflict says', () => {
    expect(
      decide(choose({ onConflict: 'restore', resolve: [{ selector: 'record:Product2', decision: 'keep' }] }), ROW)
        .decision
    ).to.equal('keep');
    expect(
      decide(choose({ onConflict: 'restore', resolve: [{ selector: 'record:Account', decision: 'keep' }] }), ROW)
        .decision
    ).to.equal('restore');
  });

  it('is what the last --resolve that matches says', () => {
    const resolve = [
      { selector: 'record:*', decision: 'restore' },
      { selector: ROW, decision: 'keep' },
    ] as const;
    expect(decide(choose({ resolve }), ROW).decision).to.equal('keep');
    expect(decide(choose({ resolve: [...resolve].reverse() }), ROW).decision).to.equal('restore');
  });

  it('names an item only by its own Id or name, never by wildcard or as part of an object', () => {
    const named = (selector: string, target = ROW): boolean =>
      decide(choose({ resolve: [{ selector, decision: 'restore' }] }), target).named;
    expect(named(ROW)).to.equal(true);
    expect(named('record:Product2')).to.equal(false);
    expect(named('record:Product2:*')).to.equal(false);
    expect(named('record:Product2:01t000000000001*')).to.equal(false);
    expect(named('record:*:01t000000000001AAA')).to.equal(false);
    expect(named('flow:A', 'flow:A')).to.equal(true);
    expect(named('Product2:01t000000000001AAA')).to.equal(true);
    expect(named('Product2:01t000000000001')).to.equal(true);
    expect(named('record:Product2:01t000000000001')).to.equal(true);
    expect(named('Product2')).to.equal(false);
    expect(named('Product2:*')).to.equal(false);
    expect(named('metadata:Layout:Quote-A: B', 'metadata:Layout:Quote-A: B')).to.equal(true);
    expect(named('metadata:Layout', 'metadata:Layout:Quote-A: B')).to.equal(false);
    expect(named('flow:*', 'flow:A')).to.equal(false);
  });
});

describe('a conflict', () => {
  it('names who changed it by user name, by id where that is unknown, and nobody where nobody is known', () => {
    const by = (userId: string | undefined): string | null =>
      conflict(ROW, 'changedByOther', 'a', 'b', { userId, at: undefined }, 'keep', NAMES).changedBy;
    expect([by(COLLEAGUE), by('005000000000009AAA'), by(undefined)]).to.deep.equal([
      'cleo@example.com',
      '005000000000009AAA',
      null,
    ]);
    expect(
      conflict(ROW, 'changedByOther', 'a', 'b', { userId: COLLEAGUE, at: 'then' }, 'restore', NAMES)
    ).to.deep.equal({
      target: ROW,
      kind: 'changedByOther',
      baseline: 'a',
      current: 'b',
      changedBy: 'cleo@example.com',
      changedAt: 'then',
      decision: 'restore',
    });
  });
});
