import type { FlowEntry, FlowVersion } from '../flow/flowVersion.js';
import { soqlText } from '../records/soql.js';
import { OrgRequestError, type OrgHttp } from './orgHttp.js';
import type { FlowPointer, FlowReader, Querier, RawRow } from './ports.js';

const isoOf = (value: unknown): string => new Date(String(value).replace(/\+0000$/, 'Z')).toISOString();

/** Flows over the Tooling API: FlowDefinition holds the pointer, each Flow row is one version. */
export class ToolingFlows implements FlowReader, FlowPointer {
  public constructor(
    private readonly http: OrgHttp,
    private readonly queries: Querier
  ) {}

  public async listFlows(): Promise<FlowEntry[]> {
    const [definitions, versions] = await Promise.all([
      this.queries.query(
        'SELECT Id, DeveloperName, NamespacePrefix, ActiveVersionId, LatestVersionId FROM FlowDefinition',
        { tooling: true }
      ),
      this.queries.query(
        'SELECT Id, DefinitionId, VersionNumber, Status, LastModifiedDate, LastModifiedById FROM Flow',
        { tooling: true }
      ),
    ]);
    const byDefinition = Map.groupBy(versions, (row) => String(row.DefinitionId));
    const numberOf = new Map(versions.map((row) => [String(row.Id), Number(row.VersionNumber)]));
    return definitions
      .map((row) => entry(row, byDefinition.get(String(row.Id)) ?? [], numberOf))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  public async setActiveVersion(definitionId: string, version: number): Promise<void> {
    await this.http.json(`/tooling/sobjects/FlowDefinition/${encodeURIComponent(definitionId)}`, {
      method: 'PATCH',
      json: { Metadata: { activeVersionNumber: version } },
      // The pointer ends at the same version however often it is set.
      repeatable: true,
    });
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
    managed: namespace !== '',
    activeVersion: pointer(row.ActiveVersionId),
    latestVersion: pointer(row.LatestVersionId),
    versions,
  };
}
