import { versionMember, type FlowEntry, type FlowVersion } from '../flow/flowVersion.js';
import { soqlText } from '../records/soql.js';
import { OrgRequestError, type OrgHttp } from './orgHttp.js';
import { badAnswer } from './orgRequestError.js';
import type { FlowPointer, FlowPointerTarget, FlowReader, FlowVersionKey, PointerResult } from './ports/flows.js';
import type { Querier, RawRow } from './ports/queries.js';

/** Requests that one composite of the Tooling API takes (REST API Developer Guide, "Composite"). */
const POINTERS_PER_REQUEST = 25;

interface CompositeAnswer {
  readonly referenceId: string;
  readonly httpStatusCode: number;
  readonly body: unknown;
}

const isoOf = (value: unknown): string => new Date(String(value).replace(/\+0000$/, 'Z')).toISOString();

/** Flows over the Tooling API: FlowDefinition holds the pointer, each Flow row is one version. */
export class ToolingFlows implements FlowReader, FlowPointer {
  public constructor(
    private readonly http: OrgHttp,
    private readonly queries: Querier
  ) {}

  /**
   * Every flow with its versions. Throws where the org says that a version runs and does not give that version: read as
   * "inactive" it would be switched off.
   */
  public async listFlows(): Promise<FlowEntry[]> {
    const first = await this.readFlows();
    if (first.incomplete.length === 0) return first.flows;
    // Definitions and versions are two queries: a version may have been activated between them.
    const { flows, incomplete } = await this.readFlows();
    if (incomplete.length === 0) return flows;
    throw badAnswer(
      `the org says that a version of ${incomplete.join(', ')} runs, and does not list that version: look whether this user may see it (Setup, Flows)`
    );
  }

  private async readFlows(): Promise<{ readonly flows: FlowEntry[]; readonly incomplete: string[] }> {
    const [definitions, versions] = await Promise.all([
      this.queries.query(
        'SELECT Id, DeveloperName, NamespacePrefix, ManageableState, ActiveVersionId, LatestVersionId FROM FlowDefinition',
        { tooling: true }
      ),
      this.queries.query(
        'SELECT Id, DefinitionId, VersionNumber, Status, LastModifiedDate, LastModifiedById FROM Flow',
        { tooling: true }
      ),
    ]);
    const byDefinition = Map.groupBy(versions, (row) => String(row.DefinitionId));
    const numberOf = new Map(versions.map((row) => [String(row.Id), Number(row.VersionNumber)]));
    const incomplete: string[] = [];
    const flows = definitions.map((row) => {
      const flow = entry(row, byDefinition.get(String(row.Id)) ?? [], numberOf);
      // A package may hide the versions of its flows, always: then nothing tells them apart.
      if (row.ActiveVersionId && flow.activeVersion === null && !flow.managed) incomplete.push(flow.name);
      return flow;
    });
    return { flows: flows.sort((a, b) => (a.name < b.name ? -1 : 1)), incomplete: incomplete.sort() };
  }

  public async setActiveVersions(targets: readonly FlowPointerTarget[]): Promise<PointerResult[]> {
    const results: PointerResult[] = [];
    for (let at = 0; at < targets.length; at += POINTERS_PER_REQUEST) {
      const chunk = targets.slice(at, at + POINTERS_PER_REQUEST);
      results.push(
        ...(chunk.length === 1 ? [await this.setOne(chunk[0] as FlowPointerTarget)] : await this.setMany(chunk))
      );
    }
    return results;
  }

  private async setOne({ definitionId, version }: FlowPointerTarget): Promise<PointerResult> {
    try {
      await this.http.json(`/tooling/sobjects/FlowDefinition/${encodeURIComponent(definitionId)}`, {
        method: 'PATCH',
        json: { Metadata: { activeVersionNumber: version } },
        // The pointer ends at the same version however often it is set.
        repeatable: true,
      });
      return { definitionId, success: true };
    } catch (error) {
      // A refusal of the org is an answer; anything else may have been carried out.
      if (!(error instanceof OrgRequestError) || error.mayHaveActed || error.status === undefined) throw error;
      return { definitionId, success: false, code: error.code, message: error.message };
    }
  }

