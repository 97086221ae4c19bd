import { expect } from 'chai';
import fc from 'fast-check';
import { isReal, outsideScope, touchesOf } from '../../../../src/plan/attribution/attribution.js';
import type { AfterState } from '../../../../src/plan/attribution/afterState.js';
import { attribute, type Asked, type AttributionResult } from '../../../../src/plan/attribution/whose.js';
import type { Deployment } from '../../../../src/org/ports/history.js';
import type { ChangeSet } from '../../../../src/plan/changeSet.js';
import { shuffled } from '../../support/arbitraries.js';
import {
  aDeployment,
  aReport,
  COLLEAGUE,
  componentChange,
  DEPLOYED_AT,
  DEPLOYER,
  deleted,
  LATER,
  flowChange,
  aFlow,
  flowBefore,
  recordIdOf,
  updated,
} from '../../support/worlds.js';

const id = (n: number): string => recordIdOf('01t', n);
const NOTHING: ChangeSet = { flows: [], components: [], permissions: [], records: [] };

/** Changes by these users, one each. */
function changesBy(...users: readonly string[]): ChangeSet {
  return { ...NOTHING, records: users.map((user, at) => updated('Product2', id(at + 1), { Name: ['x', 'y'] }, user)) };
}

const nobodyNamed: Partial<Asked> = {};

/** Whose changes go back, when this is all that is known and asked. */
function whose(
  changes: ChangeSet,
  deployments: readonly Deployment[],
  asked: Partial<Asked>,
  traces: Partial<Parameters<typeof attribute>[1]> = {}
): AttributionResult {
  return attribute(
    changes,
    {
      deployments,
      touches: new Map(),
      loaded: new Map(),
      flowBodies: { baseline: new Map(), now: new Map() },
      ...traces,
    },
    { everybody: false, named: [], deployments: [], loads: false, window: {}, ...asked }
  );
}

describe('a deployment', () => {
  it('is real when it changed something for good', () => {
    expect(isReal(aDeployment('0Af1', DEPLOYER))).to.equal(true);
    expect(isReal(aDeployment('0Af1', DEPLOYER, { status: 'SucceededPartial' }))).to.equal(true);
  });
  for (const more of [
    { checkOnly: true },
    { status: 'Failed' },
    { status: 'Canceled' },
    { status: 'InProgress' },
    { status: 'SucceededPartial', checkOnly: true },
  ]) {
    it(`is not real with ${JSON.stringify(more)}`, () =>
      expect(isReal(aDeployment('0Af1', DEPLOYER, more))).to.equal(false));
  }
});

describe('what deployments touched', () => {
  it('is known by component, oldest deployment first', () => {
    const reports = new Map([
      [
        '0Af1',
        aReport('0Af1', [
          { type: 'ApexClass', fullName: 'A', created: true },
          { type: 'ApexClass', fullName: 'B', changed: true },
        ]),
      ],
      ['0Af2', aReport('0Af2', [{ type: 'ApexClass', fullName: 'A', deleted: true }])],
    ]);
    const touches = touchesOf([aDeployment('0Af1', DEPLOYER), aDeployment('0Af2', COLLEAGUE)], reports);
    expect([...touches.keys()]).to.have.members(['ApexClass:A', 'ApexClass:B']);
    expect(
      touches.get('ApexClass:A')?.map((touch) => [touch.deploymentId, touch.userId, touch.created, touch.deleted])
    ).to.deep.equal([
      ['0Af1', DEPLOYER, true, false],
      ['0Af2', COLLEAGUE, false, true],
    ]);
  });

  it('does not count components that failed or stayed as they were, nor deployments without report', () => {
    const report = aReport('0Af1', [
      { type: 'ApexClass', fullName: 'Failed', changed: true, success: false },
      { type: 'ApexClass', fullName: 'Same' },
    ]);
    expect(
      touchesOf([aDeployment('0Af1', DEPLOYER), aDeployment('0Af2', DEPLOYER)], new Map([['0Af1', report]])).size
    ).to.equal(0);
  });

  it('outside the scope is named, flows as flows', () => {
    const report = aReport('0Af1', [
      { type: 'Flow', fullName: 'Quote_Approval', changed: true },
      { type: 'FlowDefinition', fullName: 'Pricing', changed: true },
      { type: 'Layout', fullName: 'Quote-Deal: Desk', changed: true },
      { type: 'ApexClass', fullName: 'Covered', changed: true },
    ]);
    const touches = touchesOf([aDeployment('0Af1', DEPLOYER)], new Map([['0Af1', report]]));
    const outside = outsideScope(touches, (type, fullName) => type === 'ApexClass' && fullName === 'Covered');
    expect(outside.map(({ target }) => target)).to.deep.equal([
      'flow:Pricing',
      'flow:Quote_Approval',
      'metadata:Layout:Quote-Deal: Desk',
    ]);
  });
});

