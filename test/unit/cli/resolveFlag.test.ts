import { expect } from 'chai';
import { resolveFlag } from '../../../src/cli/resolveFlag.js';
import { refusalOf } from '../support/refusals.js';

describe('--resolve', () => {
  it('takes selectors with what to do', () => {
    expect(
      resolveFlag(['record:Product2:01t000000000001AAA=restore', 'flow:*=keep', 'ApexClass:Pricing=keep'])
    ).to.deep.equal([
      { selector: 'record:Product2:01t000000000001AAA', decision: 'restore' },
      { selector: 'flow:*', decision: 'keep' },
      { selector: 'ApexClass:Pricing', decision: 'keep' },
    ]);
    expect(resolveFlag([])).to.deep.equal([]);
  });

  it('divides at the last equals sign, for names that hold one', () => {
    expect(resolveFlag(['metadata:Layout:A=B=keep'])).to.deep.equal([
      { selector: 'metadata:Layout:A=B', decision: 'keep' },
    ]);
  });

  for (const text of ['', '=keep', 'flow:A', 'flow:A=', 'flow:A=Keep', 'flow:A=drop', 'Pricing=keep', 'restore']) {
    it(`is a wrong flag as ${JSON.stringify(text)}`, async () => {
      const refusal = await refusalOf(() => resolveFlag(['flow:B=keep', text]));
      expect([refusal.key, refusal.exitCode, refusal.tokens]).to.deep.equal(['badResolve', 2, [text]]);
    });
  }
});
