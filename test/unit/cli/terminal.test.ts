import { expect } from 'chai';
import { canAsk, sameFlags, shellWord, typedFlag, typedOrg } from '../../../src/cli/terminal.js';

describe('the org as it was typed', () => {
  it('is what stands after -o or --target-org', () => {
    expect(typedOrg(['--json', '-o', 'prod'])).to.equal('prod');
    expect(typedOrg(['--target-org', 'prod', '--json'])).to.equal('prod');
    expect(typedOrg(['--target-org=prod'])).to.equal('prod');
  });

  it('is unknown where a default was used', () => {
    expect(typedOrg(['--json'])).to.equal(undefined);
    expect(typedOrg([])).to.equal(undefined);
    expect(typedOrg(['-o'])).to.equal(undefined);
  });
});

describe('a person', () => {
  it('is never asked with --json or --no-prompt', () => {
    expect(canAsk(true, false)).to.equal(false);
    expect(canAsk(false, true)).to.equal(false);
  });
});

describe('a flag as it was typed', () => {
  it('is what the parser read last, from the command line or a folder of flags', () => {
    const tokens = [
      { type: 'flag', flag: 'target-org', input: 'one' },
      { type: 'arg', input: 'x' },
      { type: 'flag', flag: 'target-org', input: 'prod' },
    ];
    expect(typedFlag(tokens, 'target-org')).to.equal('prod');
    expect(typedFlag(tokens, 'store')).to.equal(undefined);
    expect(typedFlag([], 'store')).to.equal(undefined);
  });
});

describe('a suggested command', () => {
  it('works on the same org and the same store', () => {
    expect(sameFlags('prod', undefined)).to.equal('-o prod');
    expect(sameFlags('prod', '../my store')).to.equal('-o prod --store "../my store"');
  });

  it('quotes what a shell would take apart', () => {
    for (const word of ['prod', 'a@b.example', '../x/.rollback', 'C:/x', 'a=b,c+d%'])
      expect(shellWord(word)).to.equal(word);
    expect(shellWord('a b')).to.equal('"a b"');
    expect(shellWord('$HOME/`x`"')).to.equal('"\\$HOME/\\`x\\`\\""');
    expect(shellWord('')).to.equal('""');
  });
});
