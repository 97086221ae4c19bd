import { expect } from 'chai';
import { resolveFlag, selectorFlag } from '../../../src/cli/resolveFlag.js';
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

  for (const text of [
    '',
    '=keep',
    'flow:A',
    'flow:A=',
    'flow:A=Keep',
    'flow:A=drop',
    'Pricing=keep',
    'restore',
    'record:Product2:=restore',
    ':=keep',
    'Flow:A=keep',
  ]) {
    it(`is a wrong flag as ${JSON.stringify(text)}`, async () => {
      const refusal = await refusalOf(() => resolveFlag(['flow:B=keep', text]));
      expect([refusal.key, refusal.exitCode, refusal.tokens]).to.deep.equal(['badResolve', 2, [text]]);
    });
  }
});

describe('--only and --exclude', () => {
  it('take selectors in their full and their bare form', () => {
    const entries = ['flow:*', 'Product2', 'ApexClass:Pricing', 'record:Product2:01t000000000001'];
    expect(selectorFlag('--only', entries)).to.deep.equal(entries);
    expect(selectorFlag('--exclude')).to.deep.equal([]);
  });

  for (const text of ['', 'record:Product2:', 'flow', 'flow:', ':', 'Flow:Quote_Approval', 'metadata::X']) {
    it(`are wrong as ${JSON.stringify(text)}`, async () => {
      const refusal = await refusalOf(() => selectorFlag('--only', ['flow:B', text]));
      expect([refusal.key, refusal.exitCode, refusal.tokens]).to.deep.equal(['badSelector', 2, ['--only', text]]);
    });
  }
});
