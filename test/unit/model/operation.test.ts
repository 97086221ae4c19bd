import { expect } from 'chai';
import fc from 'fast-check';
import { addCounts, countOutcomes, LANES, OPERATIONS, OUTCOMES } from '../../../src/model/operation.js';

const outcomes = fc.array(fc.constantFrom(...OUTCOMES));

describe('operations and outcomes', () => {
  it('are the ones the contract lists', () => {
    expect(LANES.join(' ')).to.equal('flows metadata permissions records');
    expect(OPERATIONS.join(' ')).to.equal(
      'activateFlowVersion deactivateFlow redeployFlow deleteFlowVersion restoreComponent recreateComponent ' +
        'deactivateComponent deleteComponent ' +
        'grantPermission revokePermission undeleteRecords insertRecords updateRecords deleteRecords deactivateRecords'
    );
    expect(OUTCOMES.join(' ')).to.equal('restored alreadyRestored neutralised failed skipped conflict inDoubt');
  });
});

describe('counts of outcomes', () => {
  it('count each outcome, and say nothing of those that did not occur', () => {
    expect(countOutcomes(['restored', 'failed', 'restored'])).to.deep.equal({ restored: 2, failed: 1 });
    expect(countOutcomes([])).to.deep.equal({});
  });

  it('always add up: the total of the parts is the count of the whole', () => {
    fc.assert(
      fc.property(fc.array(outcomes), (parts) => {
        const total = addCounts(parts.map(countOutcomes));
        expect(total).to.deep.equal(countOutcomes(parts.flat()));
        expect(Object.values(total).reduce((sum, n) => sum + n, 0)).to.equal(parts.flat().length);
      })
    );
  });
});
