import { expect } from 'chai';
import { verifyReport } from '../../../src/report/verifyReport.js';
import type { Verification } from '../../../src/validate/verifySnapshot.js';
import { ORG, SNAPSHOT_ID } from '../support/snapshots.js';

const verification = (more: Partial<Verification> = {}): Verification => ({
  id: SNAPSHOT_ID,
  path: '',
  orgId: ORG,
  state: 'whole',
  checked: { files: 6, bytes: 2048, rawBytes: 3_000_000, rows: 1_234, objects: 2, flows: 1, components: 1 },
  damages: [],
  strangers: [],
  holes: [],
  deep: null,
  ...more,
});
const report = (more?: Partial<Verification>): string => verifyReport(verification(more), 80);

describe('a verification as a person reads it', () => {
  it('says first whether the snapshot is whole, then what was looked at', () => {
    expect(report()).to.equal(
      [
        'WHOLE: every file is as it was written.',
        `  Snapshot ${SNAPSHOT_ID}`,
        '  Checked 6 files of 2 kB: 1,234 rows of 2 objects (2.9 MB unpacked), 1 flow, 1',
        '  component.',
      ].join('\n')
    );
  });

  it('names every damage with its file, every hole, and what does not belong there', () => {
    const text = report({
      state: 'damaged',
      damages: [{ path: 'flows.json', reason: 'missing' }],
      holes: [{ kind: 'rows', name: 'Product2', severity: 'hole', reason: 'not seen' }],
      strangers: ['note.txt'],
    });
    expect(text)
      .to.match(/^DAMAGED: /)
      .and.to.include('\n  flows.json  missing\n')
      .and.to.include('\nHoles\n  Product2  not seen\n')
      .and.to.include('1 file in its folder not part of it, and never read:\n  note.txt');
  });

  it('tells what the org said: the deployment by its id, what it refuses, and the rows of then and now', () => {
    const text = report({
      deep: {
        deployment: {
          id: '0Af000000000001',
          success: false,
          components: 3,
          problems: [{ target: 'metadata:ApexClass:A', problem: 'no such variable' }],
          testFailures: [{ name: 'ATest', method: 'adds', message: 'expected 1' }],
        },
        counts: [
          { object: 'Product2', snapshot: 1_000, now: 1_001 },
          { object: 'Gone__c', snapshot: 2, now: null },
          { object: 'Same__c', snapshot: 5, now: 5 },
        ],
      },
    });
    expect(text)
      .to.include('WOULD NOT DEPLOY: 3 components, by the check-only deployment 0Af000000000001.')
      .and.to.include('  metadata:ApexClass:A  no such variable\n')
      .and.to.include('  test ATest.adds  expected 1\n')
      .and.to.include('Rows: 2 objects of 3 with another number now than then\n')
      .and.to.include('  Product2  1,000 then  1,001 now\n  Gone__c   2 then      cannot be read any more')
      .and.to.not.include('Same__c');
  });
});
