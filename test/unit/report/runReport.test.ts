import { expect } from 'chai';
import fc from 'fast-check';
import type { RunResult } from '../../../src/apply/runResult.js';
import { OPERATIONS, OUTCOMES } from '../../../src/model/operation.js';
import { countsText, runReport } from '../../../src/report/runReport.js';

function aRun(more: Partial<RunResult> = {}): RunResult {
  return {
    runId: '20261121T063100Z-prod-3f9c1a',
    planId: 'p',
    status: 'succeeded',
    steps: [],
    totals: {},
    undoPoint: '.rollback/runs/r/undo',
    idMap: {},
    durationMs: 1_234,
    ...more,
  };
}

const error = (target: string): RunResult['steps'][number]['errors'][number] => ({
  target,
  code: 'ENTITY_IS_LOCKED',
  message: 'the record is locked',
});

describe('a run as a person reads it', () => {
  const headlines: ReadonlyArray<readonly [RunResult['status'], string]> = [
    ['succeeded', 'Rolled back.'],
    ['partial', 'Partly rolled back.'],
    ['failed', 'Not rolled back: nothing succeeded.'],
    ['interrupted', 'Stopped before the end. What was not begun is untouched.'],
    ['alreadyApplied', 'Nothing to do: the org is already as this plan leaves it.'],
  ];
  for (const [status, headline] of headlines) {
    it(`begins with "${headline}" when it ${status}`, () =>
      expect(runReport(aRun({ status }), 80).split('\n').slice(0, 2)).to.deep.equal([
        headline,
        '  Run 20261121T063100Z-prod-3f9c1a',
      ]));
  }

  it('does not say of a plan that was carried out before that the org still is as it left it', () =>
    expect(runReport(aRun({ status: 'alreadyApplied', totals: { restored: 3 } }), 80)).to.equal(
      'Nothing to do: this plan was carried out already, by the run below.\n  Run 20261121T063100Z-prod-3f9c1a'
    ));

  it('counts outcomes in words, in one order, without those that did not occur', () => {
    expect(countsText({ failed: 1, restored: 3, alreadyRestored: 0 })).to.equal('3 restored, 1 failed');
    expect(countsText({})).to.equal('');
    expect(countsText(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 1])))).to.equal(
      '1 restored, 1 already as before, 1 made harmless, 1 failed, 1 skipped, 1 moved meanwhile, not written, 1 in doubt'
    );
  });

  it('shows every step with its counts, the total, and where the undo point is', () => {
    const text = runReport(
      aRun({
        steps: [
          { id: 's001', operation: 'updateRecords', target: 'record:Product2', counts: { restored: 3 }, errors: [] },
        ],
        totals: { restored: 3 },
      }),
      80
    );
    expect(text)
      .to.include('  s001  Product2  update: 3 restored\n')
      .and.to.include('Total: 3 restored. 1.2 s.')
      .and.to.include('saved in .rollback/runs/r/undo.');
    expect(text).to.not.include('not restored');
  });

  it('cuts neither a long name nor what became of it', () => {
    const name = 'CustomField:Installation_Visit__c.A_Field_With_A_Long_Name_Of_Its_Own__c';
    const step: RunResult['steps'][number] = {
      ...{ id: 's001', operation: 'restoreComponent', target: `metadata:${name}`, counts: { neutralised: 1 } },
      errors: [],
    };
    const text = runReport(aRun({ steps: [step], totals: { neutralised: 1 } }), 80);
    expect(text).to.include(name.slice(0, 60)).and.to.include('restore: 1 made harmless');
    for (const line of text.split('\n')) expect(line.length).to.be.at.most(80);
  });

  it('says of what was not begun, and of what waited for a failure, how much it is, not each by itself', () => {
    const left = (code: string, message: string) =>
      Array.from({ length: 30 }, (_, n) => ({ target: `record:Product2:${n}`, code, message }));
    const step = (id: string, errors: ReturnType<typeof left>): RunResult['steps'][number] => ({
      ...{ id, operation: 'updateRecords', target: 'record:Product2', counts: { skipped: 30 } },
      errors,
    });
    const text = runReport(
      aRun({
        status: 'interrupted',
        steps: [
          step('s001', left('DEPENDS_ON_FAILED', 'step s000 did not succeed')),
          step('s002', left('STOPPED', 'the run was stopped before this step')),
          step('s003', left('STOPPED', 'the run was stopped before this step')),
        ],
      }),
      80
    );
    expect(text)
      .to.include(
        '30 items not restored\n  30 items of record:Product2: DEPENDS_ON_FAILED: step s000 did not succeed\n'
      )
      .and.to.include('\nNot begun: 60 items of s002, s003.\n')
      .and.to.not.include('STOPPED');
  });

  it('shows failures in the org’s own words, and where the rest of them is', () => {
    const many = Array.from({ length: 13 }, (_, n) => error(`record:Product2:${n}`));
    const text = runReport(
      aRun({
        status: 'failed',
        steps: [
          { id: 's001', operation: 'updateRecords', target: 'record:Product2', counts: { failed: 13 }, errors: many },
        ],
      }),
      80
    );
    expect(text)
      .to.include('13 items not restored')
      .and.to.include('record:Product2:11: ENTITY_IS_LOCKED: the record is locked')
      .and.to.include('… and 1 more in outcomes.csv')
      .and.to.not.include('Product2:12:');
  });

  it('folds nothing when every failure fits', () => {
    const errors = Array.from({ length: 12 }, (_, n) => error(`record:Product2:${n}`));
    const step = { id: 's001', operation: 'updateRecords', target: 'record:Product2', counts: {}, errors } as const;
    expect(runReport(aRun({ status: 'failed', steps: [step] }), 80)).to.not.include('more in outcomes.csv');
  });

  it('claims nothing when there was nothing to do', () =>
    expect(
      runReport(aRun({ status: 'alreadyApplied', totals: { alreadyRestored: 3 } }), 80).split('\n')
    ).to.have.lengthOf(2));

  it('has no line wider than the terminal, however long names and messages are', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,50}$/);
    const sentence = fc
      .array(fc.stringMatching(/^[A-Za-z]{1,15}$/), { minLength: 1, maxLength: 25 })
      .map((words) => words.join(' '));
    const step = fc.record({
      id: fc.constant('s001'),
      operation: fc.constantFrom(...OPERATIONS),
      target: fc.tuple(name, name).map((parts) => `record:${parts.join(':')}`),
      counts: fc.dictionary(fc.constantFrom(...OUTCOMES), fc.integer({ min: 1, max: 99_999 })),
      errors: fc.array(fc.record({ target: name, code: name, message: sentence }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), fc.integer({ min: 80, max: 140 }), (steps, width) => {
        const totals = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 12_345]));
        for (const line of runReport(aRun({ status: 'partial', steps, totals }), width).split('\n'))
          expect(line.length, line).to.be.at.most(width);
      }),
      { numRuns: 100 }
    );
  });
});
