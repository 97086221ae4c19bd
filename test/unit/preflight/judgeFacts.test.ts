import { expect } from 'chai';
import type { Check, Facts } from '../../../src/preflight/facts.js';
import { judgeFacts, requestsNeeded } from '../../../src/preflight/judgeFacts.js';
import type { LockHolder } from '../../../src/store/ports.js';
import { doctorReport } from '../../../src/report/doctorReport.js';
import { anObject, aField } from '../support/describes.js';
import { aSnapshot, ORG } from '../support/snapshots.js';
import { SNAPSHOT_AT } from '../support/worlds.js';

const NOW = new Date(Date.parse(SNAPSHOT_AT) + 60_000);
const ALL = ['ApiEnabled', 'ModifyMetadata', 'ViewAllData', 'ManageFlow', 'CustomizeApplication', 'AuthorApex'];
const product = anObject('Product2', [aField('Name'), aField('Size__c')]);

const facts = (more: Partial<Facts> = {}): Facts => ({
  identity: { orgId: ORG, username: 'olga@example.com', label: 'prod', apiVersion: '66.0' },
  localTime: NOW,
  orgTime: NOW,
  isSandbox: false,
  scope: {
    flows: 'all',
    metadata: [{ type: 'ApexClass', fullName: 'A' }],
    records: [{ object: 'Product2', preset: 'cpq' }],
  },
  snapshot: aSnapshot({ packages: { SBQQ: '252.2.0.1' } }),
  damages: [],
  permissions: new Set(ALL.map((name) => `Permissions${name}`)),
  apiLimit: { max: 100_000, remaining: 99_000 },
  objects: [{ object: 'Product2', ofPreset: true, before: product, now: product }],
  types: [{ type: 'ApexClass', refusal: undefined }],
  packages: { SBQQ: '252.2.0.1' },
  deployments: [],
  jobs: [],
  switches: [],
  unfinishedRuns: [],
  lock: undefined,
  room: { writable: true, freeBytes: 5_000_000_000 },
  ...more,
});
const judged = (more: Partial<Facts> = {}): Check[] => judgeFacts(facts(more));
const notOk = (more: Partial<Facts>): string[] =>
  judged(more)
    .filter((check) => check.state !== 'ok')
    .map((check) => `${check.state} ${check.code}: ${check.message}`);
const without = (...names: string[]): ReadonlySet<string> =>
  new Set(ALL.filter((name) => !names.includes(name)).map((name) => `Permissions${name}`));

const held = (life: LockHolder['life']): LockHolder => ({
  ...{ holder: 'apply of plan p', host: 'laptop', pid: 7, since: 'T1', id: 'abcd', lastSignOfLife: 'T2' },
  life,
});

