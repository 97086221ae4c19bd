import { expect } from 'chai';
import { versionMember, versionOf, versionsToKeep } from '../../../src/flow/flowVersion.js';
import { aFlow } from '../support/worlds.js';

describe('versions of a flow', () => {
  it('are known by their number', () => {
    const flow = aFlow('Quote_Approval', 2, 3);
    expect(versionOf(flow, 2)?.status).to.equal('Active');
    expect(versionOf(flow, 4)).to.equal(undefined);
    expect(versionOf(flow, null)).to.equal(undefined);
  });

  it('keep their body in a snapshot when they run or are the newest', () => {
    expect(versionsToKeep(aFlow('A', 2, 5))).to.deep.equal([2, 5]);
    expect(versionsToKeep(aFlow('A', 5, 5))).to.deep.equal([5]);
    expect(versionsToKeep(aFlow('A', null, 5))).to.deep.equal([5]);
    expect(versionsToKeep(aFlow('A', null, 0, undefined, { latestVersion: null }))).to.deep.equal([]);
  });

  it('of a package have no body that could be kept', () => {
    expect(versionsToKeep(aFlow('SBQQ__A', 1, 1, undefined, { managed: true }))).to.deep.equal([]);
  });

  it('are named by Metadata API as flow and number', () => expect(versionMember('SBQQ__A', 12)).to.equal('SBQQ__A-12'));
});
