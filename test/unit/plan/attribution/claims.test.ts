import { expect } from 'chai';
import type { AfterState } from '../../../../src/plan/attribution/afterState.js';
import type { Attribution, Touch } from '../../../../src/plan/attribution/attribution.js';
import {
  claimComponent,
  claimCreated,
  claimDeleted,
  claimFields,
  claimFlow,
  claimInserted,
  isClaimant,
  type Claim,
} from '../../../../src/plan/attribution/claims.js';
import type { LoadTouch } from '../../../../src/plan/attribution/loadedRows.js';
import {
  aFlow,
  anAttribution,
  aState,
  BEFORE,
  COLLEAGUE,
  componentChange,
  deleted,
  DEPLOYED_AT,
  DEPLOYER,
  flowBefore,
  flowChange,
  inserted,
  LATER,
  recordIdOf,
  SNAPSHOT_AT,
  touch,
  updated,
} from '../../support/worlds.js';

const ROW = recordIdOf('01t', 1);
const KEY = 'ApexClass:A';
const OTHER = '0Af000000000002AAA';

/** `ours`, or why it stays and who is behind it. */
const said = (claim: Claim | undefined): string =>
  claim === undefined ? 'nothing' : claim.ours ? 'ours' : `${claim.kind} ${claim.author.userId ?? 'nobody'}`;

function after(more: Partial<AfterState>): { after: AfterState } {
  return {
    after: {
      snapshotId: 'S2',
      startedAt: DEPLOYED_AT,
      finishedAt: DEPLOYED_AT,
      flows: new Map(),
      flowBodies: new Map(),
      components: new Map(),
      permissions: new Map(),
      objects: new Set(['Product2']),
      rows: new Map(),
      ...more,
    },
  };
}

function load(more: Partial<LoadTouch> = {}): LoadTouch {
  return {
    jobId: '750000000000001AAA',
    userId: DEPLOYER,
    from: DEPLOYED_AT,
    to: DEPLOYED_AT,
    did: 'updated',
    fields: new Map([['Name', 'now']]),
    ...more,
  };
}

describe('who counts', () => {
  it('is a deployer within the window, or everybody within it', () => {
    const window = { since: SNAPSHOT_AT, until: DEPLOYED_AT };
    const claimant = (userId: string | undefined, at: string | undefined, more: Partial<Attribution> = {}): boolean =>
      isClaimant({ userId, at }, anAttribution({ window, ...more }));
    expect(claimant(DEPLOYER, DEPLOYED_AT)).to.equal(true);
    expect(claimant(DEPLOYER, LATER)).to.equal(false);
    expect(claimant(DEPLOYER, undefined)).to.equal(false);
    expect(claimant(COLLEAGUE, DEPLOYED_AT)).to.equal(false);
    expect(claimant(COLLEAGUE, DEPLOYED_AT, { source: 'everybody' })).to.equal(true);
    expect(claimant(COLLEAGUE, LATER, { source: 'everybody' })).to.equal(false);
    expect(isClaimant({ userId: DEPLOYER, at: undefined }, anAttribution())).to.equal(true);
  });
});

