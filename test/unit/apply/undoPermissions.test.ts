import { expect } from 'chai';
import type { EarlierRun } from '../../../src/apply/earlierRuns.js';
import type { ItemOutcome } from '../../../src/apply/outcome.js';
import { undoPermissions } from '../../../src/apply/undo/undoPermissions.js';
import type { StoreId } from '../../../src/model/ids.js';
import { permissionTarget, type PermissionKey } from '../../../src/permissions/permissionRow.js';
import type { RollbackPlan } from '../../../src/plan/rollbackPlan.js';
import { MemoryStore } from '../../support/memoryStore.js';

describe('the permission rows of an undo point', () => {
  const parent = { kind: 'PermissionSet', name: 'Planner' } as const;
  const key = (target: string): PermissionKey => ({ parent, kind: 'Object', target });

  it('say what the run left of each: as planned, or what the org made of it', async () => {
    const store = new MemoryStore();
    const folder = await store.create('runs', '20261121T053012Z-prod-3f9c1a' as StoreId);
    const snapshot = await store.create('snapshots', '20261121T053013Z-prod-3f9c1b' as StoreId);
    const rows = ['Done__c', 'More__c', 'Nothing__c', 'Refused__c'].map((target) => ({
      ...key(target),
      before: [],
      after: ['Read'],
    }));
    const item = (target: string, more: Partial<ItemOutcome>): ItemOutcome => ({
      step: 's001',
      operation: 'grantPermission',
      target: permissionTarget(parent, key(target)),
      outcome: 'failed',
      at: '2026-11-21T05:30:00Z',
      ...more,
    });
    const accounts = new Map([
      [
        's001',
        [
          item('Done__c', { outcome: 'restored', after: 'Read' }),
          item('More__c', { code: 'NOT_AS_BEFORE', after: 'Read, Create' }),
          item('Nothing__c', { code: 'NOT_AS_BEFORE', after: null }),
          item('Refused__c', { code: 'FIELD_INTEGRITY_EXCEPTION', after: null }),
        ],
      ],
    ]);
    const plan = {
      steps: [{ id: 's001', detail: { kind: 'permissions', parent, rows } }],
    } as unknown as RollbackPlan;
    let written = '';
    const put = async (_: string, content: string | Uint8Array): Promise<void> => void (written = String(content));
    await undoPermissions(
      { run: { folder } as unknown as EarlierRun, plan, accounts },
      { folder: snapshot, parts: [], put }
    );
    const { only } = JSON.parse(written) as { only: ReadonlyArray<{ target: string; left: readonly string[] }> };
    expect(only.map(({ target, left }) => [target, left])).to.deep.equal([
      ['Done__c', ['Read']],
      ['More__c', ['Read', 'Create']],
      ['Nothing__c', []],
    ]);
  });
});
