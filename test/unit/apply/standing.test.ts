import { expect } from 'chai';
import fc from 'fast-check';
import { standingOfComponent } from '../../../src/apply/components/componentStanding.js';
import { standingOfFlow } from '../../../src/apply/flows/flowStanding.js';
import { standingOfRow, type RowContext } from '../../../src/apply/records/rowStanding.js';
import type { RowState } from '../../../src/apply/records/readRows.js';
import type { FlowEntry } from '../../../src/flow/flowVersion.js';
import { digestOf } from '../../../src/model/digest.js';
import type { RecordItem, Step } from '../../../src/plan/rollbackPlan.js';
import type { ValueRow } from '../../../src/records/fieldValue.js';
import {
  aFlow,
  aState,
  componentStep,
  planned,
  pointerStep,
  recordIdOf,
  recordStep,
  versionStep,
} from '../support/worlds.js';

const ID = recordIdOf('01t', 1);
const live = (values: ValueRow): RowState => ({
  deleted: false,
  values: { Id: ID, LastModifiedDate: 'whenever', ...values },
});
const binned = (values: ValueRow = {}): RowState => ({ deleted: true, values: { Id: ID, ...values } });
const inPlan = (more: Partial<RowContext> = {}): RowContext => ({
  returning: new Set(),
  refilled: new Set<string>(),
  insertable: false,
  elsewhere: new Set(),
  ...more,
});
const NONE = inPlan();
const BACK = inPlan({ returning: new Set([ID]) });

describe('how a row stands that is to be updated', () => {
  const item: RecordItem = { id: ID, before: { Name: 'new', Price__c: '2' }, after: { Name: 'old', Price__c: null } };
  const stands = (row: RowState | undefined, context = NONE): string => standingOfRow(item, row, context);

  it('is as planned when it has the planned values', () =>
    expect(stands(live({ Name: 'new', Price__c: '2' }))).to.equal('asPlanned'));
  it('is as planned when part of it has the target values already', () =>
    expect(stands(live({ Name: 'old', Price__c: '2' }))).to.equal('asPlanned'));
  it('is already restored when it has all target values', () =>
    expect(stands(live({ Name: 'old', Price__c: null }))).to.equal('alreadyRestored'));
  it('moved when any field has a third value', () => {
    expect(stands(live({ Name: 'third', Price__c: '2' }))).to.equal('moved');
    expect(stands(live({ Name: 'old', Price__c: '3' }))).to.equal('moved');
    expect(stands(live({ Name: null, Price__c: null }))).to.equal('moved');
  });
  it('does not mind other fields and stamps', () =>
    expect(stands(live({ Name: 'new', Price__c: '2', Other__c: 'edited', LastModifiedDate: 'later' }))).to.equal(
      'asPlanned'
    ));
  it('moved when a field can no longer be read', () => expect(stands(live({ Name: 'new' }))).to.equal('moved'));
  it('moved when it was deleted or is gone', () => {
    expect(stands(binned({ Name: 'new', Price__c: '2' }))).to.equal('moved');
    expect(stands(undefined)).to.equal('moved');
  });
  it('is as planned when it is deleted or gone and another step brings it back first', () => {
    expect(stands(binned(), BACK)).to.equal('asPlanned');
    expect(stands(undefined, BACK)).to.equal('asPlanned');
    expect(stands(undefined, inPlan({ returning: new Set([recordIdOf('01t', 2)]) }))).to.equal('moved');
  });
  it('is as planned with a value that the plan itself, or the org because of it, puts in between', () => {
    const detour: RecordItem = { ...item, also: { Name: 'parked', Price__c: null } };
    expect(standingOfRow(detour, live({ Name: 'parked', Price__c: '2' }), NONE)).to.equal('asPlanned');
    expect(standingOfRow(detour, live({ Name: 'third', Price__c: '2' }), NONE)).to.equal('moved');
    expect(stands(live({ Name: 'parked', Price__c: '2' }))).to.equal('moved');
  });
  it('moved with a third value also in a field that another step writes', () => {
    expect(stands(live({ Name: 'third', Price__c: '2' }), inPlan({ elsewhere: new Set(['Name']) }))).to.equal('moved');
  });
});

describe('how a row stands that is to be deleted', () => {
  const item: RecordItem = { id: ID, before: { Name: 'x', Price__c: null }, after: null };
  const stands = (row: RowState | undefined): string => standingOfRow(item, row, NONE);

  it('is as planned while nobody touched it', () =>
    expect(stands(live({ Name: 'x', Price__c: null }))).to.equal('asPlanned'));
  it('moved when somebody works with it', () => expect(stands(live({ Name: 'y', Price__c: null }))).to.equal('moved'));
  it('is already restored when it is deleted or gone', () => {
    expect(stands(binned({ Name: 'y' }))).to.equal('alreadyRestored');
    expect(stands(undefined)).to.equal('alreadyRestored');
  });
});