describe('whose a field of a row is', () => {
  const fields = (more: Partial<Attribution>, by = DEPLOYER, value = 'now'): string =>
    said(claimFields(updated('Product2', ROW, { Name: ['before', value] }, by), anAttribution(more)).get('Name'));
  const then = (Name: string | null, by = DEPLOYER): Partial<Attribution> =>
    after({ rows: new Map([[ROW, { Id: ROW, Name, LastModifiedById: by, LastModifiedDate: DEPLOYED_AT }]]) });

  it('is known by the last editor of the row where nothing else is', () => {
    expect(fields({})).to.equal('ours');
    expect(fields({}, COLLEAGUE)).to.equal(`changedByOther ${COLLEAGUE}`);
    expect(fields({ window: { until: SNAPSHOT_AT } })).to.equal(`outsideWindow ${DEPLOYER}`);
  });

  it('is known by the following snapshot, whoever saved the row last', () => {
    expect(fields(then('now'), COLLEAGUE), 'as the deployment left it').to.equal('ours');
    expect(fields(then('before'), DEPLOYER), 'only later').to.equal(`changedLater ${DEPLOYER}`);
    expect(fields(then('between'), COLLEAGUE), 'again').to.equal(`editedSince ${COLLEAGUE}`);
    expect(fields(then('now', COLLEAGUE)), 'by a colleague meanwhile').to.equal(`changedByOther ${COLLEAGUE}`);
    expect(fields(after({ rows: new Map([[ROW, null]]) })), 'it was gone then').to.equal(`editedSince ${DEPLOYER}`);
    expect(fields(after({})), 'it tells nothing of this row').to.equal('ours');
  });

  it('is known by the columns of a load, and by who saved the row after it', () => {
    const items = { source: 'items' as const, deployers: new Set<string>() };
    const by = (touches: readonly LoadTouch[], editor: string, value = 'now'): string =>
      fields({ ...items, loaded: new Map([[ROW, touches]]) }, editor, value);
    expect(by([load()], DEPLOYER)).to.equal('ours');
    expect(by([load({ to: SNAPSHOT_AT })], COLLEAGUE), 'the value is still that of the load').to.equal('ours');
    expect(by([load({ to: SNAPSHOT_AT })], COLLEAGUE, 'hers')).to.equal(`editedSince ${COLLEAGUE}`);
    const automation = load({ fields: new Map([['Family', 'x']]) });
    expect(by([automation], DEPLOYER), 'set by automation as the load was saved').to.equal('ours');
    const another = load({ to: SNAPSHOT_AT, fields: new Map([['Family', 'x']]) });
    expect(by([another], COLLEAGUE), 'a column it did not have').to.equal(`changedByOther ${COLLEAGUE}`);
  });
});

describe('whose a row is that came or went', () => {
  const came = (more: Partial<Attribution>, editor = DEPLOYER, creator = DEPLOYER): [boolean, string] => {
    const { made, claim } = claimInserted(
      inserted('Product2', ROW, { Name: 'x' }, editor, creator),
      anAttribution(more)
    );
    return [made, said(claim)];
  };
  const went = (more: Partial<Attribution>, editor: string | null = DEPLOYER): string =>
    said(claimDeleted(deleted('Product2', ROW, { Name: 'x' }, editor), anAttribution(more)));

  it('goes if a deployer made it and nobody edited it since; one that a colleague edited goes only when asked', () => {
    expect(came({})).to.deep.equal([true, 'ours']);
    expect(came({}, COLLEAGUE)).to.deep.equal([true, `editedSince ${COLLEAGUE}`]);
    expect(came({}, COLLEAGUE, COLLEAGUE)).to.deep.equal([false, `createdByOther ${COLLEAGUE}`]);
    expect(came(after({ rows: new Map([[ROW, null]]) }))).to.deep.equal([false, `createdLater ${DEPLOYER}`]);
  });

  it('a row that a load inserted goes, also where the user was not named', () => {
    const items = { source: 'items' as const, deployers: new Set<string>() };
    const loaded = new Map([[ROW, [load({ did: 'created' as const })]]]);
    expect(came({ ...items, loaded })).to.deep.equal([true, 'ours']);
    expect(came(items)).to.deep.equal([false, `createdByOther ${DEPLOYER}`]);
  });

  it('a deleted row comes back by who deleted it; one that is gone for good only where nobody else was at work', () => {
    expect(went({})).to.equal('ours');
    expect(went({}, COLLEAGUE)).to.equal(`deletedByOther ${COLLEAGUE}`);
    expect(went({}, null)).to.equal('unknownAuthor nobody');
    expect(went({ alone: true }, null)).to.equal('ours');
    expect(went(after({ rows: new Map([[ROW, { Id: ROW }]]) }))).to.equal(`deletedLater ${DEPLOYER}`);
    const loaded = new Map([[ROW, [load({ did: 'deleted' as const })]]]);
    expect(went({ source: 'items', deployers: new Set(), loaded }, null)).to.equal('ours');
  });
});