describe('whose changes go back', () => {
  it('everybody’s, when that was asked for', () => {
    const result = whose(changesBy(DEPLOYER, COLLEAGUE), [aDeployment('0Af1', DEPLOYER)], {
      everybody: true,
      named: [],
    });
    expect(result.kind === 'clear' && [result.attribution.source, [...result.attribution.deployers]]).to.deep.equal([
      'everybody',
      [DEPLOYER, COLLEAGUE],
    ]);
  });

  it('those of the authors of the real deployments, whatever others changed', () => {
    const result = whose(
      changesBy(COLLEAGUE, COLLEAGUE),
      [aDeployment('0Af1', DEPLOYER), aDeployment('0Af2', DEPLOYER)],
      nobodyNamed
    );
    expect(result.kind === 'clear' && [result.attribution.source, [...result.attribution.deployers]]).to.deep.equal([
      'deployments',
      [DEPLOYER],
    ]);
  });

  it('not those of who deployed only after the following snapshot or the window, nor what the deployers deployed then', () => {
    const deployments = [
      aDeployment('0Af1', DEPLOYER),
      aDeployment('0Af2', COLLEAGUE, { completedAt: LATER }),
      aDeployment('0Af3', DEPLOYER, { completedAt: LATER }),
    ];
    const after: AfterState = {
      ...{ snapshotId: 'S', startedAt: DEPLOYED_AT, finishedAt: '2026-11-21T06:30:00.000Z' },
      ...{ flows: new Map(), flowBodies: new Map(), components: new Map(), permissions: new Map() },
      ...{ objects: new Set(), rows: new Map() },
    };
    const bySnapshot = whose(changesBy(DEPLOYER, COLLEAGUE), deployments, nobodyNamed, { after });
    const byWindow = whose(changesBy(DEPLOYER, COLLEAGUE), deployments, { window: { until: after.finishedAt } });
    for (const result of [bySnapshot, byWindow])
      expect(
        result.kind === 'clear' && [[...result.attribution.deployers], [...(result.attribution.taken ?? [])]]
      ).to.deep.equal([[DEPLOYER], ['0Af1']]);
  });

  it('those of the users who were named, with the deployers', () => {
    const result = whose(changesBy(COLLEAGUE), [aDeployment('0Af1', DEPLOYER)], {
      everybody: false,
      named: [COLLEAGUE],
    });
    expect(result.kind === 'clear' && result.attribution.source).to.equal('named');
    expect(result.kind === 'clear' && [...result.attribution.deployers]).to.have.members([DEPLOYER, COLLEAGUE]);
  });

  it('those of the users who were named also where nobody deployed', () => {
    const result = whose(changesBy(DEPLOYER, COLLEAGUE), [], { everybody: false, named: [COLLEAGUE] });
    expect(result.kind === 'clear' && [...result.attribution.deployers]).to.deep.equal([COLLEAGUE]);
  });

  it('those of the only user who changed anything, where nobody deployed', () => {
    const checkOnly = [
      aDeployment('0Af1', COLLEAGUE, { checkOnly: true }),
      aDeployment('0Af2', COLLEAGUE, { status: 'Failed' }),
    ];
    const result = whose(changesBy(DEPLOYER, DEPLOYER), checkOnly, nobodyNamed);
    expect(result.kind === 'clear' && [result.attribution.source, [...result.attribution.deployers]]).to.deep.equal([
      'onlyAuthor',
      [DEPLOYER],
    ]);
  });

  it('are known for certain of named deployments, but not of all fields of rows that named loads wrote', () => {
    const exact = (asked: Partial<Asked>): boolean => {
      const result = whose(changesBy(DEPLOYER), [], asked);
      return result.kind === 'clear' && result.attribution.exact;
    };
    expect(exact({ deployments: ['0Af1'] })).to.equal(true);
    expect(exact({ deployments: ['0Af1'], loads: true })).to.equal(false);
    expect(exact({ loads: true })).to.equal(false);
  });

  describe('what bears no name is theirs, too,', () => {
    const gone = deleted('Product2', id(9), {}, null);
    const at = (user: string, time: string): ChangeSet['records'][number] => {
      const change = updated('Product2', id(user === DEPLOYER ? 1 : 2), { Name: ['x', 'y'] }, user);
      return { ...change, now: { ...change.now, LastModifiedDate: time } };
    };
    const alone = (records: ChangeSet['records'], asked: Partial<Asked> = {}): boolean => {
      const result = whose({ ...NOTHING, records: [...records, gone] }, [], asked);
      return result.kind === 'clear' && result.attribution.alone;
    };

    it('where one user changed everything else', () => {
      expect(alone([at(DEPLOYER, DEPLOYED_AT)])).to.equal(true);
    });

    it('not where nobody is known to have changed anything', () => {
      expect(alone([])).to.equal(false);
    });

    it('not where somebody changed something outside the window', () => {
      const window = { until: DEPLOYED_AT };
      expect(alone([at(DEPLOYER, DEPLOYED_AT)], { window })).to.equal(true);
      expect(alone([at(DEPLOYER, DEPLOYED_AT), at(COLLEAGUE, LATER)], { window })).to.equal(false);
      expect(alone([at(DEPLOYER, DEPLOYED_AT), at(COLLEAGUE, LATER)], { window, everybody: true })).to.equal(false);
      expect(alone([at(DEPLOYER, DEPLOYED_AT), at(COLLEAGUE, LATER)], { everybody: true })).to.equal(true);
    });
  });

  it('nobody’s, where nothing changed', () => {
    const result = whose(NOTHING, [], nobodyNamed);
    expect(result.kind === 'clear' && [result.attribution.source, result.attribution.deployers.size]).to.deep.equal([
      'onlyAuthor',
      0,
    ]);
  });

  it('is open between several users, who are listed with how much they changed', () => {
    expect(whose(changesBy(DEPLOYER, COLLEAGUE, COLLEAGUE), [], nobodyNamed)).to.deep.equal({
      kind: 'unclear',
      candidates: [
        { userId: COLLEAGUE, changes: 2 },
        { userId: DEPLOYER, changes: 1 },
      ],
    });
  });

  it('counts the changes of all lanes, and leaves out those without a known author', () => {
    const changes: ChangeSet = {
      flows: [
        flowChange('switched', flowBefore('A', 1, 1), aFlow('A', 2, 2), COLLEAGUE),
        flowChange('deleted', flowBefore('B', 1, 1), undefined),
      ],
      components: [
        componentChange('changed', 'ApexClass', 'A', COLLEAGUE),
        componentChange('deleted', 'ApexClass', 'B'),
      ],
      permissions: [],
      records: [updated('Product2', id(1), { Name: ['x', 'y'] }, DEPLOYER), deleted('Product2', id(2), {}, null)],
    };
    const result = whose(changes, [], nobodyNamed);
    expect(result.kind === 'unclear' && result.candidates).to.deep.equal([
      { userId: COLLEAGUE, changes: 2 },
      { userId: DEPLOYER, changes: 1 },
    ]);
  });

  it('lists the same candidates in the same order, whatever order the changes come in', () => {
    const users = fc.array(fc.constantFrom(DEPLOYER, COLLEAGUE, '005000000000003AAA'), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(
        users.chain((list) => fc.tuple(fc.constant(list), shuffled(list))),
        ([list, other]) => {
          const result = whose(changesBy(...list), [], nobodyNamed);
          if (result.kind === 'unclear') expect(whose(changesBy(...other), [], nobodyNamed)).to.deep.equal(result);
          expect(result.kind).to.equal(new Set(list).size > 1 ? 'unclear' : 'clear');
        }
      )
    );
  });
});
