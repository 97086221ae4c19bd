import { expect } from 'chai';
import type { ComponentChange } from '../../../../src/metadata/diffComponents.js';
import { digestOf } from '../../../../src/model/digest.js';
import type { ComponentFacts } from '../../../../src/plan/components/componentStep.js';
import { componentSteps } from '../../../../src/plan/components/componentSteps.js';
import type { Decisions, Draft } from '../../../../src/plan/draft.js';
import {
  BEFORE,
  COLLEAGUE,
  componentChange,
  decisions,
  DEPLOYED_AT,
  DEPLOYER,
  SNAPSHOT_AT,
  touch,
} from '../../support/worlds.js';

const FACTS: ComponentFacts = {
  snapshotId: 'S',
  snapshotAt: SNAPSHOT_AT,
  flowTexts: new Map(),
  filledRows: new Map(),
};

function plan(change: ComponentChange, how: Decisions = decisions(), facts: Partial<ComponentFacts> = {}): Draft {
  return componentSteps([change], { ...FACTS, ...facts }, how);
}

describe('the way back of a component', () => {
  it('overrides one that differs, expecting what is there and leaving what was', () => {
    const { steps, conflicts } = plan(componentChange('changed', 'ApexClass', 'Pricing'));
    expect(conflicts).to.deep.equal([]);
    expect(steps[0]).to.deep.include({
      lane: 'metadata',
      operation: 'restoreComponent',
      target: 'metadata:ApexClass:Pricing',
      risk: 'lossless',
      count: 1,
    });
    expect(steps[0]?.detail).to.deep.equal({
      kind: 'component',
      type: 'ApexClass',
      fullName: 'Pricing',
      expects: digestOf('now'),
      leaves: digestOf('before'),
    });
  });

  it('deletes one that was created', () => {
    const [step] = plan(componentChange('created', 'ApexClass', 'New')).steps;
    expect(step).to.include({ operation: 'deleteComponent', risk: 'lossless' });
    expect(step?.detail).to.include({ expects: digestOf('now'), leaves: null });
  });

  const deletedBy = (type: string, choice: Parameters<typeof decisions>[0] = {}, facts = {}): Draft =>
    plan(
      componentChange('deleted', type, 'X.Y__c'),
      decisions(choice, { touches: new Map([[`${type}:X.Y__c`, [touch(DEPLOYER, { deleted: true })]]]) }),
      facts
    );

  it('creates one again that was deleted', () => {
    expect(deletedBy('ApexClass').steps[0]).to.include({ operation: 'recreateComponent', risk: 'lossless' });
    expect(deletedBy('ApexClass').steps[0]?.detail).to.include({ expects: null, leaves: digestOf('before') });
  });

  it('leaves a deleted field or object to a person, who undeletes it in Setup with its data while it is there', () => {
    for (const type of ['CustomField', 'CustomObject'])
      for (const how of [{}, { onConflict: 'restore' as const }]) {
        const { steps, manual } = deletedBy(type, how);
        expect(steps).to.deep.equal([]);
        expect(manual[0]?.what)
          .to.include('until 2026-12-06')
          .and.to.include(`--resolve metadata:${type}:X.Y__c=restore`);
      }
  });

  it('creates a deleted field again when it is named, and says what of its data comes back', () => {
    const named = { resolve: [{ selector: 'metadata:CustomField:X.Y__c', decision: 'restore' as const }] };
    const [step] = deletedBy('CustomField', named).steps;
    expect(step).to.include({ operation: 'recreateComponent', risk: 'lossy' });
    expect(step?.reason).to.include('without its data');
    const counted = { filledRows: new Map([['X.Y__c', 7]]) };
    expect(deletedBy('CustomField', named, counted).steps[0]).to.include({ rowsAtStake: 7 });
    expect(deletedBy('CustomField', {}, counted).manual[0]?.what).to.include('its data (7 rows in the snapshot)');
    const saved = { ...counted, refillable: new Set(['X.Y__c']) };
    expect(deletedBy('CustomField', named, saved).steps[0]?.reason).to.include(
      'comes back empty, and 7 rows get what the snapshot holds'
    );
    expect(deletedBy('CustomField', {}, saved).manual[0]?.what).to.include('with what the snapshot holds of its data');
  });

  it('creates a deleted object again when it is named, and says what becomes of its rows', () => {
    const named = { resolve: [{ selector: 'metadata:CustomObject:X.Y__c', decision: 'restore' as const }] };
    const counted = { filledRows: new Map([['X.Y__c', 7]]) };
    expect(deletedBy('CustomObject', named, counted).steps[0]?.reason).to.include('without its data (7 rows');
    const saved = { ...counted, refillable: new Set(['X.Y__c']) };
    expect(deletedBy('CustomObject', named, saved).steps[0]?.reason).to.include(
      '7 rows of the snapshot are inserted again, under new Ids'
    );
    // They are at stake in the step that inserts them, once.
    expect(deletedBy('CustomObject', named, counted).steps[0]).to.include({ rowsAtStake: 7 });
    expect(deletedBy('CustomObject', named, saved).steps[0]).to.not.have.property('rowsAtStake');
  });

  it('that stood in a deleted object comes back with it, and is nothing to deploy while it does not', () => {
    const members = ['CustomField:T__c.A__c', 'ValidationRule:T__c.B'].map((key) => {
      const [type = '', fullName = ''] = key.split(':');
      return componentChange('deleted', type, fullName);
    });
    const changes = [componentChange('deleted', 'CustomObject', 'T__c'), ...members];
    const touches = new Map(
      changes.map(({ type, fullName }) => [`${type}:${fullName}`, [touch(DEPLOYER, { deleted: true })]])
    );
    const held = componentSteps(changes, FACTS, decisions({}, { touches }));
    expect([held.steps.length, held.manual.map(({ target }) => target)]).to.deep.equal([
      0,
      ['metadata:CustomObject:T__c'],
    ]);
    expect(held.leftOut.map(({ why }) => why)).to.deep.equal(
      members.map(() => 'it was deleted with T__c, and comes back with it')
    );
    const resolve = [{ selector: 'metadata:CustomObject:T__c', decision: 'restore' as const }];
    const back = componentSteps(changes, FACTS, decisions({ resolve }, { touches }));
    expect(back.steps.map(({ operation }) => operation)).to.deep.equal(changes.map(() => 'recreateComponent'));
    expect([back.manual, back.leftOut]).to.deep.equal([[], []]);
  });
});

