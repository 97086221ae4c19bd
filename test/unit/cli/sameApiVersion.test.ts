import { expect } from 'chai';
import { sameApiVersion } from '../../../src/cli/sameApiVersion.js';
import { refusalOf } from '../support/refusals.js';

describe('the API version', () => {
  it('is that of the snapshot, whether or not it is asked for', () => {
    sameApiVersion(undefined, '65.0');
    sameApiVersion('65.0', '65.0');
  });

  it('that is another is refused with both', async () => {
    const refusal = await refusalOf(() => sameApiVersion('64.0', '65.0'));
    expect([refusal.key, refusal.exitCode, refusal.tokens]).to.deep.equal(['otherApiVersion', 3, ['64.0', '65.0']]);
  });
});
