import { expect } from 'chai';
import type { DeployReport } from '../../../src/org/ports/components.js';
import type { Deployment } from '../../../src/org/ports/history.js';
import type { AfterState } from '../../../src/plan/attribution/afterState.js';
import type { Attribution } from '../../../src/plan/attribution/attribution.js';
import { attributionFindings, snapshotFindings } from '../../../src/plan/snapshotFindings.js';
import type { Baseline } from '../../../src/snapshot/baseline.js';
import { aSnapshot } from '../support/snapshots.js';
import { aDeployment, anAttribution, aReport, COLLEAGUE, DEPLOYER, SNAPSHOT_AT } from '../support/worlds.js';

const snapshot = aSnapshot({
  createdAt: SNAPSHOT_AT,
  scope: { ...aSnapshot().scope, metadata: [{ type: 'ApexClass', fullName: 'Covered' }] },
});
const baseline = { snapshot } as unknown as Baseline;
const DAY = 86_400_000;

function found(
  deployments: readonly Deployment[],
  reports: readonly DeployReport[] = [],
  attribution: Partial<Attribution> = {},
  days = 1
): string[] {
  const now = new Date(Date.parse(SNAPSHOT_AT) + days * DAY);
  const observed = { deployments, reports: new Map(reports.map((report) => [report.id, report])) };
  return snapshotFindings(baseline, observed, anAttribution(attribution), now).map(
    ({ code, severity, subject }) => `${severity} ${code} ${subject}`
  );
}

describe('what to know before any step is read', () => {
  it('a snapshot older than the recycle bin', () => {
    expect(found([], [], {}, 15)).to.deep.equal([]);
    expect(found([], [], {}, 15.1)).to.deep.equal([`warning olderThanRecycleBin ${snapshot.id}`]);
  });

  it('a deployment under way forbids to apply; one that only validates does not', () => {
    const running = { status: 'InProgress', completedAt: null };
    expect(found([aDeployment('0Af1', DEPLOYER, running)])).to.deep.equal(['error deploymentInFlight 0Af1']);
    expect(found([aDeployment('0Af1', DEPLOYER, { ...running, checkOnly: true })])).to.deep.equal([]);
  });

  it('deployments of several people that all go back, unless one was named', () => {
    const two = [aDeployment('0Af1', DEPLOYER), aDeployment('0Af2', COLLEAGUE)];
    expect(found(two)).to.deep.equal([`warning severalDeployers ${snapshot.id}`]);
    expect(found([two[0] as Deployment, aDeployment('0Af3', DEPLOYER)])).to.deep.equal([]);
    expect(found(two, [], { source: 'items', taken: new Set(['0Af1']) })).to.deep.equal(['info otherDeployment 0Af2']);
  });

  it('a deployment of which the org no longer tells what it changed', () => {
    const silent = aDeployment('0Af1', DEPLOYER, { componentsDeployed: 3 });
    expect(found([silent], [aReport('0Af1', [])])).to.deep.equal(['warning deploymentForgotten 0Af1']);
    expect(found([aDeployment('0Af1', DEPLOYER, { componentsDeployed: 0 })], [aReport('0Af1', [])])).to.deep.equal([]);
  });

  it('what deployments changed outside the snapshot, with what became of it', () => {
    const reports = [
      aReport('0Af1', [
        { type: 'ApexClass', fullName: 'Covered', changed: true },
        { type: 'ApexClass', fullName: 'Outside', created: true },
        { type: 'Layout', fullName: 'Gone', changed: true },
      ]),
      aReport('0Af2', [{ type: 'Layout', fullName: 'Gone', deleted: true }]),
    ];
    const two = [aDeployment('0Af1', DEPLOYER), aDeployment('0Af2', DEPLOYER)];
    const observed = { deployments: two, reports: new Map(reports.map((report) => [report.id, report])) };
    const told = snapshotFindings(baseline, observed, anAttribution(), new Date(SNAPSHOT_AT));
    expect(told.map(({ subject, message }) => [subject, /deployment .* it\.$/.exec(message)?.[0]])).to.deep.equal([
      ['metadata:ApexClass:Outside', 'deployment 0Af1 by dora@example.com created it.'],
      ['metadata:Layout:Gone', 'deployment 0Af2 by dora@example.com deleted it.'],
    ]);
    expect(told[1]?.action).to.include('version control');
  });

  it('an object that the following snapshot does not cover', () => {
    const objects = ['Product2', 'Quote__c'].map((object) => ({ object })) as unknown as typeof snapshot.objects;
    const after = { snapshotId: 'S2', startedAt: SNAPSHOT_AT, objects: new Set(['Product2']) } as unknown as AfterState;
    const told = attributionFindings({ snapshot: { ...snapshot, objects } } as unknown as Baseline, {
      ...anAttribution(),
      after,
    });
    expect(told.map(({ code, subject }) => `${code} ${subject}`)).to.deep.equal([
      'followed S2',
      'notFollowed Quote__c',
    ]);
    expect(attributionFindings(baseline, anAttribution())).to.deep.equal([]);
  });
});
