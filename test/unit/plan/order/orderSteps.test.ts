import type { Knowledge } from '../../../../src/records/knowledge.js';
import { PRESET_KNOWLEDGE } from '../../../../src/records/presets/presets.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { LANES } from '../../../../src/model/operation.js';
import type { OrderFacts } from '../../../../src/plan/order/orderRule.js';
import { ORDER_RULES, orderSteps } from '../../../../src/plan/order/orderSteps.js';
import type { DraftStep, RecordItem } from '../../../../src/plan/rollbackPlan.js';
import { shuffled } from '../../support/arbitraries.js';
import { deepFreeze } from '../../support/deepFreeze.js';
import { aField, aLookup, anObject } from '../../support/describes.js';
import { componentStep, pointerStep, recordIdOf, recordStep, versionStep } from '../../support/worlds.js';

const NO_FACTS: OrderFacts = { describes: new Map(), knowledge: PRESET_KNOWLEDGE };
const id = (object: number, n = 1): string => recordIdOf(`a0${object}`, n);

/** Objects of which each may point to those before it: a parent never points to its children. */
const OBJECTS = ['Grand__c', 'Parent__c', 'Child__c'];
const HIERARCHY: OrderFacts = {
  knowledge: PRESET_KNOWLEDGE,
  describes: new Map(
    OBJECTS.map((name, at) => [
      name,
      anObject(
        name,
        OBJECTS.slice(0, at).map((parent) => aLookup(`To${parent}`, parent, { cascadeDelete: true }))
      ),
    ])
  ),
};

function order(steps: readonly DraftStep[], facts = NO_FACTS): string[] {
  return orderSteps(steps, facts).map(({ step }) => step.key);
}

function waits(steps: readonly DraftStep[], key: string, facts = NO_FACTS): string[] {
  return (orderSteps(steps, facts).find(({ step }) => step.key === key)?.waitsFor ?? []).map((step) => step.key);
}

/** A whole rollback: pointers, versions, components and rows of three objects that point to each other's rows. */
const world = fc
  .record({
    links: fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }), fc.nat(3), fc.nat(3)), {
      maxLength: 10,
    }),
    flows: fc.subarray(['A', 'B', 'C']),
    types: fc.subarray(['ValidationRule', 'CustomField', 'ApexClass', 'Layout', 'ApexTrigger']),
  })
  .map(({ links, flows, types }) => {
    const items = (object: number, side: 'before' | 'after'): RecordItem[] =>
      [0, 1, 2, 3].map((n) => {
        const values = Object.fromEntries(
          links
            .filter(([child, parent, from]) => child === object && parent < child && from === n)
            .map(([, parent, , to]) => [`To${parent}`, id(parent, to)])
        );
        return side === 'before'
          ? { id: id(object, n), before: values, after: null }
          : { id: id(object, n), before: null, after: values };
      });
    return [
      ...flows.flatMap((flow) => [pointerStep(flow), versionStep(flow, 3), versionStep(flow, 2)]),
      ...types.flatMap((type) => [
        componentStep(type, 'Old', 'restoreComponent'),
        componentStep(type, 'New', 'deleteComponent'),
      ]),
      ...OBJECTS.flatMap((object, at) => [
        recordStep(object, 'undeleteRecords', items(at, 'after')),
        recordStep(
          object,
          'updateRecords',
          items(at, 'after').map((item) => ({ ...item, before: {} }))
        ),
        recordStep(object, 'deleteRecords', items(at, 'before')),
      ]),
    ];
  });

/** Some of its steps, twice, in two orders. */
const someSteps = world
  .chain((steps) => fc.subarray(steps))
  .chain((steps) => fc.tuple(fc.constant(steps), shuffled(steps)));