describe('how a row stands that is to be deleted after another step changed it', () => {
  const item: RecordItem = { id: ID, before: { Name: 'x', Rule__c: 'r' }, after: null, also: { Rule__c: null } };

  it('is as planned with the values that step writes, and with those in between', () => {
    expect(standingOfRow(item, live({ Name: 'x', Rule__c: null }), NONE)).to.equal('asPlanned');
    expect(standingOfRow(item, live({ Name: 'y', Rule__c: 'r' }), inPlan({ elsewhere: new Set(['Name']) }))).to.equal(
      'asPlanned'
    );
    expect(standingOfRow(item, live({ Name: 'y', Rule__c: 'r' }), NONE)).to.equal('moved');
    expect(standingOfRow(item, live({ Name: 'x', Rule__c: 'other' }), NONE)).to.equal('moved');
  });
});

describe('how a row stands that is to come back', () => {
  const item: RecordItem = { id: ID, before: null, after: { Name: 'x' } };
  const stands = (row: RowState | undefined, context = NONE): string => standingOfRow(item, row, context);

  it('is as planned in the recycle bin', () => expect(stands(binned({ Name: 'whatever' }))).to.equal('asPlanned'));
  it('moved when the recycle bin no longer has it, unless it can be inserted again', () => {
    expect(stands(undefined)).to.equal('moved');
    expect(stands(undefined, inPlan({ insertable: true }))).to.equal('asPlanned');
  });
  it('is already restored when what differs is what another step writes', () => {
    expect(stands(live({ Name: 'y' }), inPlan({ elsewhere: new Set(['Name']) }))).to.equal('alreadyRestored');
  });
  it('is already restored when it is back with its values', () =>
    expect(stands(live({ Name: 'x' }))).to.equal('alreadyRestored'));
  it('moved when it is back with others', () => expect(stands(live({ Name: 'y' }))).to.equal('moved'));
});

describe('how any row stands', () => {
  const value = fc.constantFrom('a', 'b', 'c', null);
  const values = fc.record({ Name: value, Price__c: value });

  it('does not depend on stamps or on fields the plan does not name', () => {
    const item = fc
      .record({
        id: fc.constant(ID as string),
        before: fc.option(values, { nil: null }),
        after: fc.option(values, { nil: null }),
      })
      .filter(({ before, after }) => before !== null || after !== null);
    fc.assert(
      fc.property(item, values, fc.boolean(), (planned_, now, deleted) => {
        const standing = standingOfRow(planned_, { deleted, values: now }, NONE);
        expect(
          standingOfRow(planned_, { deleted, values: { ...now, Other__c: 'x', SystemModstamp: 'later' } }, NONE)
        ).to.equal(standing);
      })
    );
  });

  it('is already restored after its write, and as planned before, for every update', () => {
    fc.assert(
      fc.property(values, values, (before, after) => {
        fc.pre(JSON.stringify(before) !== JSON.stringify(after));
        const item: RecordItem = { id: ID, before, after };
        expect(standingOfRow(item, live(before), NONE)).to.equal('asPlanned');
        expect(standingOfRow(item, live(after), NONE)).to.equal('alreadyRestored');
      })
    );
  });
});