describe('whose a component is', () => {
  const changed = (more: Partial<Attribution>, by = DEPLOYER): string =>
    said(claimComponent(componentChange('changed', 'ApexClass', 'A', by), anAttribution(more)));
  const gone = (more: Partial<Attribution>): string =>
    said(claimComponent(componentChange('deleted', 'ApexClass', 'A'), anAttribution(more)));
  const created = (more: Partial<Attribution>, by = DEPLOYER, state = {}): [boolean, string] => {
    const { made, claim } = claimCreated(componentChange('created', 'ApexClass', 'A', by, state), anAttribution(more));
    return [made, said(claim)];
  };
  const touches = (...list: ReadonlyArray<ReturnType<typeof touch>>): Partial<Attribution> => ({
    touches: new Map([[KEY, list]]),
  });

  it('is known by its last editor, or by what a deployment says it changed', () => {
    expect(changed({})).to.equal('ours');
    expect(changed({}, COLLEAGUE)).to.equal(`changedByOther ${COLLEAGUE}`);
    const items = { source: 'items' as const, deployers: new Set<string>() };
    expect(changed({ ...items, ...touches(touch(DEPLOYER, { changed: true })) })).to.equal('ours');
    expect(changed({ ...items })).to.equal(`changedByOther ${DEPLOYER}`);
  });

  it('of which the org does not say who edited it last is nobody’s: somebody may have edited it after the deployment', () => {
    const unsaid = (more: Partial<Attribution>): string => {
      const change = componentChange('changed', 'ApexClass', 'A', DEPLOYER, {
        lastModifiedById: undefined,
        lastModifiedAt: undefined,
      });
      return said(claimComponent(change, anAttribution({ ...touches(touch(DEPLOYER, { changed: true })), ...more })));
    };
    expect(unsaid({})).to.equal('unknownAuthor nobody');
    expect(unsaid({ source: 'items', deployers: new Set() })).to.equal('unknownAuthor nobody');
    expect(unsaid({ source: 'everybody' })).to.equal('ours');
    const then = after({ components: new Map([[KEY, aState('ApexClass', 'A', 'now')]]) });
    expect(unsaid(then)).to.equal('unknownAuthor nobody');
    expect(unsaid({ alone: true, ...then }), 'nobody else was at work').to.equal('ours');
  });

  it('is known by its editor of now where the following snapshot does not say who that was', () => {
    const then = after({ components: new Map([[KEY, aState('ApexClass', 'A', 'now')]]) });
    expect(changed(then)).to.equal('ours');
    expect(changed(then, COLLEAGUE)).to.equal(`changedByOther ${COLLEAGUE}`);
    const saved = componentChange('changed', 'ApexClass', 'A', DEPLOYER, { lastModifiedAt: LATER });
    expect(said(claimComponent(saved, anAttribution(then))), 'saved again since').to.equal('unknownAuthor nobody');
  });

  it('is a conflict when a deployment that stays changed it too', () => {
    const both = touches(touch(DEPLOYER, { changed: true }), touch(COLLEAGUE, { changed: true }, OTHER));
    const taken = new Set(['0Af000000000001AAA']);
    expect(changed({ ...both, taken })).to.equal(`otherDeployment ${COLLEAGUE}`);
    expect(changed(both)).to.equal('ours');
  });

  it('with a following snapshot is what it was then', () => {
    const then = (content: string | null): Partial<Attribution> =>
      after({ components: new Map([[KEY, content === null ? null : aState('ApexClass', 'A', content)]]) });
    expect(changed(then('before'))).to.equal(`changedLater ${DEPLOYER}`);
    expect(changed(then('between'), COLLEAGUE)).to.equal(`editedSince ${COLLEAGUE}`);
    expect(created(then(null))).to.deep.equal([false, `createdLater ${DEPLOYER}`]);
    expect(created(then('between'), COLLEAGUE)).to.deep.equal([true, `editedSince ${COLLEAGUE}`]);
  });

  it('that is gone has no editor: the deployment that deleted it last is the witness', () => {
    expect(gone(touches(touch(DEPLOYER, { deleted: true })))).to.equal('ours');
    expect(gone({})).to.equal('unknownAuthor nobody');
    expect(gone({ alone: true }), 'somebody else may have been at work').to.equal('unknownAuthor nobody');
    expect(gone({ alone: true, ...after({}) })).to.equal('ours');
    expect(gone(touches(touch(DEPLOYER, { deleted: true }), touch(COLLEAGUE, { changed: true })))).to.equal(
      'unknownAuthor nobody'
    );
  });

  it('that is new goes by who made it', () => {
    expect(created({})).to.deep.equal([true, 'ours']);
    expect(created({}, COLLEAGUE)).to.deep.equal([false, `createdByOther ${COLLEAGUE}`]);
    expect(created({}, DEPLOYER, { lastModifiedById: COLLEAGUE, lastModifiedAt: LATER })).to.deep.equal([
      true,
      `editedSince ${COLLEAGUE}`,
    ]);
    expect(created({}, DEPLOYER, { lastModifiedById: undefined })).to.deep.equal([true, 'unknownAuthor nobody']);
  });
});