describe('the order of steps', () => {
  it('satisfies every edge of every rule, for any part of a rollback', () => {
    fc.assert(
      fc.property(someSteps, ([steps]) => {
        const ordered = orderSteps(steps, HIERARCHY);
        const place = new Map(ordered.map(({ step }, at) => [step.key, at]));
        expect([...place.keys()]).to.have.members(steps.map((step) => step.key));
        const edges = ORDER_RULES.flatMap((rule) => rule(steps, HIERARCHY)).filter(
          ({ before, after }) => before !== after
        );
        for (const { before, after } of edges)
          expect(place.get(before)).to.be.lessThan(place.get(after) as number, `${before} before ${after}`);
        for (const { step, waitsFor } of ordered) {
          const wanted = new Set(edges.filter(({ after }) => after === step.key).map(({ before }) => before));
          expect(waitsFor.map((other) => other.key)).to.have.members([...wanted]);
        }
      }),
      { numRuns: 80 }
    );
  });

  it('has the same bytes whatever order the steps come in', () => {
    fc.assert(
      fc.property(someSteps, ([steps, other]) => {
        expect(JSON.stringify(orderSteps(other, HIERARCHY))).to.equal(JSON.stringify(orderSteps(steps, HIERARCHY)));
      }),
      { numRuns: 80 }
    );
  });

  it('is the same for the same steps, and leaves them as they are', () => {
    fc.assert(
      fc.property(someSteps, ([steps]) => {
        const frozen = deepFreeze(steps);
        expect(orderSteps(frozen, deepFreeze(HIERARCHY))).to.deep.equal(orderSteps(frozen, HIERARCHY));
      }),
      { numRuns: 20 }
    );
  });

  it('goes by lane, operation and name where nothing asks otherwise', () => {
    const steps = [
      recordStep('A', 'updateRecords', []),
      recordStep('B', 'undeleteRecords', []),
      componentStep('Layout', 'B'),
      componentStep('Layout', 'A'),
      pointerStep('Z'),
      pointerStep('A', 'deactivateFlow'),
    ];
    expect(order(steps)).to.deep.equal([
      'flows:activateFlowVersion:Z',
      'flows:deactivateFlow:A',
      'metadata:restoreComponent:Layout:A',
      'metadata:restoreComponent:Layout:B',
      'records:undelete:B',
      'records:update:A',
    ]);
    expect(LANES).to.have.lengthOf(4);
  });

  it('is empty for no steps', () => expect(orderSteps([], NO_FACTS)).to.deep.equal([]));
});

describe('flow versions', () => {
  it('are deleted after the pointer of their flow moved, and only of theirs', () => {
    expect(waits([versionStep('A', 3), pointerStep('A'), pointerStep('B')], versionStep('A', 3).key)).to.deep.equal([
      pointerStep('A').key,
    ]);
  });

  it('are deleted before the created component they may use', () => {
    const steps = [
      componentStep('CustomField', 'Q.F__c', 'deleteComponent'),
      componentStep('CustomField', 'Q.G__c', 'restoreComponent'),
      versionStep('A', 3),
    ];
    expect(waits(steps, 'metadata:deleteComponent:CustomField:Q.F__c')).to.deep.equal([versionStep('A', 3).key]);
    expect(waits(steps, 'metadata:restoreComponent:CustomField:Q.G__c')).to.deep.equal([]);
  });
});

describe('records and metadata', () => {
  const rows = recordStep('Product2', 'updateRecords', []);
  const governs = (type: string, operation: 'restoreComponent' | 'deleteComponent' | 'recreateComponent'): boolean => {
    const component = componentStep(type, 'X', operation);
    return waits([rows, component], rows.key).includes(component.key);
  };

  for (const type of [
    'ValidationRule',
    'ApexTrigger',
    'WorkflowRule',
    'WorkflowFieldUpdate',
    'Workflow',
    'DuplicateRule',
    'MatchingRule',
  ]) {
    it(`wait until a ${type} is as before, also when it is taken away`, () => {
      expect([
        governs(type, 'restoreComponent'),
        governs(type, 'recreateComponent'),
        governs(type, 'deleteComponent'),
      ]).to.deep.equal([true, true, true]);
    });
  }
  for (const type of ['CustomField', 'CustomObject', 'RecordType', 'GlobalValueSet', 'StandardValueSet']) {
    it(`wait until a ${type} is as before, but not until a created one is gone`, () => {
      expect([
        governs(type, 'restoreComponent'),
        governs(type, 'recreateComponent'),
        governs(type, 'deleteComponent'),
      ]).to.deep.equal([true, true, false]);
    });
  }
  for (const type of ['ApexClass', 'Layout', 'PermissionSet']) {
    it(`do not wait for a ${type}, which has no say in what a record may hold`, () => {
      expect([governs(type, 'restoreComponent'), governs(type, 'deleteComponent')]).to.deep.equal([false, false]);
    });
  }
});

