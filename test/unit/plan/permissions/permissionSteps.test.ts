import { expect } from 'chai';
import type { AfterState } from '../../../../src/plan/attribution/afterState.js';
import { NO_CHOICE, type Choice } from '../../../../src/plan/choice/choice.js';
import type { Attribution, Touch } from '../../../../src/plan/attribution/attribution.js';
import type { Draft } from '../../../../src/plan/draft.js';
import { permissionSteps, type PermissionFacts } from '../../../../src/plan/permissions/permissionSteps.js';
import type { DraftStep } from '../../../../src/plan/rollbackPlan.js';
import type { PermissionChange } from '../../../../src/permissions/diffPermissions.js';
import { parentKeyText, permissionKeyText, type PermissionParent } from '../../../../src/permissions/permissionRow.js';
import { anAttribution } from '../../support/worlds.js';

const SALES: PermissionParent = { kind: 'PermissionSet', name: 'Sales' };
const DOV = '005000000000001AAA';
const CLEO = '005000000000002AAA';
const DURING = '2026-03-02T10:00:30.000Z';
const LATER = '2026-03-02T12:00:00.000Z';

const granted = (target: string, modifiedAt: string | undefined = DURING): PermissionChange => ({
  parent: SALES,
  kind: 'Field',
  target,
  baseline: [],
  now: ['Read'],
  ...(modifiedAt === undefined ? {} : { modifiedAt }),
});
const taken = (target: string): PermissionChange => ({
  parent: SALES,
  kind: 'Field',
  target,
  baseline: ['Read'],
  now: [],
});

const touch = (deploymentId: string, userId: string): Touch => ({
  deploymentId,
  userId,
  at: null,
  created: false,
  changed: true,
  deleted: false,
});

function facts(more: Partial<PermissionFacts> & { readonly lastModifiedAt?: string } = {}): PermissionFacts {
  const { lastModifiedAt = DURING, ...rest } = more;
  return {
    parentsBefore: new Set([parentKeyText(SALES)]),
    parentsNow: new Map([[parentKeyText(SALES), { ...SALES, managed: false, lastModifiedAt }]]),
    ownsFile: () => true,
    windows: new Map([
      ['0Af1', { from: '2026-03-02T10:00:00.000Z', to: '2026-03-02T10:01:00.500Z' }],
      ['0Af2', { from: '2026-03-02T12:00:00.000Z', to: '2026-03-02T12:00:00.000Z' }],
    ]),
    steps: [],
    created: new Set(),
    gone: new Set(),
    ...rest,
  };
}

function planned(
  changes: readonly PermissionChange[],
  at: PermissionFacts = facts(),
  more: {
    readonly touches?: readonly Touch[];
    readonly choice?: Partial<Choice>;
    readonly source?: Attribution['source'];
    readonly after?: AfterState;
  } = {}
): Draft {
  return permissionSteps(changes, at, {
    attribution: anAttribution({
      deployers: new Set([DOV]),
      source: more.source ?? 'deployments',
      ...(more.after ? { after: more.after } : {}),
      touches: new Map([['PermissionSet:Sales', more.touches ?? [touch('0Af1', DOV)]]]),
    }),
    choice: { ...NO_CHOICE, ...more.choice },
    names: new Map([[CLEO, 'cleo@brightcup.example']]),
  });
}

const steps = (draft: Draft): string[] =>
  draft.steps.map(
    ({ operation, target, detail }) =>
      `${operation} ${target} ${detail.kind === 'permissions' ? detail.rows.map((row) => row.target).join(' ') : ''}`
  );
const conflicts = (draft: Draft): string[] =>
  draft.conflicts.map(({ target, kind, changedBy }) => `${kind} ${target} ${changedBy ?? '-'}`);

const component = (operation: DraftStep['operation'], type: string, fullName: string): DraftStep => ({
  key: `metadata:${operation}:${type}:${fullName}`,
  lane: 'metadata',
  operation,
  fallbacks: [],
  target: `metadata:${type}:${fullName}`,
  count: 1,
  risk: 'lossless',
  reason: '',
  detail: { kind: 'component', type, fullName, expects: null, leaves: null },
});

