import { expect } from 'chai';
import { packageFindings } from '../../../src/plan/packageFindings.js';
import type { Snapshot } from '../../../src/snapshot/snapshotFormat.js';

const snapshot = {
  packages: { SBQQ: '252.2.0.1', other: '1.0.0.1' },
  objects: [{ object: 'Product2', fields: ['Id', 'SBQQ__Hidden__c'] }],
} as unknown as Snapshot;

describe('packages since the snapshot', () => {
  it('are no finding while they are as they were', () =>
    expect(packageFindings(snapshot, { SBQQ: '252.2.0.1', other: '1.0.0.1' })).to.deep.equal([]));

  it('that were upgraded or removed are named with both versions, where a record in scope has fields of theirs', () => {
    const [upgraded, ...others] = packageFindings(snapshot, { SBQQ: '254.1.0.1', other: '2.0.0.1' });
    expect(others).to.deep.equal([]);
    expect(upgraded).to.include({ code: 'packageChanged', severity: 'warning', subject: 'SBQQ' });
    expect(upgraded?.message).to.match(/was 252\.2\.0\.1 .* is 254\.1\.0\.1 now/);
    expect(packageFindings(snapshot, {})[0]?.message).to.match(/is not installed now/);
  });
});
