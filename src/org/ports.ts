import type { OrgId, RecordId } from '../model/ids.js';
import type { ComponentReader, ComponentWriter } from './ports/components.js';
import type { FlowPointer, FlowReader } from './ports/flows.js';
import type { OrgHistory } from './ports/history.js';
import type { PermissionReader, PermissionWriter } from './ports/permissions.js';
import type { RecordReader, RecordWriter } from './ports/records.js';

/**
 * What the tool asks of an org, in capabilities cut to need: one file for each in `ports/`. `org/*` adapters implement them
 * over the org's APIs; no room outside `org/` knows a URL, a SOAP body or a client library.
 */

export interface OrgIdentity {
  readonly orgId: OrgId;
  readonly username: string;
  readonly userId: RecordId;
  /** The alias or username a person types for this org. */
  readonly label: string;
  readonly apiVersion: string;
}

export interface Usage {
  /** The org's API requests of the last 24 hours, all clients together, as its last answer said; undefined before. */
  apiUsage(): { readonly used: number; readonly max: number } | undefined;
  /** Requests sent so far by this process. */
  requests(): number;
  /** The org's clock at its last answer, without asking for it. */
  lastAnswerAt(): string | undefined;
}

export interface OrgPorts
  extends
    FlowReader,
    FlowPointer,
    ComponentReader,
    ComponentWriter,
    OrgHistory,
    RecordReader,
    RecordWriter,
    PermissionReader,
    PermissionWriter,
    Usage {
  readonly identity: OrgIdentity;
}