describe('a component that somebody else changed', () => {
  for (const [kind, why] of [
    ['changed', 'changedByOther'],
    ['created', 'createdByOther'],
  ] as const) {
    it(`after it was ${kind} is kept and listed`, () => {
      const { steps, conflicts } = plan(componentChange(kind, 'ApexClass', 'A', COLLEAGUE));
      expect(steps).to.deep.equal([]);
      expect(conflicts[0]).to.include({
        target: 'metadata:ApexClass:A',
        kind: why,
        changedBy: 'cleo@example.com',
        changedAt: DEPLOYED_AT,
        decision: 'keep',
      });
    });
  }

  it('goes back when that is asked for, and is still listed', () => {
    for (const choice of [
      { onConflict: 'restore' as const },
      { resolve: [{ selector: 'metadata:ApexClass:A', decision: 'restore' as const }] },
    ]) {
      const { steps, conflicts } = plan(componentChange('changed', 'ApexClass', 'A', COLLEAGUE), decisions(choice));
      expect(steps[0]?.operation).to.equal('restoreComponent');
      expect(conflicts[0]?.decision).to.equal('restore');
    }
  });

  it('goes back without a word when everybody’s changes do', () => {
    const { steps, conflicts } = plan(
      componentChange('changed', 'ApexClass', 'A', COLLEAGUE),
      decisions({}, { source: 'everybody' })
    );
    expect(steps).to.have.lengthOf(1);
    expect(conflicts).to.deep.equal([]);
  });

  it('by a deletion that no deployment of the deployers shows is a conflict with an unknown author', () => {
    const gone = componentChange('deleted', 'ApexClass', 'A');
    const cases = [
      [],
      [touch(COLLEAGUE, { deleted: true })],
      [touch(DEPLOYER, { changed: true })],
      [touch(DEPLOYER, { deleted: true }), touch(COLLEAGUE, { created: true })],
    ];
    for (const touches of cases) {
      const { steps, conflicts } = plan(gone, decisions({}, { touches: new Map([['ApexClass:A', touches]]) }));
      expect(steps).to.deep.equal([]);
      expect(conflicts[0]).to.include({ kind: 'unknownAuthor', changedBy: null, decision: 'keep' });
    }
  });

  it('whose editor the org does not tell is a conflict with an unknown author', () => {
    const change = componentChange('changed', 'ApexClass', 'A');
    const { lastModifiedById, ...now } = change.now ?? ({} as never);
    void lastModifiedById;
    expect(plan({ ...change, now }).conflicts[0]?.kind).to.equal('unknownAuthor');
  });
});

