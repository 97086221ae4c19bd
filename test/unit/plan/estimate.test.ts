import { expect } from 'chai';
import fc from 'fast-check';
import { BULK_FROM_ROWS, estimate } from '../../../src/plan/estimate.js';
import type { Step } from '../../../src/plan/rollbackPlan.js';
import { componentStep, planned, pointerStep, recordStep, versionStep } from '../support/worlds.js';

const rows = (count: number, operation: 'updateRecords' | 'undeleteRecords' = 'updateRecords'): Step =>
  planned(recordStep('Product2', operation, []), 's1', { count });

describe('the estimate', () => {
  it('counts the looks before and after also when nothing is to do', () =>
    expect(estimate([])).to.deep.equal({ requests: 6, seconds: 2 }));

  it('grows by one request for 25 pointers and two a deleted version', () => {
    const pointers = (n: number): Step[] =>
      Array.from({ length: n }, (_, at) => planned(pointerStep(`A${at}`), `s${at}`));
    expect([1, 25, 26, 50].map((n) => estimate(pointers(n)).requests)).to.deep.equal([7, 7, 8, 8]);
    expect(estimate([planned(versionStep('A', 2), 's1')]).requests).to.equal(8);
  });

  it('counts one deployment for all components together', () => {
    const one = estimate([planned(componentStep('ApexClass', 'A'), 's1')]);
    expect(
      estimate([planned(componentStep('ApexClass', 'A'), 's1'), planned(componentStep('Layout', 'B'), 's2')])
    ).to.deep.equal(one);
    expect(one).to.deep.equal({ requests: 26, seconds: 32 });
  });

  it('counts every deployment of those that are too much for one', () => {
    const one = estimate([planned(componentStep('ApexClass', 'A'), 's1')]);
    const second = { ...planned(componentStep('ApexClass', 'B'), 's2'), waitsFor: ['s1'] };
    const third = { ...planned(componentStep('ApexClass', 'C'), 's3'), waitsFor: ['s2'] };
    const all = estimate([planned(componentStep('ApexClass', 'A'), 's1'), second, third]);
    expect([all.requests - one.requests, all.seconds - one.seconds]).to.deep.equal([40, 60]);
    const redeploy = (id: string, part?: number): Step => {
      const step = planned(pointerStep(id), id);
      return {
        ...step,
        operation: 'redeployFlow',
        detail: { ...step.detail, ...(part ? { part } : {}) },
      };
    };
    const together = estimate([redeploy('s1'), redeploy('s2'), redeploy('s3')]);
    const parts = estimate([redeploy('s1', 1), redeploy('s2', 2), redeploy('s3', 2)]);
    expect([parts.requests - together.requests, parts.seconds - together.seconds]).to.deep.equal([10, 20]);
  });

  it('counts a reading of 400 rows, and 200 rows a write until a bulk job takes them all', () => {
    const reads = (count: number): number => Math.ceil(count / 400);
    expect(estimate([rows(200)]).requests).to.equal(6 + reads(200) + 1);
    expect(estimate([rows(201)]).requests).to.equal(6 + reads(201) + 2);
    expect(estimate([rows(BULK_FROM_ROWS - 1)]).requests).to.equal(6 + reads(BULK_FROM_ROWS - 1) + 10);
    expect(estimate([rows(BULK_FROM_ROWS * 10)]).requests).to.equal(6 + reads(BULK_FROM_ROWS * 10) + 10);
    expect(estimate([rows(4_000, 'undeleteRecords')]).requests).to.equal(6 + reads(4_000) + 1 + 20);
  });

  it('counts every question about permission rows, though they go together, and few calls that write them', () => {
    const fields = (n: number): Step =>
      planned(
        {
          key: 'p',
          lane: 'permissions',
          operation: 'revokePermission',
          fallbacks: [],
          target: 'permission:Sales',
          count: n,
          risk: 'lossless',
          reason: '',
          detail: {
            kind: 'permissions',
            place: { after: null, before: [] },
            parent: { kind: 'PermissionSet', name: 'Sales' },
            rows: Array.from({ length: n }, (_, at) => ({
              kind: 'Field' as const,
              target: `A.F${at}__c`,
              before: ['Read'],
              after: [],
            })),
          },
        },
        's1'
      );
    const more = (n: number): number => estimate([fields(n)]).requests - estimate([]).requests;
    // Columns and names once, two questions about parents and one for a hundred fields in each of three readings.
    expect(more(1)).to.equal(6 + 3 * 3 + 1 + 2);
    expect(more(100)).to.equal(more(1));
    expect(more(400) - more(100)).to.equal(3 * 3 + 1);
  });

  it('is whole and never shrinks when a step is added', () => {
    const step = fc.oneof(
      fc.constant(planned(pointerStep('A'), 's1')),
      fc.constant(planned(componentStep('ApexClass', 'A'), 's1')),
      fc.nat(9_000).map((count) => rows(count))
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 5 }), step, (steps, more) => {
        const before = estimate(steps);
        const after = estimate([...steps, more]);
        expect(after.requests >= before.requests && after.seconds >= before.seconds).to.equal(true);
        expect(Number.isInteger(after.seconds) && Number.isInteger(after.requests)).to.equal(true);
      })
    );
  });
});
