import { expect } from 'chai';
import fc from 'fast-check';
import { diffFlows } from '../../../src/flow/diffFlows.js';
import { diffComponents } from '../../../src/metadata/diffComponents.js';
import { adviceFor } from '../../../src/plan/advice.js';
import { touchesOf } from '../../../src/plan/attribution/attribution.js';
import { attribute } from '../../../src/plan/attribution/whose.js';
import { targetsOf } from '../../../src/plan/changeSet.js';
import { componentSteps } from '../../../src/plan/components/componentSteps.js';
import { joinDrafts, type Decisions, type Draft } from '../../../src/plan/draft.js';
import { estimate } from '../../../src/plan/estimate.js';
import { flowSteps } from '../../../src/plan/flows/flowSteps.js';
import { orderSteps } from '../../../src/plan/order/orderSteps.js';
import { recordSteps } from '../../../src/plan/records/recordSteps.js';
import { judge, keptBy } from '../../../src/validate/verdict.js';
import { shuffled } from '../support/arbitraries.js';
import { deepFreeze } from '../support/deepFreeze.js';
import { aField, aLookup, anObject } from '../support/describes.js';
import {
  aDeployment,
  aFlow,
  aPlan,
  aReport,
  aState,
  bodyOf,
  COLLEAGUE,
  componentChange,
  decisions,
  deleted,
  DEPLOYER,
  flowBefore,
  flowChange,
  flowsPart,
  inserted,
  NAMES,
  planned,
  recordFacts,
  recordIdOf,
  SNAPSHOT_AT,
  touch,
  updated,
} from '../support/worlds.js';

const id = (n: number): string => recordIdOf('01t', n);

/** A bad day in which everything happened, to flows, components and records, by two people. */
function aBadDay(by: (n: number) => string): Parameters<typeof attribute>[0] {
  return {
    flows: [
      flowChange('switched', flowBefore('A', 1, 1), aFlow('A', 2, 2), by(1)),
      flowChange('created', undefined, aFlow('B', 1, 1), by(2)),
      flowChange('deleted', flowBefore('C', 1, 1), undefined),
    ],
    components: [
      componentChange('changed', 'ApexClass', 'A', by(3)),
      componentChange('created', 'CustomField', 'Product2.New__c', by(4)),
      componentChange('deleted', 'ValidationRule', 'Product2.Gone'),
    ],
    permissions: [],
    records: [
      updated('Product2', id(1), { Name: ['x', 'y'] }, by(5)),
      inserted('Product2', id(2), { Name: 'n' }, by(6), by(7)),
      deleted('Product2', id(3), { Name: 'd' }, by(8)),
      updated('Option__c', recordIdOf('a0B', 1), { Product__c: [id(3), null], Name: ['x', 'y'] }, by(9)),
    ],
  };
}

const RECORD_FACTS = recordFacts([
  anObject('Product2', [aField('Name')]),
  anObject('Option__c', [aField('Name'), aLookup('Product__c', 'Product2')]),
]);
const TOUCHES = new Map([
  ['ValidationRule:Product2.Gone', [touch(DEPLOYER, { deleted: true })]],
  ['Flow:C', [touch(DEPLOYER, { deleted: true })]],
]);
const FLOW_FACTS = {
  baseline: flowsPart([flowBefore('A', 1, 1), flowBefore('C', 1, 1)], { bodies: [bodyOf('A', 1), bodyOf('C', 1)] }),
  bodies: new Map<string, string>(),
  traits: new Map(),
  tests: new Map(),
  interviews: undefined,
};
const COMPONENT_FACTS = {
  snapshotId: 'S',
  snapshotAt: SNAPSHOT_AT,
  flowTexts: new Map([['A-1', '<x/>']]),
  filledRows: new Map([['Product2.New__c', 3]]),
};

function draftOf(changes: Parameters<typeof attribute>[0], how: Decisions): Draft {
  return joinDrafts([
    flowSteps(changes.flows, FLOW_FACTS, how),
    componentSteps(changes.components, COMPONENT_FACTS, how),
    recordSteps(changes.records, RECORD_FACTS, how),
  ]);
}

const who = fc.infiniteStream(fc.constantFrom(DEPLOYER, COLLEAGUE)).map((people) => {
  const known: string[] = [];
  return (n: number): string => {
    while (known.length <= n) known.push(people.next().value);
    return known[n] as string;
  };
});
const choice = fc.record({
  onConflict: fc.constantFrom('keep' as const, 'restore' as const),
  only: fc.subarray(['flow:*', 'metadata:*', 'record:Product2', 'Option__c']),
  exclude: fc.subarray(['metadata:ApexClass', 'flow:A']),
  resolve: fc.subarray([
    { selector: `record:Product2:${id(2)}`, decision: 'restore' as const },
    { selector: 'flow:*', decision: 'restore' as const },
  ]),
  deleteFlows: fc.boolean(),
});

deepFreeze([RECORD_FACTS, TOUCHES, FLOW_FACTS, COMPONENT_FACTS, NAMES]);

/** Conflicts about one field of a row: its other fields may go back. */
const ONE_FIELD = new Set(['targetDeleted', 'keyTaken']);

