import { OrgError } from '../contracts.js';
import type { TableWriter } from '../records/tableWriter.js';
import type { FlowStore } from './flowStore.js';

/** Interviews can be deleted by who manages flows, and neither made nor changed. */
export function interviewWriter(flows: FlowStore): TableWriter {
  return {
    objectName: 'FlowInterview',
    keyPrefix: '0Fo',
    setup: false,
    delete: (user, id) => {
      if (!user.rights.modifyAllData)
        throw new OrgError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
      const at = flows.interviews.findIndex((interview) => interview.id.slice(0, 15) === id.slice(0, 15));
      const interview = flows.interviews[at];
      if (interview === undefined) throw new OrgError('ENTITY_IS_DELETED', 'entity is deleted', [], 404);
      flows.interviews.splice(at, 1);
      return { undo: () => flows.interviews.splice(at, 0, interview) };
    },
  };
}