describe('whose work it is that a flow runs what it runs', () => {
  const none = { baseline: new Map<string, string>(), now: new Map<string, string>() };
  const claim = (more: Partial<Attribution>, by: string | undefined = DEPLOYER): string =>
    said(claimFlow(flowChange('switched', flowBefore('F', 1, 1), aFlow('F', 2, 2), by), anAttribution(more), none));

  it('is known by who made the version, or by the deployment that says it did', () => {
    expect(claim({})).to.equal('ours');
    expect(claim({}, COLLEAGUE)).to.equal(`changedByOther ${COLLEAGUE}`);
    const items = { source: 'items' as const, deployers: new Set<string>() };
    expect(claim({ ...items, touches: new Map([['Flow:F', [touch(DEPLOYER, { changed: true })]]]) })).to.equal('ours');
    expect(claim(items)).to.equal(`changedByOther ${DEPLOYER}`);
  });

  describe('where the org tells nobody', () => {
    const change = (now: ReturnType<typeof aFlow> | undefined): ReturnType<typeof flowChange> => ({
      ...flowChange(now ? 'deactivated' : 'deleted', flowBefore('F', 1, 1), now),
      changedById: undefined,
      changedAt: undefined,
    });
    const claimed = (now: ReturnType<typeof aFlow> | undefined, touches: Attribution['touches']): string =>
      said(claimFlow(change(now), anAttribution({ touches }), none));
    const flowDid = (
      what: Parameters<typeof touch>[1],
      ...more: ReadonlyArray<ReturnType<typeof touch>>
    ): Map<string, Touch[]> => new Map([['Flow:F', [touch(DEPLOYER, what), ...more]]]);

    it('a flow that is gone goes back if the deployment that touched it last deleted it', () => {
      expect(claimed(undefined, flowDid({ deleted: true }))).to.equal('ours');
      expect(claimed(undefined, flowDid({ changed: true }))).to.equal('unknownAuthor nobody');
      const again = { ...touch(COLLEAGUE, { created: true }, OTHER), at: LATER };
      expect(claimed(undefined, flowDid({ deleted: true }, again))).to.equal('unknownAuthor nobody');
      const withPointer = new Map([
        ...flowDid({ deleted: true }),
        ['FlowDefinition:F', [touch(DEPLOYER, { changed: true })]],
      ] as const);
      expect(claimed(undefined, withPointer), 'switched off and deleted in one').to.equal('ours');
      const oneOfThem = flowDid({ deleted: true }, touch(DEPLOYER, { changed: true }));
      expect(claimed(undefined, oneOfThem), 'a version deleted, another deployed').to.equal('unknownAuthor nobody');
    });

    it('one that no longer runs was switched off by hand, unless a pointer was deployed', () => {
      const off = aFlow('F', null, 2, COLLEAGUE, {}, BEFORE);
      expect(claimed(off, flowDid({ changed: true }))).to.equal('unknownAuthor nobody');
      expect(claimed(off, new Map([['FlowDefinition:F', [touch(DEPLOYER, { changed: true })]]]))).to.equal('ours');
    });
  });

  it('with a following snapshot is what ran then', () => {
    const then = (flow: ReturnType<typeof aFlow> | null): Partial<Attribution> =>
      after({ flows: new Map([['F', flow]]) });
    expect(claim(then(flowBefore('F', 1, 1)))).to.equal(`changedLater ${DEPLOYER}`);
    expect(claim(then(aFlow('F', 2, 2)))).to.equal('ours');
    expect(claim(then(aFlow('F', null, 2)))).to.equal(`editedSince ${DEPLOYER}`);
    expect(claim(then(aFlow('F', 2, 2, COLLEAGUE)), COLLEAGUE)).to.equal(`changedByOther ${COLLEAGUE}`);
  });
});