describe('the planner', () => {
  it('leaves what it is given as it is, and answers the same twice', () => {
    fc.assert(
      fc.property(who, choice, (by, chosen) => {
        const changes = deepFreeze(aBadDay(by));
        const how = deepFreeze(decisions(chosen, { touches: TOUCHES }));
        const draft = draftOf(changes, how);
        expect(draftOf(changes, how)).to.deep.equal(draft);
        expect(draftOf(aBadDay(by), decisions(chosen, { touches: TOUCHES }))).to.deep.equal(draft);
        const ordered = orderSteps(deepFreeze(draft.steps));
        expect(orderSteps(draft.steps)).to.deep.equal(ordered);
        const steps = deepFreeze(ordered.map(({ step }, at) => planned(step, `s${at}`)));
        deepFreeze(draft);
        expect(estimate(steps)).to.deep.equal(estimate(steps));
        expect(adviceFor(steps, draft.conflicts, draft.manual)).to.equal(
          adviceFor(steps, draft.conflicts, draft.manual)
        );
      }),
      { numRuns: 60 }
    );
  });

  it('makes the same steps in the same order, whatever order the changes come in', () => {
    const world = fc.tuple(who, choice).chain(([by, chosen]) => {
      const changes = aBadDay(by);
      return fc.record({
        changes: fc.constant(changes),
        chosen: fc.constant(chosen),
        flows: shuffled(changes.flows),
        components: shuffled(changes.components),
        permissions: shuffled(changes.permissions),
        records: shuffled(changes.records),
      });
    });
    fc.assert(
      fc.property(world, ({ changes, chosen, ...other }) => {
        const how = decisions(chosen, { touches: TOUCHES });
        const bytes = (draft: Draft): string => JSON.stringify(orderSteps(draft.steps));
        expect(bytes(draftOf(other, how))).to.equal(bytes(draftOf(changes, how)));
        const targets = (draft: Draft): string[] =>
          [...draft.conflicts, ...draft.manual, ...draft.leftOut].map((entry) => JSON.stringify(entry)).sort();
        expect(targets(draftOf(other, how))).to.deep.equal(targets(draftOf(changes, how)));
      }),
      { numRuns: 60 }
    );
  });

  it('accounts for every change: a step, a conflict, a person or a word of why not', () => {
    fc.assert(
      fc.property(who, choice, (by, chosen) => {
        const changes = aBadDay(by);
        const draft = draftOf(changes, decisions(chosen, { touches: TOUCHES }));
        const rows = draft.steps.flatMap((step) =>
          step.detail.kind === 'records' ? step.detail.items.map((item) => `${step.target}:${item.id}`) : [step.target]
        );
        const named = new Set([
          ...rows,
          ...draft.conflicts.map((entry) => entry.target),
          ...draft.manual.map((entry) => entry.target),
          ...draft.leftOut.map((entry) => entry.target),
        ]);
        expect(
          [...targetsOf(changes)].map(({ target }) => target).filter((target) => !named.has(target))
        ).to.deep.equal([]);
      }),
      { numRuns: 60 }
    );
  });

  it('never takes a step on what it keeps, apart from lookups that its own deletions blanked', () => {
    fc.assert(
      fc.property(who, choice, (by, chosen) => {
        const draft = draftOf(aBadDay(by), decisions(chosen, { touches: TOUCHES }));
        const kept = new Set(
          [
            ...draft.conflicts.filter((entry) => entry.decision === 'keep' && !ONE_FIELD.has(entry.kind)),
            ...draft.leftOut,
            ...draft.manual,
          ].map((entry) => entry.target)
        );
        for (const step of draft.steps) {
          if (step.detail.kind !== 'records') expect(kept.has(step.target), step.key).to.equal(false);
          else {
            for (const item of step.detail.items) {
              if (kept.has(`${step.target}:${item.id}`))
                expect(Object.keys(item.after ?? {}), step.key).to.deep.equal(['Product__c']);
            }
          }
        }
      }),
      { numRuns: 60 }
    );
  });
});

describe('comparing and judging', () => {
  it('leave what they are given as it is, and answer the same twice', () => {
    const flows = deepFreeze([aFlow('A', 2, 2), aFlow('B', 1, 1)]);
    const states = deepFreeze([aState('ApexClass', 'A', '2'), aState('ApexClass', 'B', '1')]);
    const components = deepFreeze({
      components: [aState('ApexClass', 'A', '1')],
      absent: [{ type: 'ApexClass', fullName: 'B' }],
      wholeTypes: [],
    });
    const changes = deepFreeze(aBadDay(() => DEPLOYER));
    const deployments = deepFreeze([aDeployment('0Af1', DEPLOYER)]);
    const reports = deepFreeze(
      new Map([
        [
          '0Af1',
          aReport('0Af1', [
            { type: 'ApexClass', fullName: 'B', created: true },
            { type: 'ApexClass', fullName: 'A', changed: true },
          ]),
        ],
      ])
    );
    const plan = deepFreeze(aPlan({ manual: [{ target: 'flow:A', what: 'by hand' }] }));
    const differences = deepFreeze([...targetsOf(changes)]);
    const twice = (run: () => unknown): void => void expect(run()).to.deep.equal(run());
    twice(() => diffFlows(FLOW_FACTS.baseline, flows, true, () => undefined));
    twice(() => diffComponents(components, states));
    twice(() => [...touchesOf(deployments, reports)]);
    twice(() =>
      attribute(
        changes,
        deepFreeze({
          deployments,
          touches: TOUCHES,
          loaded: new Map(),
          flowBodies: { baseline: new Map(), now: new Map() },
        }),
        deepFreeze({ everybody: false, named: [], deployments: [], loads: false, window: {} })
      )
    );
    twice(() =>
      judge(
        differences,
        deepFreeze(keptBy(plan, ['flow:B'])),
        deepFreeze([{ kind: 'rows' as const, name: 'Product2', severity: 'hole' as const, reason: 'x' }]),
        SNAPSHOT_AT,
        NAMES
      )
    );
  });
});