describe('a created component', () => {
  const made = (by: string | undefined, editedBy: string | undefined): ComponentChange =>
    componentChange('created', 'ApexClass', 'New', DEPLOYER, {
      createdById: by,
      lastModifiedById: editedBy,
    });
  const resolved = (selector: string): Decisions => decisions({ resolve: [{ selector, decision: 'restore' }] });

  it('that a colleague made and a deployer edited stays, unless it is named exactly', () => {
    const change = made(COLLEAGUE, DEPLOYER);
    for (const how of [
      decisions(),
      decisions({ onConflict: 'restore' }),
      resolved('metadata:ApexClass'),
      resolved('metadata:ApexClass:*'),
    ]) {
      const { steps, conflicts } = plan(change, how);
      expect(steps).to.deep.equal([]);
      expect(conflicts[0]).to.include({ kind: 'createdByOther', changedBy: 'cleo@example.com', decision: 'keep' });
    }
    for (const selector of ['metadata:ApexClass:New', 'ApexClass:New']) {
      const { steps, conflicts } = plan(change, resolved(selector));
      expect(steps.map((step) => step.operation)).to.deep.equal(['deleteComponent']);
      expect(conflicts[0]?.decision).to.equal('restore');
    }
  });

  it('that a colleague edited since stays, unless that is asked for', () => {
    const change = made(DEPLOYER, COLLEAGUE);
    const { steps, conflicts } = plan(change);
    expect(steps).to.deep.equal([]);
    expect(conflicts[0]).to.include({ kind: 'editedSince', changedBy: 'cleo@example.com', decision: 'keep' });
    expect(plan(change, decisions({ onConflict: 'restore' })).steps).to.have.lengthOf(1);
    const deployed = { touches: new Map([['ApexClass:New', [touch(DEPLOYER, { created: true })]]]) };
    expect(plan(change, decisions({}, deployed)).conflicts[0]?.kind).to.equal('editedSince');
  });

  it('that a deployment of a deployer made goes, whoever the org names as its creator', () => {
    const deployed = (by: string): Decisions =>
      decisions({}, { touches: new Map([['ApexClass:New', [touch(by, { created: true })]]]) });
    expect(plan(made(undefined, DEPLOYER), deployed(DEPLOYER)).steps).to.have.lengthOf(1);
    expect(plan(made(COLLEAGUE, DEPLOYER), deployed(COLLEAGUE)).conflicts[0]?.kind).to.equal('createdByOther');
  });

  it('whose creator nobody knows stays', () => {
    const { steps, conflicts } = plan(made(undefined, DEPLOYER));
    expect(steps).to.deep.equal([]);
    expect(conflicts[0]).to.include({ kind: 'unknownAuthor', decision: 'keep' });
  });

  it('is left to a person when nothing proves that it is new', () => {
    for (const more of [{ createdAt: BEFORE }, { createdAt: undefined }] as Array<{ createdAt: string }>) {
      const { steps, manual } = plan(componentChange('created', 'ApexClass', 'Old', DEPLOYER, more));
      expect(steps).to.deep.equal([]);
      expect(manual[0]?.target).to.equal('metadata:ApexClass:Old');
      expect(manual[0]?.what).to.match(/^notProvenCreated/);
    }
  });

  it('is proven new by its creation date, from the snapshot on', () => {
    expect(
      plan(componentChange('created', 'ApexClass', 'New', DEPLOYER, { createdAt: SNAPSHOT_AT })).steps
    ).to.have.lengthOf(1);
    expect(
      plan(componentChange('created', 'ApexClass', 'New', DEPLOYER, { createdAt: '2026-11-21T05:29:59.999Z' })).steps
    ).to.have.lengthOf(0);
    expect(
      plan(componentChange('created', 'ApexClass', 'New', DEPLOYER, { createdAt: '2026-11-21T06:30:00.000+0100' }))
        .steps
    ).to.have.lengthOf(1);
  });

  it('is proven new by a deployment that says so', () => {
    const old = componentChange('created', 'ApexClass', 'New', DEPLOYER, { createdAt: BEFORE });
    expect(
      plan(old, decisions({}, { touches: new Map([['ApexClass:New', [touch(DEPLOYER, { created: true })]]]) })).steps
    ).to.have.lengthOf(1);
    expect(
      plan(old, decisions({}, { touches: new Map([['ApexClass:New', [touch(DEPLOYER, { changed: true })]]]) })).steps
    ).to.have.lengthOf(0);
  });

  it('of a type that no API deletes is switched off where its type can be, which is lossy and says what stays', () => {
    const change = componentChange('created', 'RecordType', 'Account.Trade');
    const { steps, manual } = plan(change, decisions(), { off: new Map([['RecordType:Account.Trade', 'off']]) });
    expect(manual).to.deep.equal([]);
    expect(steps[0]).to.include({ operation: 'deactivateComponent', risk: 'lossy' });
    expect(steps[0]?.detail).to.include({ expects: digestOf('now'), leaves: 'off' });
    expect(steps[0]?.reason).to.include('stays, switched off').and.to.include('Setup');
  });

  it('that is switched off already is left as it is, and said', () => {
    const change = componentChange('created', 'RecordType', 'Account.Trade');
    const off = new Map([['RecordType:Account.Trade', digestOf('now')]]);
    const { steps, leftOut } = plan(change, decisions(), { off });
    expect(steps).to.deep.equal([]);
    expect(leftOut[0]?.why).to.include('it is switched off');
  });

  it('of a type that no API deletes nor switches off is left to a person, who is told what to do', () => {
    const { steps, manual } = plan(componentChange('created', 'Profile', 'Partner'));
    expect(steps).to.deep.equal([]);
    expect(manual[0]?.what).to.match(/^Profile cannot be deleted through the API\. Delete a custom profile in Setup/);
  });

  it('that a staying flow version uses stays, naming the versions', () => {
    const flowTexts = new Map([
      ['Pricing-4', '<field>Discount__c</field>'],
      ['Approval-2', '<elementReference>$Record.Discount__c</elementReference>'],
      ['Other-1', '<field>My_Discount__c</field><field>Discount__cX</field>'],
    ]);
    const { steps, manual } = plan(componentChange('created', 'CustomField', 'Quote.Discount__c'), decisions(), {
      flowTexts,
    });
    expect(steps).to.deep.equal([]);
    expect(manual[0]?.what).to.include('flow version Approval-2, Pricing-4 uses it').and.to.include('--delete-flows');
  });

  it('that only resembles a name in a flow goes', () => {
    const flowTexts = new Map([
      ['Other-1', '<field>My_Discount__c</field><field>Discount__cX</field><field>DiscountX_c</field>'],
    ]);
    expect(
      plan(componentChange('created', 'CustomField', 'Quote.Discount__c'), decisions(), { flowTexts }).steps
    ).to.have.lengthOf(1);
    expect(
      plan(componentChange('created', 'ApexClass', 'A.B+C'), decisions(), {
        flowTexts: new Map([['F-1', '<x>BBC</x>']]),
      }).steps
    ).to.have.lengthOf(1);
  });

  it('that is an object loses its rows, with their number', () => {
    const object = componentChange('created', 'CustomObject', 'Trip__c');
    const holding = (rows: number): Draft => plan(object, decisions(), { filledRows: new Map([['Trip__c', rows]]) });
    expect(holding(0).steps[0]).to.include({ risk: 'lossless' });
    expect(holding(3).steps[0]).to.include({ risk: 'lossy' });
    expect(holding(3).steps[0]?.reason).to.include('3 rows');
  });

  it('that is a field loses what rows hold in it, with their number', () => {
    const field = componentChange('created', 'CustomField', 'Quote.Discount__c');
    const filled = (rows: number | undefined): Draft =>
      plan(field, decisions(), { filledRows: new Map(rows === undefined ? [] : [['Quote.Discount__c', rows]]) });
    expect(filled(0).steps[0]).to.include({ risk: 'lossless' });
    expect(filled(12).steps[0]).to.include({ risk: 'lossy' });
    expect(filled(12).steps[0]?.reason).to.include('12 rows');
    expect(filled(undefined).steps[0]).to.include({ risk: 'lossy' });
    expect(filled(undefined).steps[0]?.reason).to.include('could not be counted, and is saved first');
    const [hidden] = plan(field, decisions(), { unseen: new Set(['Quote.Discount__c']) }).steps;
    expect(hidden).to.include({ risk: 'lossy' });
    expect(hidden?.reason).to.include('this user does not see it').and.to.include('neither counted nor saved');
    expect(hidden?.detail).to.include({ unsaved: true });
  });
});

describe('what a person leaves out of the metadata lane', () => {
  it('makes no step and no conflict, and is listed as left out', () => {
    const draft = componentSteps(
      [
        componentChange('changed', 'ApexClass', 'A'),
        componentChange('changed', 'ApexClass', 'B', COLLEAGUE),
        componentChange('changed', 'Layout', 'C'),
      ],
      FACTS,
      decisions({ only: ['metadata:ApexClass'], exclude: ['metadata:ApexClass:B'] })
    );
    expect(draft.steps.map((step) => step.target)).to.deep.equal(['metadata:ApexClass:A']);
    expect(draft.conflicts).to.deep.equal([]);
    expect(draft.leftOut).to.deep.equal([
      { target: 'metadata:ApexClass:B', why: 'excluded by --exclude' },
      { target: 'metadata:Layout:C', why: 'not among --only' },
    ]);
  });
});
