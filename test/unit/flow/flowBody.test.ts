import { expect } from 'chai';
import { flowBodyDigest } from '../../../src/flow/flowBody.js';

const body = (status: string, label = 'Quote approval'): string =>
  `<Flow xmlns="http://soap.sforce.com/2006/04/metadata"><label>${label}</label><status>${status}</status></Flow>`;

describe('the digest of a flow version', () => {
  it('does not depend on whether the version runs', () =>
    expect(flowBodyDigest(body('Active'))).to.equal(flowBodyDigest(body('Obsolete'))));
  it('depends on what the version does', () =>
    expect(flowBodyDigest(body('Active'))).to.not.equal(flowBodyDigest(body('Active', 'Other'))));
  it('depends on a status further down, which is part of what it does', () => {
    const inner = (value: string): string => `<Flow><recordUpdates><status>${value}</status></recordUpdates></Flow>`;
    expect(flowBodyDigest(inner('Draft'))).to.not.equal(flowBodyDigest(inner('Active')));
  });
  it('exists for an empty flow too', () => expect(flowBodyDigest('<Flow/>')).to.match(/^[0-9a-f]{64}$/));
});
