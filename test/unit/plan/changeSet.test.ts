import { expect } from 'chai';
import { componentAuthor, flowAuthor, recordAuthor, targetsOf } from '../../../src/plan/changeSet.js';
import {
  aFlow,
  COLLEAGUE,
  componentChange,
  DEPLOYED_AT,
  DEPLOYER,
  deleted,
  flowBefore,
  flowChange,
  inserted,
  recordIdOf,
  updated,
} from '../support/worlds.js';

const ID = recordIdOf('01t', 1);

describe('the author of a change', () => {
  it('of a row is its last editor', () => {
    expect(recordAuthor(updated('Product2', ID, { Name: ['x', 'y'] }, COLLEAGUE))).to.deep.equal({
      userId: COLLEAGUE,
      at: DEPLOYED_AT,
    });
    expect(recordAuthor(deleted('Product2', ID, {}, COLLEAGUE)).userId).to.equal(COLLEAGUE);
  });

  it('of an inserted row is who created it, not who edited it later', () => {
    expect(recordAuthor(inserted('Product2', ID, {}, COLLEAGUE, DEPLOYER)).userId).to.equal(DEPLOYER);
  });

  it('of an inserted row comes with the time of its creation', () => {
    expect(recordAuthor(inserted('Product2', ID, {}, COLLEAGUE, DEPLOYER)).at).to.equal(DEPLOYED_AT);
  });

  it('of a row the org no longer knows is unknown', () => {
    expect(recordAuthor(deleted('Product2', ID, {}, null))).to.deep.equal({ userId: undefined, at: undefined });
  });

  it('of a component is its last editor, of a deleted one unknown', () => {
    expect(componentAuthor(componentChange('changed', 'ApexClass', 'A', COLLEAGUE))).to.deep.equal({
      userId: COLLEAGUE,
      at: DEPLOYED_AT,
    });
    expect(componentAuthor(componentChange('deleted', 'ApexClass', 'A')).userId).to.equal(undefined);
  });

  it('of a flow is who changed the version that runs', () => {
    expect(flowAuthor(flowChange('switched', flowBefore('A', 1, 2), aFlow('A', 2, 2), COLLEAGUE))).to.deep.equal({
      userId: COLLEAGUE,
      at: DEPLOYED_AT,
    });
  });
});

describe('a change set', () => {
  it('names every change of every lane as a target that can be typed', () => {
    const changes = {
      flows: [flowChange('switched', flowBefore('A', 1, 2), aFlow('A', 2, 2))],
      components: [componentChange('created', 'ApexClass', 'B')],
      permissions: [],
      records: [deleted('Product2', ID, {})],
    };
    expect([...targetsOf(changes)].map(({ target, kind }) => [target, kind])).to.deep.equal([
      ['flow:A', 'switched'],
      ['metadata:ApexClass:B', 'created'],
      [`record:Product2:${ID}`, 'deleted'],
    ]);
  });
});