describe('rows that come back', () => {
  const describes = (more: Parameters<typeof aLookup>[2]): OrderFacts => ({
    knowledge: PRESET_KNOWLEDGE,
    describes: new Map([
      ['Rule__c', anObject('Rule__c', [aField('Name')])],
      ['Condition__c', anObject('Condition__c', [aLookup('Rule__c', 'Rule__c', more)])],
    ]),
  });
  const rule = recordStep('Rule__c', 'undeleteRecords', [{ id: id(1), before: null, after: {} }]);
  const condition = recordStep('Condition__c', 'undeleteRecords', [
    { id: id(2), before: null, after: { Rule__c: id(1) } },
  ]);

  for (const more of [{ cascadeDelete: true }, { nillable: false }]) {
    it(`come after their parent with ${JSON.stringify(more)}`, () =>
      expect(waits([condition, rule], condition.key, describes(more))).to.deep.equal([rule.key]));
  }

  it('come after what they could do without too, but do not depend on it', () => {
    for (const more of [{}, { restrictedDelete: true }]) {
      expect(order([condition, rule], describes(more))).to.deep.equal([rule.key, condition.key]);
      expect(waits([condition, rule], condition.key, describes(more))).to.deep.equal([]);
    }
  });

  describe('in a circle', () => {
    const circle = (knowledge: Partial<Knowledge>): OrderFacts => ({
      knowledge: { ...PRESET_KNOWLEDGE, ...knowledge },
      describes: new Map([
        ['Rule__c', anObject('Rule__c', [aLookup('Main__c', 'Condition__c')])],
        ['Condition__c', anObject('Condition__c', [aLookup('Rule__c', 'Rule__c')])],
      ]),
    });
    const withMain = recordStep('Rule__c', 'insertRecords', [{ id: id(1), before: null, after: { Main__c: id(2) } }]);
    const again = recordStep('Condition__c', 'insertRecords', [{ id: id(2), before: null, after: { Rule__c: id(1) } }]);

    it('come back in the order that its two-pass field leaves', () => {
      expect(order([again, withMain], circle({ twoPass: { Rule__c: ['Main__c'] } }))).to.deep.equal([
        withMain.key,
        again.key,
      ]);
      expect(order([again, withMain], circle({ twoPass: { Condition__c: ['Rule__c'] } }))).to.deep.equal([
        again.key,
        withMain.key,
      ]);
    });

    it('come back all the same where nobody named one', () =>
      expect(order([again, withMain], circle({}))).to.have.members([again.key, withMain.key]));
  });

  it('come after their parent also when either is inserted again', () => {
    const again = recordStep('Condition__c', 'insertRecords', [{ id: id(2), before: null, after: { Rule__c: id(1) } }]);
    const parentAgain = recordStep('Rule__c', 'insertRecords', [{ id: id(1), before: null, after: {} }]);
    expect(waits([again, rule], again.key, describes({ cascadeDelete: true }))).to.deep.equal([rule.key]);
    expect(waits([condition, parentAgain], condition.key, describes({ cascadeDelete: true }))).to.deep.equal([
      parentAgain.key,
    ]);
  });

  it('do not wait for rows of their own object', () => {
    const facts: OrderFacts = {
      knowledge: PRESET_KNOWLEDGE,
      describes: new Map([
        ['Rule__c', anObject('Rule__c', [aLookup('Parent__c', 'Rule__c', { cascadeDelete: true })])],
      ]),
    };
    expect(waits([rule], rule.key, facts)).to.deep.equal([]);
  });

  it('come before the updates that point to them, and before their own', () => {
    const pointing = recordStep('Other__c', 'updateRecords', [
      { id: id(3), before: { Rule__c: null }, after: { Rule__c: id(1) } },
    ]);
    const own = recordStep('Rule__c', 'updateRecords', [
      { id: id(1), before: { Name: 'new' }, after: { Name: 'old' } },
    ]);
    const unrelated = recordStep('Third__c', 'updateRecords', [
      { id: id(4), before: { Rule__c: id(1) }, after: { Rule__c: null } },
    ]);
    expect(waits([pointing, own, unrelated, rule], pointing.key)).to.deep.equal([rule.key]);
    expect(waits([pointing, own, unrelated, rule], own.key)).to.deep.equal([rule.key]);
    expect(waits([pointing, own, unrelated, rule], unrelated.key)).to.deep.equal([]);
  });
});

