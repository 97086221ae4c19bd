import { expect } from 'chai';
import { canAsk, typedOrg } from '../../../src/cli/terminal.js';

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
