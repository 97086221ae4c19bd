import { OrgError, type OrgCore, type Row } from '../contracts.js';
import { to18 } from '../ids.js';
import type { GrantRows } from './grantRows.js';
import type { PermissionWriter } from './permissionWriters.js';

interface Assignment {
  readonly id: string;
  readonly assigneeId: string;
  readonly setId: string;
}

/** Who has which permission set. Everybody also has the set of their profile, without a row that could be deleted. */
export class Assignments {
  private list: Assignment[] = [];

  public constructor(private readonly org: OrgCore) {}

  public assign(assigneeId: string, setId: string): string {
    const id = this.org.newId('0Pa');
    this.list = [...this.list, { id, assigneeId, setId }];
    return id;
  }

  public isAssigned(setId: string): boolean {
    return this.list.some((one) => one.setId === setId);
  }

  public *rows(): Iterable<Row> {
    for (const { id, assigneeId, setId } of this.list)
      yield {
        Id: id,
        AssigneeId: assigneeId,
        PermissionSetId: setId,
        PermissionSetGroupId: null,
        IsActive: true,
        ExpirationDate: null,
      };
  }

  public writer(rows: GrantRows): PermissionWriter {
    const restore = (before: Assignment[]) => (): void => {
      this.list = before;
    };
    return {
      objectName: 'PermissionSetAssignment',
      keyPrefix: '0Pa',
      setup: true,
      insert: (user, values) => {
        const assigneeId = to18(String(values['AssigneeId'] ?? ''));
        const setId = to18(String(values['PermissionSetId'] ?? ''));
        if (assigneeId === undefined || setId === undefined)
          throw new OrgError('REQUIRED_FIELD_MISSING', 'Required fields are missing: [AssigneeId, PermissionSetId]', [
            'AssigneeId',
            'PermissionSetId',
          ]);
        if (!rows.parents().some((parent) => parent.id === setId))
          throw new OrgError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', ['PermissionSetId']);
        if (this.list.some((one) => one.assigneeId === assigneeId && one.setId === setId))
          throw new OrgError(
            'DUPLICATE_VALUE',
            'Duplicate PermissionSetAssignment. Assignee and permission set combination already exists.'
          );
        const before = this.list;
        const id = this.assign(assigneeId, setId);
        this.org.opLog.append({
          kind: 'permissionWrite',
          at: this.org.clock.now(),
          user: user.id,
          operation: 'insert',
          object: 'PermissionSetAssignment',
          id,
        });
        return { id, undo: restore(before) };
      },
      update: () => {
        throw new OrgError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
      },
      delete: (user, id) => {
        const wanted = to18(id);
        const before = this.list;
        if (!before.some((one) => one.id === wanted))
          throw new OrgError('ENTITY_IS_DELETED', 'entity is deleted', [], 404);
        this.list = before.filter((one) => one.id !== wanted);
        this.org.opLog.append({
          kind: 'permissionWrite',
          at: this.org.clock.now(),
          user: user.id,
          operation: 'delete',
          object: 'PermissionSetAssignment',
          id: wanted ?? id,
        });
        return { undo: restore(before) };
      },
    };
  }
}
