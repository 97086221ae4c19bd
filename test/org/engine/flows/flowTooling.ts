import { OrgError, type OrgCore, type OrgUser } from '../contracts.js';
import { stampOf } from '../metadata/author.js';
import { normalForm } from '../metadata/normalForm.js';
import { valueOf, withValue } from '../metadata/xmlTree.js';
import { withActiveVersion } from './activateVersion.js';
import { flowXml } from './flowJson.js';
import { type FlowStatus, type FlowStore, activeVersion, apiName } from './flowStore.js';
import { deleteVersion, replaceVersion } from './saveFlow.js';

/** What Tooling can do to flows. Effective at once, no tests, no deployment. */
export class FlowTooling {
  public constructor(
    private readonly org: OrgCore,
    private readonly flows: FlowStore
  ) {}

  /** PATCH FlowDefinition: makes exactly this version active; 0, null or absent leaves none active. */
  public setActive(user: OrgUser, definitionId: string, metadata: Readonly<Record<string, unknown>>): void {
    this.allow(user);
    const flow = this.flows.byId(definitionId);
    if (flow === undefined) throw unknownEntity(definitionId);
    const number = Number(metadata['activeVersionNumber'] ?? 0);
    if (number !== 0 && this.org.switches.toolingActivationNeedsTests)
      throw new OrgError(
        'FIELD_INTEGRITY_EXCEPTION',
        'To activate a flow in a production org, it must meet the flow test coverage requirements.'
      );
    this.org.clock.advance(1000);
    const stamp = stampOf(this.org, user);
    const changed = Number.isInteger(number) ? withActiveVersion(flow, number, stamp) : undefined;
    if (changed === undefined)
      throw new OrgError(
        'FIELD_INTEGRITY_EXCEPTION',
        `Invalid version number: ${String(metadata['activeVersionNumber'])}`
      );
    const from = activeVersion(flow)?.number ?? null;
    const to = activeVersion(changed)?.number ?? null;
    if (from === to) return;
    this.flows.put(changed);
    this.org.opLog.append({ kind: 'flowPointer', at: stamp.at, user: user.id, flow: apiName(flow), from, to });
  }

  /** DELETE Flow: one version, not the active one, without interviews. The flow goes with its last version. */
  public deleteVersion(user: OrgUser, versionId: string): void {
    this.allow(user);
    const found = this.flows.versionById(versionId);
    if (found === undefined) throw unknownEntity(versionId);
    if (found.flow.managed)
      throw new OrgError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
    this.org.clock.advance(1000);
    const stamp = stampOf(this.org, user);
    const problem = deleteVersion(this.flows, found.flow, found.version, stamp);
    if (problem !== undefined) {
      const active = found.version.status === 'Active';
      throw active
        ? new OrgError(
            'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
            "You can't delete an active flow version: insufficient access rights on cross-reference id"
          )
        : new OrgError('DEPENDENCY_EXISTS', problem);
    }
    this.org.opLog.append({
      kind: 'componentWrite',
      at: stamp.at,
      user: user.id,
      operation: 'delete',
      type: 'Flow',
      fullName: `${apiName(found.flow)}-${found.version.number}`,
    });
  }

  /** PATCH Flow: saves a body under the same number; the platform recreates the row, so its id changes. Returns the new id. */
  public saveVersion(user: OrgUser, versionId: string, metadata: Readonly<Record<string, unknown>>): string {
    this.allow(user);
    const found = this.flows.versionById(versionId);
    if (found === undefined) throw unknownEntity(versionId);
    if (found.flow.managed)
      throw new OrgError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
    this.org.clock.advance(1000);
    const stamp = stampOf(this.org, user);
    const xml = normalForm('Flow', flowXml(metadata));
    const status = (valueOf(xml, 'status') ?? found.version.status) as FlowStatus;
    const from = activeVersion(found.flow)?.number ?? null;
    const saved = replaceVersion(
      this.org,
      this.flows,
      found.flow,
      found.version,
      withValue(xml, 'status', undefined),
      status,
      stamp
    );
    if (saved.kind === 'refused') throw new OrgError('FIELD_INTEGRITY_EXCEPTION', saved.problem);
    this.org.opLog.append({
      kind: 'componentWrite',
      at: stamp.at,
      user: user.id,
      operation: 'change',
      type: 'Flow',
      fullName: `${apiName(found.flow)}-${found.version.number}`,
    });
    const to = activeVersion(saved.flow)?.number ?? null;
    if (from !== to)
      this.org.opLog.append({ kind: 'flowPointer', at: stamp.at, user: user.id, flow: apiName(found.flow), from, to });
    return saved.version.id;
  }

  private allow(user: OrgUser): void {
    if (!user.rights.modifyAllData)
      throw new OrgError('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id', [], 400);
  }
}

function unknownEntity(id: string): OrgError {
  return new OrgError('FIELD_INTEGRITY_EXCEPTION', `Unable to load specified entity ${id}`);
}
