import { expect } from 'chai';
import { snapshotReport } from '../../../src/report/snapshotReport.js';
import { aSnapshot, SNAPSHOT_ID } from '../support/snapshots.js';

const COUNTS = {
  components: 4,
  absent: 1,
  flows: 2,
  flowVersions: 5,
  permissionRows: 0,
  objects: 3,
  records: 1_234,
  bytes: 2_621_440,
};

describe('a snapshot as a person reads it', () => {
  it('says what it holds, how big it is and where it lies', () => {
    const text = snapshotReport(
      aSnapshot({ label: 'before 4.2', counts: COUNTS, scope: { flows: 'all', metadata: [], records: [] } }),
      '.rollback/snapshots/s',
      80
    );
    expect(text.split('\n')).to.deep.equal([
      `Snapshot ${SNAPSHOT_ID} "before 4.2"`,
      '  Flows     2 flows, 5 versions',
      '  Metadata  4 components, 1 proven absent',
      '  Records   1,234 rows of 3 objects',
      '  Size      2.5 MB',
      '  Folder    .rollback/snapshots/s',
    ]);
  });

  it('has no line wider than the terminal, however long the label is', () => {
    const text = snapshotReport(
      aSnapshot({ label: 'before the big release '.repeat(12).trim(), counts: COUNTS }),
      'p',
      80
    );
    expect(Math.max(...text.split('\n').map((line) => line.length))).to.be.at.most(80);
    expect(text.replace(/\n/g, ' ')).to.include('before the big release before the big release');
  });

  it('says nothing of absent components when there are none', () => {
    expect(snapshotReport(aSnapshot({ counts: { ...COUNTS, absent: 0 } }), 'p', 80)).to.include('4 components\n');
  });

  it('leaves out what it does not cover', () => {
    const text = snapshotReport(
      aSnapshot({ counts: { ...COUNTS, components: 0, absent: 0, objects: 0, bytes: 10 } }),
      'p',
      80
    );
    expect(text).to.equal(`Snapshot ${SNAPSHOT_ID}\n  Size    1 kB\n  Folder  p`);
  });

  it('shouts when it has holes, and names what is not covered', () => {
    const text = snapshotReport(
      aSnapshot({
        gaps: [
          { kind: 'rows', name: 'Product2', severity: 'hole', reason: 'you do not see all rows' },
          { kind: 'object', name: 'sbaa__Rule__c', severity: 'limit', reason: 'not there' },
        ],
      }),
      'p',
      80
    );
    expect(text).to.include(
      '\n\nINCOMPLETE: 1 hole\n  Product2: you do not see all rows\n  Not covered: sbaa__Rule__c'
    );
    expect(snapshotReport(aSnapshot(), 'p', 80)).to.not.include('INCOMPLETE');
  });
});
