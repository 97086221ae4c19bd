import { expect } from 'chai';
import { plannedRows, standingOfPermission } from '../../../../src/apply/permissions/permissionStanding.js';
import { writeWaves } from '../../../../src/apply/permissions/permissionWaves.js';
import type { PermissionItem, Step } from '../../../../src/plan/rollbackPlan.js';
import { permissionKeyText } from '../../../../src/permissions/permissionRow.js';

const step = (operation: Step['operation'], ...rows: ReadonlyArray<Pick<PermissionItem, 'kind' | 'target'>>): Step => ({
  id: operation,
  lane: 'permissions',
  operation,
  fallbacks: [],
  target: 'permission:Sales',
  count: rows.length,
  risk: 'lossless',
  waitsFor: [],
  reason: '',
  detail: {
    kind: 'permissions',
    parent: { kind: 'PermissionSet', name: 'Sales' },
    rows: rows.map((row) => ({ ...row, before: ['Read'], after: ['Read', 'Edit'] })),
  },
});

describe('permission rows in a run', () => {
  it('take rights on objects away last and give them first', () => {
    const rows = plannedRows([
      step('grantPermission', { kind: 'Field', target: 'A.f' }, { kind: 'Object', target: 'A' }),
      step('revokePermission', { kind: 'Object', target: 'B' }, { kind: 'UserPermission', target: 'ModifyAllData' }),
    ]);
    expect(writeWaves(rows).map((wave) => wave.map(({ target }) => target))).to.deep.equal([
      ['ModifyAllData'],
      ['B'],
      ['A'],
      ['A.f'],
    ]);
    expect(writeWaves([])).to.deep.equal([]);
  });

  it('stand by what they grant: as planned, back already, or moved', () => {
    const [row] = plannedRows([step('grantPermission', { kind: 'Field', target: 'A.f' })]);
    if (!row) throw new Error('no row');
    const standing = (...grants: string[]): string =>
      standingOfPermission(row, new Map(grants.length > 0 ? [[permissionKeyText(row), grants]] : []));
    expect(standing('Read')).to.equal('asPlanned');
    expect(standing('Edit', 'Read')).to.equal('alreadyRestored');
    expect(standing()).to.equal('moved');
    expect(standing('Read', 'Delete')).to.equal('moved');
  });
});