describe('how a flow stands', () => {
  const standing = (step: Step, flows: readonly FlowEntry[], bodies: Readonly<Record<string, string>> = {}): string =>
    standingOfFlow(step, flows, new Map(Object.entries(bodies)));
  const flip = planned(pointerStep('A', 'activateFlowVersion', 2, 1), 's001');
  const off = planned(pointerStep('A', 'deactivateFlow', 2, null), 's001');
  const redeploy = planned(pointerStep('A', 'redeployFlow', 2, 1), 's001');

  it('is as planned, already restored, or moved, by the version that runs', () => {
    expect(standing(flip, [aFlow('A', 2, 3)])).to.equal('asPlanned');
    expect(standing(flip, [aFlow('A', 1, 3)])).to.equal('alreadyRestored');
    expect(standing(flip, [aFlow('A', 3, 3)])).to.equal('moved');
    expect(standing(flip, [aFlow('A', null, 3)])).to.equal('moved');
    expect(standing(flip, [aFlow('B', 2, 3)])).to.equal('moved');
  });

  it('is already restored when it should be off and is', () => {
    expect(standing(off, [aFlow('A', null, 3)])).to.equal('alreadyRestored');
    expect(standing(off, [aFlow('A', 2, 3)])).to.equal('asPlanned');
    expect(standing(off, [aFlow('A', 3, 3)])).to.equal('moved');
  });

  it('is not taken for restored by the number alone when its body is to be redeployed', () => {
    const edited = planned(pointerStep('A', 'redeployFlow', 1, 1), 's001');
    expect(standing(edited, [aFlow('A', 1, 1)])).to.equal('asPlanned');
    expect(standing(redeploy, [aFlow('A', 2, 2)])).to.equal('asPlanned');
    expect(standing(redeploy, [aFlow('A', 1, 2)])).to.equal('moved');
  });

  it('is already restored when the old body runs under whatever number', () => {
    const step = planned(
      {
        ...pointerStep('A'),
        operation: 'redeployFlow',
        detail: { kind: 'flow', flow: 'A', definitionId: null, from: 2, to: 1, bodyDigest: 'old' },
      },
      's001'
    );
    expect(standing(step, [aFlow('A', 3, 3)], { 'A-3': 'old' })).to.equal('alreadyRestored');
    expect(standing(step, [aFlow('A', 3, 3)], { 'A-3': 'other', 'A-2': 'old' })).to.equal('moved');
    expect(standing(step, [aFlow('A', 2, 3)], { 'A-2': 'bad' })).to.equal('asPlanned');
    expect(standing(step, [aFlow('A', null, 3)], { 'A-3': 'old' })).to.equal('moved');
  });

  it('is as planned while it is off only to make room, and moved where somebody else switched it off', () => {
    const { detail } = redeploy;
    if (detail.kind !== 'flow') throw new Error('not a flow');
    const full: Step = { ...redeploy, detail: { ...detail, needsSlot: true } };
    const off = [aFlow('A', null, 3)];
    const bodies = new Map<string, string>();
    expect(standingOfFlow(full, off, bodies, true)).to.equal('asPlanned');
    expect(standingOfFlow(full, off, bodies, false)).to.equal('moved');
    expect(standingOfFlow(full, [aFlow('A', 3, 3)], bodies, true)).to.equal('moved');
    expect(standingOfFlow(redeploy, off, bodies, true)).to.equal('moved');
  });

  it('has its bad version still, or no more', () => {
    const step = planned(versionStep('A', 3), 's001');
    expect(standing(step, [aFlow('A', 1, 3)])).to.equal('asPlanned');
    expect(standing(step, [aFlow('A', 1, 2)])).to.equal('alreadyRestored');
    expect(standing(step, [])).to.equal('alreadyRestored');
  });

  it('is not asked about steps of other lanes', () =>
    expect(standing(planned(recordStep('Product2', 'updateRecords', []), 's001'), [])).to.equal('asPlanned'));
});

describe('how a component stands', () => {
  const states = (content?: string): Map<string, ReturnType<typeof aState>> =>
    new Map(content === undefined ? [] : [['ApexClass:A', aState('ApexClass', 'A', content)]]);

  it('is as planned, already restored, or moved, by its content', () => {
    const step = planned(componentStep('ApexClass', 'A'), 's001');
    expect(standingOfComponent(step, states('now'))).to.equal('asPlanned');
    expect(standingOfComponent(step, states('before'))).to.equal('alreadyRestored');
    expect(standingOfComponent(step, states('third'))).to.equal('moved');
    expect(standingOfComponent(step, states())).to.equal('moved');
  });

  it('is already restored when it should be gone and is', () => {
    const step = planned(componentStep('ApexClass', 'A', 'deleteComponent'), 's001');
    expect(standingOfComponent(step, states())).to.equal('alreadyRestored');
    expect(standingOfComponent(step, states('now'))).to.equal('asPlanned');
    expect(standingOfComponent(step, states('third'))).to.equal('moved');
  });

  it('is as planned when it should come back and is not there', () => {
    const step = planned(
      {
        ...componentStep('ApexClass', 'A', 'recreateComponent'),
        detail: { kind: 'component', type: 'ApexClass', fullName: 'A', expects: null, leaves: digestOf('before') },
      },
      's001'
    );
    expect(standingOfComponent(step, states())).to.equal('asPlanned');
    expect(standingOfComponent(step, states('before'))).to.equal('alreadyRestored');
    expect(standingOfComponent(step, states('third'))).to.equal('moved');
  });

  it('is not asked about steps of other lanes', () =>
    expect(standingOfComponent(planned(pointerStep('A'), 's001'), new Map())).to.equal('asPlanned'));
});
