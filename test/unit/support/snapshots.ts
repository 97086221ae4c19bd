import { digestOf } from '../../../src/model/digest.js';
import type { Snapshot } from '../../../src/snapshot/snapshotFormat.js';
import { SNAPSHOT_AT } from './worlds.js';

export const ORG = '00D000000000062EAA';
export const SNAPSHOT_ID = '20261121T053000Z-prod-0a0b0c';

/** A snapshot of nothing, and of what is given; its digest fits. */
export function aSnapshot(more: Partial<Omit<Snapshot, 'digest'>> = {}): Snapshot {
  const body: Omit<Snapshot, 'digest'> = {
    format: 1,
    id: SNAPSHOT_ID,
    orgId: ORG,
    username: 'olga@example.com',
    userId: '005000000000003AAA',
    apiVersion: '65.0',
    createdAt: SNAPSHOT_AT,
    finishedAt: SNAPSHOT_AT,
    complete: true,
    scope: { flows: [], metadata: [], records: [] },
    packages: {},
    objects: [],
    counts: {
      components: 0,
      absent: 0,
      flows: 0,
      flowVersions: 0,
      permissionRows: 0,
      objects: 0,
      records: 0,
      bytes: 0,
    },
    gaps: [],
    parts: [],
    ...more,
  };
  return { ...body, digest: digestOf(body) };
}
