import { expect } from 'chai';
import fc from 'fast-check';
import { NO_CHOICE } from '../../../src/plan/choice/choice.js';
import type { RollbackPlan, Step } from '../../../src/plan/rollbackPlan.js';
import type { Conflict } from '../../../src/plan/conflict.js';
import { planReport } from '../../../src/report/planReport.js';
import { aPlan, componentStep, planned, pointerStep, recordStep, versionStep } from '../support/worlds.js';

const SHOW = 'sf rollback show p';
const report = (more: Partial<RollbackPlan>, width = 80, all = false): string =>
  planReport(aPlan(more), { width, more: SHOW, all });

const conflict = (target: string, decision: Conflict['decision'] = 'keep'): Conflict => ({
  target,
  kind: 'changedByOther',
  baseline: 'as in the snapshot',
  current: 'Name changed since',
  changedBy: 'cleo@example.com',
  changedAt: null,
  decision,
});

describe('a plan as a person reads it', () => {
  it('names the snapshot, whose changes go back, and why theirs', () => {
    const whose = (attribution: string, deployers = ['dora@example.com']): string =>
      report({ attribution, deployers }).split('\n')[2] ?? '';
    expect(report({}).split('\n').slice(0, 2)).to.deep.equal([
      'Plan 20261121T063000Z-prod-3f9c1a',
      '  takes the org back to snapshot 20261121T053000Z-prod-0a0b0c',
    ]);
    expect(whose('deployments')).to.equal('  Changes of: dora@example.com (deployed since the snapshot)');
    expect(whose('named')).to.include('(deployers, and who was named)');
    expect(whose('onlyAuthor')).to.include('(nobody else changed anything in scope)');
    expect(whose('everybody')).to.include('(everybody, as asked)');
    expect(whose('onlyAuthor', [])).to.equal('  Changes of: nobody');
  });

  it('says of every step what it will do', () => {
    const draft = (step: Parameters<typeof planned>[0], id: string, count = 1): Step =>
      planned(step, id, { count, ...(step.lane === 'flows' ? { reason: 'as it was' } : {}) });
    const text = report({
      steps: [
        draft(pointerStep('Pricing', 'activateFlowVersion', 2, 1), 's001'),
        draft(pointerStep('Quiet', 'activateFlowVersion', null, 1), 's002'),
        draft(pointerStep('Fresh', 'deactivateFlow', 1, null), 's003'),
        draft(pointerStep('Lost', 'redeployFlow', 2, 1), 's004'),
        draft(versionStep('Pricing', 2), 's005'),
        draft(componentStep('ApexClass', 'A'), 's006'),
        draft(componentStep('ApexClass', 'B', 'recreateComponent'), 's007'),
        draft(componentStep('ApexClass', 'C', 'deleteComponent'), 's008'),
        draft(recordStep('Product2', 'undeleteRecords', []), 's009'),
        draft(recordStep('Product2', 'updateRecords', []), 's010', 1_200),
        draft(recordStep('Product2', 'deleteRecords', []), 's011', 2),
      ],
    });
    for (const line of [
      '  s001  Pricing  activate version 1 (now version 2); as it was',
      '  s002  Quiet    activate version 1 (now inactive); as it was',
      '  s003  Fresh    deactivate (now version 1); as it was',
      '  s004  Lost     redeploy the body of version 1 as a new version; as it was',
      '  s005  Pricing  delete version 2; as it was',
      '  s006  ApexClass:A  restore (it differs from the snapshot)',
      '  s007  ApexClass:B  create again (it differs from the snapshot)',
      '  s008  ApexClass:C  delete (it differs from the snapshot)',
      '  s009  Product2  undelete 1 row (it differs from the snapshot)',
      '  s010  Product2  update 1,200 rows (it differs from the snapshot)',
      '  s011  Product2  delete 2 rows (it differs from the snapshot)',
    ]) {
      expect(text.split('\n')).to.include(line);
    }
    expect(text)
      .to.include('\nFlows: 5 items\n')
      .and.to.include('\nMetadata: 3 items\n')
      .and.to.include('\nRecords: 1,203 items\n')
      .and.to.not.include('Permissions');
    expect(text).to.include('11 steps, 1,211 items, about 10 requests and 3 s.');
  });

  it('begins with what will be done in each lane and what will not', () => {
    const text = report({
      steps: [
        planned(pointerStep('A'), 's001'),
        planned(recordStep('Product2', 'updateRecords', []), 's002', { count: 1_200 }),
        planned(recordStep('Pricebook2', 'updateRecords', []), 's003', { count: 34 }),
        planned(recordStep('Product2', 'deleteRecords', []), 's004', { count: 2 }),
      ],
      conflicts: [conflict('flow:A'), conflict('flow:B', 'restore'), conflict('flow:C', 'restore')],
      manual: [{ target: 'flow:M', what: 'Do it.' }],
      leftOut: [{ target: 'flow:L', why: 'excluded by --exclude' }],
    });
    expect(text).to.include(
      [
        'In short',
        '  Flows          activate 1',
        '  Records        update 1,234, delete 2',
        '  Kept           1 change, listed below with its reason',
        '  OVERWRITTEN    2 later changes by somebody else, as asked',
        '  By hand        1 item, listed below',
        '  Left as it is  1 change',
        '',
      ].join('\n')
    );
    expect(text.indexOf('In short')).to.be.lessThan(text.indexOf('Conflicts'));
  });

  it('names what loses something before the steps, with the reason, and the steps in their order', () => {
    const text = report({
      steps: [
        planned(componentStep('ApexClass', 'A'), 's001'),
        planned(
          { ...componentStep('CustomField', 'Q.F__c', 'deleteComponent'), risk: 'lossy', reason: '12 rows hold data' },
          's002'
        ),
      ],
    });
    expect(text).to.include(
      'Not without loss: 1 step\n  s002  LOSSY  metadata:CustomField:Q.F__c\n        delete; 12 rows hold data\n'
    );
    const lines = text.split('\n');
    const lossy = lines.findIndex((line) => line.includes('s002  CustomField:Q.F__c  LOSSY: delete'));
    expect(lossy).to.be.greaterThan(-1);
    expect(lossy).to.be.greaterThan(lines.findIndex((line) => line.includes('s001')));
    expect(text.indexOf('Not without loss')).to.be.lessThan(text.indexOf('s001'));
    expect(report({ steps: [planned(componentStep('ApexClass', 'A'), 's001')] })).to.not.include('Not without loss');
  });

  it('shows conflicts before steps, with what happens to each and who is behind it', () => {
    const text = report({
      conflicts: [conflict('flow:A'), conflict('flow:B', 'restore')],
      steps: [planned(pointerStep('B'), 's001')],
    });
    expect(text)
      .to.include('Conflicts: 1 kept, 1 overwritten as asked')
      .and.to.include('  keep     flow:A\n           Name changed since by cleo@example.com\n')
      .and.to.include('  RESTORE  flow:B')
      .and.to.include('--resolve flow:A=restore');
    // What destroys work stands above what does not.
    expect(text.indexOf('RESTORE  flow:B')).to.be.lessThan(text.indexOf('keep     flow:A'));
    expect(text.indexOf('Conflicts')).to.be.lessThan(text.indexOf('Flows:'));
  });

  it('shows what needs a person, what to mind, and how much was left out', () => {
    const text = report({
      manual: [{ target: 'metadata:RecordType:Product2.Bundle', what: 'Deactivate it in Setup.' }],
      leftOut: [{ target: 'flow:A', why: 'excluded by --exclude' }],
      findings: [
        { code: 'a', severity: 'warning', subject: 'flow:Z', message: 'Mind this.' },
        { code: 'b', severity: 'info', subject: 'flow:Y', message: 'Hardly worth a word.' },
        { code: 'c', severity: 'info', subject: 'flow:Y', message: 'Its flow tests: T.', action: 'Run them.' },
      ],
    });
    expect(text)
      .to.include('By hand: 1 item')
      .and.to.include('  metadata:RecordType:Product2.Bundle\n      Deactivate it in Setup.');
    expect(text).to.include('Left as it is: 1 change\n  excluded by --exclude: 1 change\n');
    expect(text).to.include('Mind\n  flow:Z: Mind this.').and.to.not.include('Hardly');
    expect(text).to.include('Worth knowing\n  flow:Y: Its flow tests: T. Run them.');
  });

  it('lists the deployments since the snapshot, and which of them it does not take back', () => {
    const text = report({
      deployments: [
        { id: '0Af1', by: 'Dora', status: 'Succeeded', at: '2026-11-21', takenBack: true },
        { id: '0Af2', by: 'Cleo', status: 'InProgress', at: null, takenBack: false },
      ],
    });
    expect(text)
      .to.include('  Deployments since the snapshot: 2, of which 1 is taken back\n')
      .and.to.include('    0Af1  Succeeded   2026-11-21 by Dora\n')
      .and.to.include('    0Af2  InProgress  not done by Cleo (not taken back)');
  });

  it('does not count a deployment that was only validated', () => {
    const text = report({
      deployments: [
        { id: '0Af1', by: 'Dora', status: 'Succeeded', at: '2026-11-21', takenBack: true },
        { id: '0Af2', by: 'Dora', status: 'Succeeded', at: '2026-11-21', takenBack: false, checkOnly: true },
      ],
    });
    expect(text).to.include('Deployments since the snapshot: 1, of which 1 is taken back\n');
    expect(text).to.include('    0Af2  Succeeded  2026-11-21 by Dora (check only)');
  });

  it('does not count the way back of an earlier run, and names the run', () => {
    const text = report({
      deployments: [
        { id: '0Af1', by: 'Dora', status: 'Succeeded', at: '2026-11-21', takenBack: true },
        { id: '0Af2', by: 'Ada', status: 'Succeeded', at: '2026-11-21', takenBack: false, run: 'RUN' },
      ],
    });
    expect(text).to.include('Deployments since the snapshot: 1, of which 1 is taken back\n');
    expect(text).to.include('    0Af2  Succeeded  2026-11-21 by Ada (by run RUN of this store)');
  });

  it('says of rows with the same fate once what is done with them; each stands by itself when all is asked for', () => {
    const rows = Array.from({ length: 4 }, (_, n) => ({
      ...conflict(`record:Product2:01t00000000000${n}AAA`),
      changedAt: `2026-11-21T06:0${n}:00.000Z`,
    }));
    const more = { conflicts: [...rows, conflict('record:Product2:01t000000000009AAA', 'restore')] };
    expect(report(more)).to.include(
      [
        'Conflicts: 4 kept, 1 overwritten as asked',
        '  RESTORE  record:Product2:01t000000000009AAA',
        '           Name changed since by cleo@example.com',
        '  keep     4 rows of record:Product2',
        '           Name changed since by cleo@example.com, 2026-11-21T06:00:00Z to',
        '           2026-11-21T06:03:00Z',
        '  To take one of them back all the same, plan again with it, for instance:',
        '    --resolve record:Product2:01t000000000000AAA=restore',
      ].join('\n')
    );
    expect(report(more, 80, true).match(/^ {2}keep {5}record:Product2:01t/gm)).to.have.lengthOf(4);
  });

  it('names the one change that could be taken back all the same, and says of what was created that it is deleted then', () => {
    const created = { ...conflict('record:Product2:01t000000000001AAA'), baseline: 'absent', current: 'created since' };
    expect(report({ conflicts: [created] })).to.include(
      [
        '  To take it back all the same, plan again with:',
        '    --resolve record:Product2:01t000000000001AAA=restore',
        '  What was created since is then deleted.',
      ].join('\n')
    );
  });

  it('tells what was asked for: named deployments, a span of time, a following snapshot', () => {
    const request = { choice: NO_CHOICE, everybody: false, changedBy: [], full: false, acceptGaps: false };
    expect(report({ attribution: 'items' })).to.include('(only what the named deployments and loads did)');
    expect(report({ after: 'S2', request: { ...request, since: '2026-11-21T05:00:00.000Z' } }))
      .to.include('  Later changes are told apart by snapshot S2\n')
      .and.to.include('  Only changes since 2026-11-21T05:00:00Z\n');
    expect(
      report({
        steps: [planned(pointerStep('A'), 's001')],
        estimate: { requests: 9, seconds: 3, limit: 100_000, remaining: 5 },
      })
    ).to.include('about 9 requests (5 of 100,000 left today) and 3 s.');
  });

  it('says that it takes a run back, and until when', () => {
    const request = { choice: NO_CHOICE, everybody: true, changedBy: [], full: false, acceptGaps: false };
    const undo = { until: '2026-11-21T07:00:00.000Z', manual: [] };
    expect(
      report({ request: { ...request, undo } })
        .split('\n')
        .slice(1, 3)
    ).to.deep.equal([
      '  takes a run back, to its undo point: snapshot 20261121T053000Z-prod-0a0b0c',
      '  Whatever changed after 2026-11-21T07:00:00Z is kept, whoever did it',
    ]);
  });

  it('is a list of differences, and of nothing to do, where only drift was asked for', () => {
    const request = {
      choice: NO_CHOICE,
      everybody: false,
      changedBy: [],
      full: false,
      acceptGaps: false,
      driftOnly: true,
    };
    expect(report({ request })).to.match(/^NO DRIFT: the org is as in the snapshot\./);
    const text = report({ request, conflicts: [conflict('flow:A'), conflict('record:Product2:01t000000000009AAA')] });
    expect(text)
      .to.match(/^DRIFT: 2 differences since the snapshot\./)
      .and.to.include('  Flows    1, by cleo@example.com\n  Records  1, by cleo@example.com\n')
      .and.to.include('\nFlows\n  ~  flow:A\n     Name changed since by cleo@example.com\n')
      .and.to.include('without --drift-only')
      .and.to.not.include('keep');
    const compare = 'sf rollback diff S org -o prod --detail';
    expect(
      planReport(aPlan({ request, conflicts: [conflict('flow:A')] }), { width: 80, more: SHOW, compare })
    ).to.include(`Value by value, before and after:\n  ${compare}\n`);
  });

  it('folds long lists and says where the rest is', () => {
    const steps = (count: number): Step[] =>
      Array.from({ length: count }, (_, n) => planned(pointerStep(`F${n}`), `s${String(n + 1).padStart(3, '0')}`));
    const text = report({ steps: steps(13) });
    expect(text.match(/^ {2}s\d/gm)).to.have.lengthOf(12);
    expect(text).to.include(`  … and 1 more steps: ${SHOW}`);
    expect(report({ steps: steps(12) })).to.not.include('more steps');
    expect(report({ steps: steps(13) }, 80, true).match(/^ {2}s\d/gm)).to.have.lengthOf(13);
    expect(report({ conflicts: Array.from({ length: 30 }, (_, n) => conflict(`flow:F${n}`)) })).to.match(
      /… and \d+ more conflicts: /
    );
  });

  it('counts conflicts and items where it folds, not the lines they take', () => {
    const long = 'word '.repeat(40).trim();
    const list = <T>(make: (n: number) => T): T[] => Array.from({ length: 13 }, (_, n) => make(n));
    const text = report({
      conflicts: list((n) => conflict(`flow:C${n}`)),
      manual: list((n) => ({ target: `flow:M${n}`, what: long })),
      findings: list((n) => ({ code: `f${n}`, severity: 'warning' as const, subject: `flow:W${n}`, message: long })),
      leftOut: list((n) => ({ target: `flow:L${n}`, why: 'it does not run' })),
    });
    expect(text.match(/^ {2}keep /gm)).to.have.lengthOf(12);
    expect(text.match(/^ {2}flow:M\d+$/gm)).to.have.lengthOf(12);
    for (const what of ['conflicts', 'items', 'findings', 'changes']) expect(text).to.include(`… and 1 more ${what}: `);
    expect(report({ conflicts: list((n) => conflict(`flow:C${n}`)).slice(1) })).to.not.include('more conflicts');
  });

  it('counts rows that stand together one by one where it folds', () => {
    const rows = ['A', 'B'].flatMap((object) =>
      Array.from({ length: 20 }, (_, n) => conflict(`record:${object}:01t0000000000${String(n).padStart(2, '0')}AAA`))
    );
    const flows = Array.from({ length: 12 }, (_, n) => conflict(`flow:F${n}`));
    expect(report({ conflicts: [...flows, ...rows] })).to.include(`  … and 40 more conflicts: ${SHOW}`);
  });

  it('says why something stays where that is not plain, and offers to decide only what can be decided', () => {
    const used = { ...conflict('metadata:ApexClass:A'), kind: 'usedByKept', current: 'used by flow:B' };
    const text = report({ conflicts: [used] });
    expect(text)
      .to.include('created since by cleo@example.com; used by flow:B, which stays')
      .and.to.not.include('--resolve');
    expect(report({ conflicts: [used, { ...conflict('flow:B'), kind: 'editedSince' }] }))
      .to.include('Name changed since by cleo@example.com: it was edited again after')
      .and.to.include('--resolve flow:B=restore');
  });

  it('says of a row whose other editors are not known only who saved it last', () => {
    const row = { ...conflict('record:Product2:01t000000000000AAA'), kind: 'changedByOther', fields: ['Name'] };
    const said = 'Name changed since; the row was last saved by cleo@example.com';
    const flat = (more: Partial<RollbackPlan>): string => report(more).replace(/\s+/g, ' ');
    expect(flat({ conflicts: [row] })).to.include(said);
    expect(flat({ conflicts: [row], after: '20261121T063000Z-prod-000002' })).to.not.include(said);
  });

  it('says that a row may come back under a new Id where the bin is empty', () => {
    const hint = 'A row that the recycle bin no longer has is inserted again, under a new Id.';
    const undelete = planned(recordStep('Product2', 'undeleteRecords', []), 's001');
    expect(report({ steps: [undelete] })).to.not.include(hint);
    const fallbacks = [{ operation: 'insertRecords' as const, when: 'the bin is empty', risk: 'lossy' as const }];
    expect(report({ steps: [{ ...undelete, fallbacks }] })).to.include(hint);
  });

  it('folds within the width also where the store lies far away', () => {
    const more = `sf rollback show p --store ../${'far/'.repeat(20)}`;
    const steps = Array.from({ length: 13 }, (_, n) => planned(pointerStep(`F${n}`), `s${n}`));
    const fold = planReport(aPlan({ steps }), { width: 80, more })
      .split('\n')
      .filter((line) => /^ {2}(…|\.\.)/.test(line));
    // The path is one word, and has a line of its own.
    expect(fold).to.deep.equal(['  … and 1 more steps: sf rollback show p --store', `  ../${'far/'.repeat(20)}`]);
  });

  it('says what stays although nobody asked for it, and why', () => {
    const text = report({
      leftOut: [
        { target: 'flow:A', why: 'excluded by --exclude' },
        { target: 'flow:B', why: 'it does not run; plan with --delete-flows to delete it' },
        { target: 'flow:C', why: 'it does not run; plan with --delete-flows to delete it' },
      ],
    });
    expect(text).to.include(
      'Left as it is: 3 changes\n  excluded by --exclude: 1 change\n  it does not run; plan with --delete-flows to delete it:\n    flow:B\n    flow:C\n'
    );
  });

  it('says once what is true of many subjects, and what forbids to apply before anything else', () => {
    const text = report({
      findings: [
        { code: 'outside', severity: 'warning', subject: 'flow:A', message: 'Not covered.' },
        { code: 'outside', severity: 'warning', subject: 'flow:B', message: 'Not covered.' },
        { code: 'running', severity: 'error', subject: '0Af1', message: 'It still runs.', action: 'Wait.' },
      ],
      conflicts: [conflict('flow:A')],
    });
    expect(text).to.include('Mind\n  2 times: Not covered.\n      flow:A\n      flow:B\n');
    expect(text).to.include('May not be applied\n  0Af1: It still runs. Wait.\n');
    expect(text.indexOf('May not')).to.be.lessThan(text.indexOf('Conflicts'));
  });

  it('says where the last editor of a row may mislead, in what goes back and in what stays', () => {
    const step = { ...recordStep('Product2', 'updateRecords', []), reason: 'changed since: x (lastEditorOnly: y)' };
    const flat = (more: Partial<RollbackPlan>): string => report(more).replace(/\s+/g, ' ');
    const steps = [planned(step, 's001')];
    expect(flat({ steps }))
      .to.include('Mind Who changed a field is known only by the last editor of its row: what a colleague had changed')
      .and.to.include('(s001)')
      .and.to.not.include('rows under Conflicts');
    const fields = { conflicts: [{ ...conflict('record:A:1'), fields: ['Name'] }] };
    expect(flat(fields)).to.include('Name changed since; the row was last saved by cleo@example.com');
    expect(flat({ after: 'S2', ...fields })).to.include('Name changed since by cleo@example.com');
    expect(flat({ steps, ...fields })).to.include(
      'after the deployer (the rows under Conflicts), what the deployer changed in it stays, too'
    );
    // A following snapshot tells.
    expect(flat({ after: 'S2', ...fields })).to.not.include('last editor');
  });

  it('has no heading without anything below it', () => {
    for (const heading of [
      'Deployments since',
      'Conflicts',
      'By hand',
      'Flows',
      'Metadata',
      'Records',
      'Mind',
      'Left as',
      'In short',
      'Not without loss',
      'May not',
    ])
      expect(report({})).to.not.include(heading);
  });

  it('ends with the advice, and without counts when there is no step', () => {
    expect(report({ advice: 'Nothing to take back: the org is as in the snapshot.' })).to.match(
      /Nothing to take back: the org is as in the snapshot\.$/
    );
  });

  it('has no line wider than the terminal, however long the names are', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,60}$/);
    const sentence = fc
      .array(fc.stringMatching(/^[A-Za-z]{1,15}$/), { minLength: 1, maxLength: 25 })
      .map((words) => words.join(' '));
    const step = fc
      .tuple(name, name, sentence, fc.nat(99_999), fc.constantFrom('lossless' as const, 'lossy' as const))
      .chain(([type, member, reason, count, risk]) =>
        fc
          .constantFrom(pointerStep(member), componentStep(type, member), recordStep(type, 'updateRecords', []))
          .map((draft) => planned({ ...draft, reason, risk }, 's001', { count }))
      );
    const plan = fc.record({
      steps: fc.array(step, { maxLength: 14 }),
      conflicts: fc
        .array(
          fc.record({
            target: name.map((text) => `record:${text}:${text}`),
            current: sentence,
            changedBy: fc.option(name, { nil: null }),
          }),
          { maxLength: 14 }
        )
        .map((list) => list.map((more) => ({ ...conflict(''), ...more }))),
      manual: fc.array(fc.record({ target: name.map((text) => `flow:${text}`), what: sentence }), { maxLength: 3 }),
      findings: fc.array(
        fc.record({
          code: name,
          severity: fc.constantFrom('warning' as const, 'error' as const),
          subject: name,
          message: sentence,
        }),
        { maxLength: 3 }
      ),
      deployments: fc.array(
        fc.record({ id: name, by: sentence, status: name, at: fc.constant(null), takenBack: fc.boolean() }),
        { maxLength: 3 }
      ),
      deployers: fc.array(name, { maxLength: 6 }),
      advice: sentence,
    });
    fc.assert(
      fc.property(plan, fc.integer({ min: 80, max: 140 }), (more, width) => {
        for (const line of planReport(aPlan(more), { width, more: SHOW }).split('\n'))
          expect(line.length, line).to.be.at.most(width);
      }),
      { numRuns: 100 }
    );
  });
});