describe('steps of the permission lane', () => {
  it('revoke what was granted and grant what was taken away, a step for each parent and direction', () => {
    expect(steps(planned([granted('Lead.A'), granted('Lead.B'), taken('Lead.C')]))).to.deep.equal([
      'revokePermission permission:Sales Lead.A Lead.B',
      'grantPermission permission:Sales Lead.C',
    ]);
  });

  describe('take back only what the deployment is proven to have done', () => {
    const cases: ReadonlyArray<
      readonly [string, PermissionChange, Parameters<typeof facts>[0], readonly Touch[], string]
    > = [
      ['a row that was changed while it ran', granted('Lead.A'), {}, [touch('0Af1', DOV)], 'ours'],
      ['a row that was changed later', granted('Lead.A', LATER), {}, [touch('0Af1', DOV)], 'unknownAuthor'],
      ['a row of a set that its report does not name', granted('Lead.A'), {}, [], 'unknownAuthor'],
      [
        'a row that a later deployment changed',
        granted('Lead.A', LATER),
        {},
        [touch('0Af1', DOV), touch('0Af2', CLEO)],
        'changedByOther',
      ],
      ['a row that is gone', taken('Lead.A'), {}, [touch('0Af1', DOV)], 'ours'],
      [
        'a row that is gone, of a set changed since',
        taken('Lead.A'),
        { lastModifiedAt: LATER },
        [touch('0Af1', DOV)],
        'unknownAuthor',
      ],
      [
        'a row that is gone, of a set that others deployed too',
        taken('Lead.A'),
        {},
        [touch('0Af1', DOV), touch('0Af2', CLEO)],
        'unknownAuthor',
      ],
    ];
    for (const [name, change, given, touches, expected] of cases)
      it(name, () => {
        const draft = planned([change], facts(given), { touches });
        expect(draft.conflicts.map(({ kind }) => kind)).to.deep.equal(expected === 'ours' ? [] : [expected]);
        expect(draft.steps).to.have.lengthOf(expected === 'ours' ? 1 : 0);
      });

    it('and what everybody did, or what is resolved', () => {
      expect(planned([granted('Lead.A', LATER)], facts(), { source: 'everybody' }).steps).to.have.lengthOf(1);
      const draft = planned([granted('Lead.A', LATER), granted('Lead.B', LATER)], facts(), {
        choice: { resolve: [{ selector: 'permission:Sales:Lead.A', decision: 'restore' }] },
      });
      expect(steps(draft)).to.deep.equal(['revokePermission permission:Sales Lead.A']);
      expect(conflicts(draft)).to.deep.equal([
        'unknownAuthor permission:Sales:Lead.A -',
        'unknownAuthor permission:Sales:Lead.B -',
      ]);
    });
  });

  it('go by a snapshot taken right after the deployment, where there is one: to the row, whatever its time is now', () => {
    const seen = (change: PermissionChange, grants: string[], modifiedAt?: string): string => {
      const permissions = new Map([[permissionKeyText(change), { grants, ...(modifiedAt ? { modifiedAt } : {}) }]]);
      const draft = planned([change], facts({ lastModifiedAt: LATER }), {
        touches: [],
        after: { permissions } as unknown as AfterState,
      });
      return draft.steps.length > 0 ? 'ours' : (draft.conflicts[0]?.kind ?? 'none');
    };
    expect(seen(granted('Lead.A', LATER), ['Read'])).to.equal('ours');
    expect(seen(taken('Lead.A'), [])).to.equal('ours');
    expect(seen(granted('Lead.A'), [])).to.equal('unknownAuthor');
    expect(seen(taken('Lead.A'), ['Read'])).to.equal('unknownAuthor');
    expect(seen({ ...granted('Lead.A'), now: ['Read', 'Edit'] }, ['Read'])).to.equal('unknownAuthor');
    // The time that the row bore then tells whether a deployment was running when it was changed.
    expect(seen(granted('Lead.A', LATER), ['Read'], DURING)).to.equal('ours');
    expect(seen(granted('Lead.A', LATER), ['Read'], '2026-03-02T11:00:00.000Z')).to.equal('unknownAuthor');
  });

  it('leave out what was asked to be left out', () => {
    const draft = planned([granted('Lead.A'), granted('Lead.B')], facts(), {
      choice: { exclude: ['permission:Sales:Lead.B'] },
    });
    expect(steps(draft)).to.deep.equal(['revokePermission permission:Sales Lead.A']);
    expect(draft.leftOut).to.deep.equal([{ target: 'permission:Sales:Lead.B', why: 'excluded by --exclude' }]);
  });

  it('leave to the deployment what comes and goes with a permission set of the plan', () => {
    const created = planned(
      [granted('Lead.A')],
      facts({ parentsBefore: new Set(), steps: [component('deleteComponent', 'PermissionSet', 'Sales')] })
    );
    expect(created).to.deep.equal({ steps: [], conflicts: [], manual: [], leftOut: [], findings: [] });
    const back = planned(
      [taken('Lead.A')],
      facts({ parentsNow: new Map(), steps: [component('recreateComponent', 'PermissionSet', 'Sales')] })
    );
    expect(back.steps).to.deep.equal([]);
  });

  it('keep the rows of a created set that stays, and of a deleted one that stays away, as one item each', () => {
    const stays = planned([granted('Lead.A'), granted('Lead.B')], facts({ parentsBefore: new Set() }));
    expect(stays.leftOut).to.deep.equal([{ target: 'permission:Sales', why: 'Sales was created since and stays' }]);
    const away = planned([taken('Lead.A')], facts({ parentsNow: new Map() }));
    expect(away.leftOut.map(({ target }) => target)).to.deep.equal(['permission:Sales']);
    const unknown = planned([taken('Lead.A')], facts({ parentsNow: new Map(), ownsFile: () => false }));
    expect(unknown.manual.map(({ target }) => target)).to.deep.equal(['permission:Sales:Lead.A']);
  });

  it('revoke first what a permission set grants on a field that goes, whoever granted it', () => {
    const draft = planned(
      [granted('Lead.A__c', LATER)],
      facts({
        created: new Set(['CustomField:Lead.A__c']),
        steps: [component('deleteComponent', 'CustomField', 'Lead.A__c')],
      })
    );
    const [step] = draft.steps;
    expect(step?.detail.kind === 'permissions' && step.detail.place).to.deep.equal({
      after: null,
      before: ['metadata:deleteComponent:CustomField:Lead.A__c'],
    });
    expect(draft.conflicts).to.deep.equal([]);
  });

  it('grant access to what comes back after it is back, and none to what stays away', () => {
    const gone = { gone: new Set(['CustomField:Lead.A__c']) };
    const draft = planned(
      [taken('Lead.A__c')],
      facts({ ...gone, steps: [component('recreateComponent', 'CustomField', 'Lead.A__c')] })
    );
    const [step] = draft.steps;
    expect(step?.detail.kind === 'permissions' && step.detail.place.after).to.equal(
      'metadata:recreateComponent:CustomField:Lead.A__c'
    );
    expect(planned([taken('Lead.A__c')], facts(gone)).leftOut).to.deep.equal([
      { target: 'permission:Sales:Lead.A__c', why: 'Lead.A__c was deleted since and stays deleted' },
    ]);
  });
});