  /** Composite of the Tooling API: each request stands for itself, a refused one takes nothing back. */
  private async setMany(targets: readonly FlowPointerTarget[]): Promise<PointerResult[]> {
    const answer = await this.http.json<{ compositeResponse: readonly CompositeAnswer[] }>('/tooling/composite', {
      method: 'POST',
      json: {
        allOrNone: false,
        compositeRequest: targets.map(({ definitionId, version }, at) => ({
          method: 'PATCH',
          url: `/services/data/v${this.http.apiVersion}/tooling/sobjects/FlowDefinition/${encodeURIComponent(definitionId)}`,
          referenceId: `pointer${at}`,
          body: { Metadata: { activeVersionNumber: version } },
        })),
      },
      repeatable: true,
    });
    const byReference = new Map(answer.compositeResponse.map((one) => [one.referenceId, one]));
    return targets.map(({ definitionId }, at) => {
      const one = byReference.get(`pointer${at}`);
      if (one && one.httpStatusCode < 300) return { definitionId, success: true };
      const first = (Array.isArray(one?.body) ? one.body[0] : one?.body) as
        { errorCode?: string; message?: string } | null | undefined;
      return {
        definitionId,
        success: false,
        code: first?.errorCode ?? 'NO_ANSWER',
        message: first?.message ?? 'the org gave no answer for this flow',
      };
    });
  }

  public async interviewsOf(versions: readonly FlowVersionKey[]): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    if (versions.length === 0) return found;
    const names = [...new Set(versions.map(({ flow }) => flow))];
    const rows = await this.queries.query(
      `SELECT Id, VersionNumber, Definition.DeveloperName FROM Flow WHERE Definition.DeveloperName IN (${names.map(soqlText).join(',')})`,
      { tooling: true }
    );
    const memberOf = new Map(
      rows
        .map((row) => ({
          id: String(row.Id),
          flow: String((row.Definition as RawRow | null)?.DeveloperName),
          version: Number(row.VersionNumber),
        }))
        .filter((row) => versions.some(({ flow, version }) => flow === row.flow && version === row.version))
        .map((row) => [row.id.slice(0, 15), versionMember(row.flow, row.version)] as const)
    );
    if (memberOf.size === 0) return found;
    // The view's id comes with 15 or with 18 characters: both are asked for.
    const ids = rows.map((row) => String(row.Id)).filter((id) => memberOf.has(id.slice(0, 15)));
    const list = [...ids, ...ids.map((id) => id.slice(0, 15))].map(soqlText).join(',');
    for (const row of await this.queries.query(
      `SELECT Id, FlowVersionViewId FROM FlowInterview WHERE FlowVersionViewId IN (${list})`
    )) {
      const member = memberOf.get(String(row.FlowVersionViewId).slice(0, 15));
      if (member) found.set(member, [...(found.get(member) ?? []), String(row.Id)].sort());
    }
    return found;
  }

  public async deleteVersion(flow: string, version: number): Promise<void> {
    // The row id of a version changes when it is edited, so it is looked up at the last moment.
    const rows = await this.queries.query(
      `SELECT Id FROM Flow WHERE Definition.DeveloperName = ${soqlText(flow)} AND VersionNumber = ${Math.trunc(version)}`,
      { tooling: true }
    );
    const id = rows[0]?.Id;
    if (id === undefined) return;
    try {
      await this.http.json(`/tooling/sobjects/Flow/${encodeURIComponent(String(id))}`, {
        method: 'DELETE',
        repeatable: true,
      });
    } catch (error) {
      if (!(error instanceof OrgRequestError && error.status === 404)) throw error;
    }
  }
}

function entry(row: RawRow, rows: readonly RawRow[], numberOf: ReadonlyMap<string, number>): FlowEntry {
  const namespace = row.NamespacePrefix ? `${String(row.NamespacePrefix)}__` : '';
  const pointer = (id: unknown): number | null =>
    id === null || id === undefined ? null : (numberOf.get(String(id)) ?? null);
  const versions: FlowVersion[] = rows
    .map((version) => ({
      number: Number(version.VersionNumber),
      status: String(version.Status),
      lastModifiedAt: isoOf(version.LastModifiedDate),
      lastModifiedById: String(version.LastModifiedById),
    }))
    .sort((a, b) => a.number - b.number);
  return {
    name: namespace + String(row.DeveloperName),
    definitionId: String(row.Id),
    managed: isManaged(row.ManageableState, namespace),
    activeVersion: pointer(row.ActiveVersionId),
    latestVersion: pointer(row.LatestVersionId),
    versions,
  };
}

/**
 * Whether the flow belongs to an installed package, so that only its pointer can be set. A flow that carries the org's
 * own namespace (a packaging org) and an editable one of an installed package are the org's own.
 * Source: Tooling API Developer Guide, `ManageableState` of FlowDefinition.
 */
function isManaged(state: unknown, namespace: string): boolean {
  if (typeof state !== 'string' || state === '') return namespace !== '';
  return namespace !== '' && ['installed', 'deprecated', 'deleted'].includes(state);
}