describe('rows that go', () => {
  const parent = recordStep('Rule__c', 'deleteRecords', [{ id: id(1), before: { Name: 'x' }, after: null }]);

  it('are let go first by the rows that point to them', () => {
    const letting = recordStep('Other__c', 'updateRecords', [
      { id: id(3), before: { Rule__c: id(1) }, after: { Rule__c: null } },
    ]);
    const other = recordStep('Third__c', 'updateRecords', [
      { id: id(4), before: { Rule__c: id(9) }, after: { Rule__c: id(1) } },
    ]);
    expect(waits([parent, letting, other], parent.key)).to.deep.equal([letting.key]);
    expect(order([parent, letting])).to.deep.equal([letting.key, parent.key]);
  });

  it('go children before parents', () => {
    const child = recordStep('A_Child__c', 'deleteRecords', [{ id: id(2), before: { Rule__c: id(1) }, after: null }]);
    const stranger = recordStep('B_Stranger__c', 'deleteRecords', [
      { id: id(5), before: { Rule__c: id(9) }, after: null },
    ]);
    const last = recordStep('Z_Child__c', 'deleteRecords', [{ id: id(6), before: { Rule__c: id(1) }, after: null }]);
    expect(waits([parent, child, stranger, last], parent.key)).to.deep.equal([child.key, last.key]);
    expect(order([parent, last])).to.deep.equal([last.key, parent.key]);
  });

  it('that point to each other, in a pair or a ring, still have an order, and one only', () => {
    const ring = (size: number): { steps: DraftStep[]; facts: OrderFacts } => {
      const names = Array.from({ length: size }, (_, at) => `Ring${at}__c`);
      return {
        steps: names.map((name, at) =>
          recordStep(name, 'deleteRecords', [{ id: id(at), before: { Next__c: id((at + 1) % size) }, after: null }])
        ),
        facts: {
          knowledge: PRESET_KNOWLEDGE,
          describes: new Map(
            names.map((name, at) => [name, anObject(name, [aLookup('Next__c', names[(at + 1) % size] as string)])])
          ),
        },
      };
    };
    for (const size of [2, 3, 5]) {
      const { steps, facts } = ring(size);
      expect(order(steps, facts)).to.have.members(steps.map((step) => step.key));
      expect(order([...steps].reverse(), facts)).to.deep.equal(order(steps, facts));
    }
  });

  it('that the org holds in a circle get an order all the same: a plan with a row that may be refused is worth more than none', () => {
    const held = (more: Parameters<typeof aLookup>[2]): OrderFacts => ({
      knowledge: PRESET_KNOWLEDGE,
      describes: new Map([
        ['One__c', anObject('One__c', [aLookup('Other__c', 'Two__c', more)])],
        ['Two__c', anObject('Two__c', [aLookup('Other__c', 'One__c', more)])],
      ]),
    });
    const steps = [
      recordStep('One__c', 'deleteRecords', [{ id: id(1), before: { Other__c: id(2) }, after: null }]),
      recordStep('Two__c', 'deleteRecords', [{ id: id(2), before: { Other__c: id(1) }, after: null }]),
    ];
    expect(order(steps, held({ restrictedDelete: true }))).to.have.lengthOf(2);
    expect(order([...steps].reverse(), held({ restrictedDelete: true }))).to.deep.equal(
      order(steps, held({ restrictedDelete: true }))
    );
    expect(order(steps, held({}))).to.have.lengthOf(2);
  });

  it('and hold a unique value go before the rows that get it back', () => {
    const facts: OrderFacts = {
      knowledge: PRESET_KNOWLEDGE,
      describes: new Map([
        ['Rule__c', anObject('Rule__c', [aField('Code__c', 'string', { unique: true }), aField('Name')])],
      ]),
    };
    const going = recordStep('Rule__c', 'deleteRecords', [
      { id: id(1), before: { Code__c: 'R-1', Name: 'same' }, after: null },
    ]);
    const getting = (after: Record<string, string>): DraftStep =>
      recordStep('Rule__c', 'updateRecords', [{ id: id(2), before: { Code__c: 'R-9', Name: 'x' }, after }]);
    expect(waits([getting({ Code__c: 'r-1' }), going], 'records:update:Rule__c', facts)).to.deep.equal([going.key]);
    expect(waits([getting({ Code__c: 'R-2', Name: 'same' }), going], 'records:update:Rule__c', facts)).to.deep.equal(
      []
    );
  });

  it('that point to rows of their own object are one step', () => {
    const self = recordStep('Rule__c', 'deleteRecords', [
      { id: id(1), before: { Parent__c: id(2) }, after: null },
      { id: id(2), before: { Parent__c: id(1) }, after: null },
    ]);
    expect(waits([self], self.key)).to.deep.equal([]);
  });
});
