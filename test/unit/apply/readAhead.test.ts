import { expect } from 'chai';
import { ReadAhead } from '../../../src/apply/records/readAhead.js';

describe('what was read ahead for the next step', () => {
  let at = 0;
  const ahead = (): ReadAhead => {
    at = 1_000_000;
    const kept = new ReadAhead(() => new Date(at));
    kept.keep(
      new Map([
        ['a', [{ Id: '1' }]],
        ['b', []],
      ])
    );
    return kept;
  };

  it('answers the very same questions, once', () => {
    const kept = ahead();
    expect([...(kept.take(['b', 'a']) ?? [])]).to.deep.equal([
      ['b', []],
      ['a', [{ Id: '1' }]],
    ]);
    expect(kept.take(['a'])).to.equal(undefined);
  });

  it('does not answer in part', () => {
    const kept = ahead();
    expect(kept.take(['a', 'c'])).to.equal(undefined);
    expect(kept.take(['a'])?.size).to.equal(1);
  });

  it('counts no longer once something was written', () => {
    const kept = ahead();
    kept.forget();
    expect(kept.take(['a'])).to.equal(undefined);
  });

  it('is as old as the question, where other requests came before it was kept', () => {
    const kept = ahead();
    const asked = kept.moment();
    at += 60_000;
    kept.keep(new Map([['c', []]]), asked);
    expect(kept.take(['c'])).to.equal(undefined);
    kept.keep(new Map([['c', []]]));
    expect(kept.take(['c'])?.size).to.equal(1);
  });

  it('counts no longer after a while, as when the machine slept, nor when the clock was set back', () => {
    for (const later of [60_000, -1]) {
      const kept = ahead();
      at += later;
      expect(kept.take(['a'])).to.equal(undefined);
    }
  });
});