describe('the preflight', () => {
  it('finds nothing where everything is in order', () => {
    expect(notOk({})).to.deep.equal([]);
    expect(judged().every((check) => check.action === null)).to.equal(true);
  });

  it('refuses what snapshot, plan and apply refuse', () => {
    const deployment = {
      id: '0Af1',
      status: 'InProgress',
      checkOnly: false,
      startedAt: null,
      completedAt: null,
      createdById: '005' as never,
      createdByName: 'Dov',
    };
    for (const [more, said] of [
      [{ deployments: [deployment] }, 'refused inFlight: deployment 0Af1 by Dov (InProgress)'],
      [
        { jobs: [{ id: '750', object: 'Product2', state: 'InProgress' }] },
        'refused inFlight: bulk load 750 of Product2',
      ],
      [{ permissions: without('ViewAllData') }, 'refused permissions: View All Data is missing'],
      [{ permissions: without('ModifyMetadata') }, 'refused permissions: Modify Metadata'],
      [{ permissions: without('ApiEnabled') }, 'refused permissions: API Enabled is missing'],
      [{ damages: [{ path: 'flows.json', reason: 'missing' }] }, 'is damaged: flows.json: missing'],
      [
        {
          snapshot: aSnapshot({
            complete: false,
            gaps: [{ kind: 'rows', name: 'Product2', severity: 'hole', reason: 'not seen' }],
          }),
          packages: {},
        },
        'is incomplete: Product2',
      ],
      [
        { objects: [{ object: 'Gone__c', ofPreset: false, before: undefined, now: undefined }] },
        'Gone__c cannot be read',
      ],
      [{ types: [{ type: 'Nonsense', refusal: 'INVALID_TYPE' }] }, 'refused types: Nonsense: INVALID_TYPE'],
      [{ apiLimit: { max: 1_000, remaining: 20 } }, 'refused apiLimit: 20 of 1,000 left today'],
      [
        { lock: held('alive') },
        'refused lock: held by apply of plan p, process 7 on laptop, since T1; last sign of life T2',
      ],
      [{ lock: held('elsewhere') }, 'refused lock: held by'],
      [{ lock: held('unreadable') }, 'refused lock: held, by whom cannot be read'],
      [{ room: { writable: false, freeBytes: 5_000_000_000 } }, 'refused room: The store cannot be written'],
      [{ room: { writable: true, freeBytes: 5_000_000 } }, 'refused room: 5 MB free'],
    ] as ReadonlyArray<readonly [Partial<Facts>, string]>) {
      const found = notOk(more);
      expect(found, said).to.have.lengthOf(1);
      expect(found[0])
        .to.match(/^refused/)
        .and.to.include(said);
    }
  });

  it('minds what nobody refuses and a person should know', () => {
    const later = (days: number): Date => new Date(NOW.getTime() + days * 86_400_000);
    for (const [more, said] of [
      [{ localTime: new Date(NOW.getTime() + 600_000) }, 'mind clock: This machine is 600 s ahead of the org'],
      [{ localTime: later(16), orgTime: later(16) }, '16 days old'],
      [
        { packages: { SBQQ: '254.0.0.1', sbaa: '1.0.0.0' } },
        'SBQQ 252.2.0.1 -> 254.0.0.1, sbaa not installed -> 1.0.0.0',
      ],
      [{ permissions: without('AuthorApex') }, 'Author Apex missing'],
      [{ apiLimit: { max: 100_000, remaining: 5_000 } }, 'mind apiLimit: 5,000 of 100,000 left'],
      [{ apiLimit: undefined }, 'does not tell how many requests'],
      [{ snapshot: undefined }, 'There is none of this org to go back to'],
      [{ unfinishedRuns: ['r1', 'r2'] }, 'r1, r2 were stopped or cut off: part'],
      [{ room: { writable: true, freeBytes: 60_000_000 } }, 'mind room: 60 MB free'],
      [
        { switches: [{ runId: 'r1', planId: 'p1', name: 'CPQ triggers' }] },
        'CPQ triggers may still be off since run r1',
      ],
    ] as ReadonlyArray<readonly [Partial<Facts>, string]>) {
      const found = notOk(more);
      expect(found, said).to.have.lengthOf(1);
      expect(found[0]).to.match(/^mind/).and.to.include(said);
    }
  });

  it('tells how to break a lock only where nobody can see whether its holder lives', () => {
    const action = (life: LockHolder['life']): string | null | undefined =>
      judged({ lock: held(life) }).find(({ code }) => code === 'lock')?.action;
    expect(action('elsewhere')).to.match(/sf rollback apply -o ORG --break-lock abcd$/);
    expect(action('alive')).to.equal('Wait until it is done.');
    expect(action('gone')).to.equal(null);
    expect(notOk({ lock: held('alive'), unfinishedRuns: ['r1'] })[1]).to.include(
      'r1 was stopped or cut off, or is still under way'
    );
  });

  it('names fields that can no longer be read or edited, and objects without rights', () => {
    const now = {
      ...anObject('Product2', [aField('Name', 'string', { updateable: false })]),
      createable: false,
      deletable: false,
    };
    expect(notOk({ objects: [{ object: 'Product2', ofPreset: true, before: product, now }] })).to.deep.equal([
      'mind objectRights: no Create on Product2; no Delete on Product2: steps that need it will fail',
      'mind fields: Product2.Size__c can no longer be read; Product2.Name can no longer be edited: what they held is not restored',
    ]);
  });

  it('asks only for what the scope needs', () => {
    const scope = { flows: [], metadata: [], records: [] };
    expect(
      notOk({ scope, objects: [], types: [], permissions: without('ViewAllData', 'ModifyMetadata') })
    ).to.deep.equal([]);
    // An object that a preset names and the org never had is no fault.
    expect(
      notOk({ objects: [{ object: 'SBQQ__X__c', ofPreset: true, before: undefined, now: undefined }] })
    ).to.deep.equal([]);
    expect(requestsNeeded(scope)).to.be.lessThan(requestsNeeded(facts().scope));
  });

  it('is read with what would be refused first, each with what to do, within the terminal', () => {
    const text = doctorReport(
      judged({ permissions: without('ViewAllData'), unfinishedRuns: ['20261121T060000Z-prod-3f9c1a'] }),
      facts().identity,
      80
    );
    const lines = text.split('\n');
    expect(lines[0]).to.equal(`NOT READY: 1 check would be refused. prod, ${ORG}`);
    expect(lines[2]).to.match(/^ {2}REFUSED {2}User permissions {2}View All Data is missing/);
    expect(text.replace(/\s+/g, ' ')).to.include(
      '-> Go on: sf rollback apply -o ORG --resume 20261121T060000Z-prod-3f9c1a'
    );
    for (const line of lines) expect(line.length, line).to.be.at.most(80);
    expect(doctorReport(judged(), facts().identity, 80)).to.match(/^READY\. prod/);
    expect(doctorReport(judged({ apiLimit: undefined }), facts().identity, 80)).to.match(
      /^READY, with 1 thing to mind\./
    );
  });
});
