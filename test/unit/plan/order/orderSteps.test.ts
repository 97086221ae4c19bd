import { expect } from 'chai';
import fc from 'fast-check';
import { LANES } from '../../../../src/model/operation.js';
import { ORDER_RULES, orderSteps } from '../../../../src/plan/order/orderSteps.js';
import type { DraftStep } from '../../../../src/plan/rollbackPlan.js';
import { shuffled } from '../../support/arbitraries.js';
import { deepFreeze } from '../../support/deepFreeze.js';
import { componentStep, pointerStep, recordStep, versionStep } from '../../support/worlds.js';

/** Objects of which each may have to wait for those before it. */
const OBJECTS = ['Grand__c', 'Parent__c', 'Child__c'];

function order(steps: readonly DraftStep[]): string[] {
  return orderSteps(steps).map(({ step }) => step.key);
}

function waits(steps: readonly DraftStep[], key: string): string[] {
  return (orderSteps(steps).find(({ step }) => step.key === key)?.waitsFor ?? []).map((step) => step.key);
}

/** A whole rollback: pointers, versions, components and rows of three objects that wait for each other. */
const world = fc
  .record({
    links: fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })), { maxLength: 6 }),
    flows: fc.subarray(['A', 'B', 'C']),
    types: fc.subarray(['ValidationRule', 'CustomField', 'ApexClass', 'Layout', 'ApexTrigger']),
  })
  .map(({ links, flows, types }) => {
    const after = (at: number, operation: string): string[] =>
      links
        .filter(([child, parent]) => child === at && parent < child)
        .map(([, parent]) => `records:${operation}:${OBJECTS[parent] ?? ''}`);
    return [
      ...flows.flatMap((flow) => [pointerStep(flow), versionStep(flow, 3), versionStep(flow, 2)]),
      ...types.flatMap((type) => [
        componentStep(type, 'Old', 'restoreComponent'),
        componentStep(type, 'New', 'deleteComponent'),
      ]),
      ...OBJECTS.flatMap((object, at) => [
        { ...recordStep(object, 'undeleteRecords', []), after: after(at, 'undelete') },
        { ...recordStep(object, 'deleteRecords', []), after: after(at, 'undelete') },
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
        const ordered = orderSteps(steps);
        const place = new Map(ordered.map(({ step }, at) => [step.key, at]));
        expect([...place.keys()]).to.have.members(steps.map((step) => step.key));
        const edges = ORDER_RULES.flatMap((rule) => rule(steps, {})).filter(({ before, after }) => before !== after);
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
        expect(JSON.stringify(orderSteps(other))).to.equal(JSON.stringify(orderSteps(steps)));
      }),
      { numRuns: 80 }
    );
  });

  it('is the same for the same steps, and leaves them as they are', () => {
    fc.assert(
      fc.property(someSteps, ([steps]) => {
        const frozen = deepFreeze(steps);
        expect(orderSteps(frozen)).to.deep.equal(orderSteps(frozen));
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

  it('is empty for no steps', () => expect(orderSteps([])).to.deep.equal([]));
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

describe('record steps', () => {
  const rows = (object: string, ...after: string[]): DraftStep => ({
    ...recordStep(object, 'updateRecords', []),
    after: after.map((name) => `records:update:${name}`),
  });

  it('wait for the steps they name, as far as the plan has them', () => {
    const steps = [rows('A', 'C', 'Gone'), rows('B'), rows('C')];
    expect(order(steps)).to.deep.equal(['records:update:B', 'records:update:C', 'records:update:A']);
    expect(waits(steps, 'records:update:A')).to.deep.equal(['records:update:C']);
  });

  it('that wait for each other in a circle get an order all the same, and say which one was given up', () => {
    const steps = [rows('A', 'B'), rows('B', 'C'), rows('C', 'A'), rows('D', 'A')];
    expect(order(steps)).to.deep.equal(['A', 'C', 'B', 'D'].map((name) => `records:update:${name}`));
    expect(order([...steps].reverse())).to.deep.equal(order(steps));
    expect(orderSteps(steps).map(({ givenUp }) => givenUp.map(({ key }) => key))).to.deep.equal([
      ['records:update:B'],
      [],
      [],
      [],
    ]);
  });
});
