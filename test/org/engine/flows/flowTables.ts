import type { Row, VirtualTable } from '../contracts.js';
import { childNamed, valueOf } from '../metadata/xmlTree.js';
import { auditValues, virtualTable } from '../virtualSchema.js';
import { flowJson } from './flowJson.js';
import {
  type FlowRecord,
  type FlowStore,
  type FlowVersion,
  activeVersion,
  apiName,
  latestVersion,
} from './flowStore.js';

/** Tooling `FlowDefinition` and `Flow`: the flow with its pointer, and its versions. */
export function flowToolingTables(flows: FlowStore): VirtualTable[] {
  return [
    virtualTable({
      name: 'FlowDefinition',
      keyPrefix: '300',
      api: ['tooling'],
      audited: true,
      fields:
        'DeveloperName:text(80) MasterLabel:text(255) NamespacePrefix:text(15) ManageableState:pick ActiveVersionId:ref(Flow) LatestVersionId:ref(Flow) Description:area(1000)',
      heavyFields: ['Metadata', 'FullName'],
      *rows(): Iterable<Row> {
        for (const flow of flows.all()) yield definitionRow(flow);
      },
      heavy: (row, field) => {
        const flow = flows.byId(String(row['Id']));
        if (flow === undefined) return null;
        if (field === 'FullName') return apiName(flow);
        return {
          activeVersionNumber: activeVersion(flow)?.number ?? null,
          description: row['Description'] ?? null,
          masterLabel: row['MasterLabel'] ?? null,
          urls: null,
        };
      },
    }),
    virtualTable({
      name: 'Flow',
      keyPrefix: '301',
      api: ['tooling'],
      audited: true,
      fields:
        'DefinitionId:ref(FlowDefinition) MasterLabel:text(255) VersionNumber:int Status:pick ProcessType:pick ManageableState:pick ApiVersion:int RunInMode:pick Description:area(1000)',
      heavyFields: ['Metadata', 'FullName'],
      *rows(): Iterable<Row> {
        for (const flow of flows.all()) for (const version of flow.versions) yield versionRow(flow, version);
      },
      heavy: (row, field) => {
        const found = flows.versionById(String(row['Id']));
        if (found === undefined) return null;
        if (field === 'FullName') return `${apiName(found.flow)}-${found.version.number}`;
        // Bodies of installed flows belong to their publisher.
        return found.flow.managed ? null : flowJson(found.version);
      },
    }),
  ];
}

function definitionRow(flow: FlowRecord): Row {
  const latest = latestVersion(flow);
  return {
    Id: flow.id,
    DeveloperName: flow.name,
    MasterLabel: labelOf(flow, latest),
    NamespacePrefix: flow.namespacePrefix ?? null,
    ManageableState: stateOf(flow),
    ActiveVersionId: activeVersion(flow)?.id ?? null,
    LatestVersionId: latest.id,
    Description: valueOf(latest.body, 'description') ?? null,
    ...auditValues(flow.created, flow.lastModified),
  };
}

function versionRow(flow: FlowRecord, version: FlowVersion): Row {
  return {
    Id: version.id,
    DefinitionId: flow.id,
    MasterLabel: labelOf(flow, version),
    VersionNumber: version.number,
    Status: version.status,
    ProcessType: valueOf(version.body, 'processType') ?? 'AutoLaunchedFlow',
    ManageableState: stateOf(flow),
    ApiVersion: Number(valueOf(version.body, 'apiVersion') ?? '0') || null,
    RunInMode: valueOf(version.body, 'runInMode') ?? null,
    Description: valueOf(version.body, 'description') ?? null,
    ...auditValues(version.created, version.lastModified),
  };
}

/** The views of the data API, keyed by `DurableId`; their own `Id` is a placeholder. */
export function flowViewTables(flows: FlowStore): VirtualTable[] {
  return [
    virtualTable({
      name: 'FlowDefinitionView',
      keyPrefix: '3dd',
      api: ['data'],
      setup: false,
      fields: `DurableId:text(255) ApiName:text(255) Label:text(255) Description:area(1000) ProcessType:pick TriggerType:pick NamespacePrefix:text(15) ActiveVersionId:text(255) LatestVersionId:text(255)
        LastModifiedBy:text(255) LastModifiedDate:datetime IsActive:check IsOutOfDate:check IsTemplate:check IsOverridable:check IsSwingFlow:check Builder:text(255) ManageableState:pick InstalledPackageName:text(255)
        TriggerObjectOrEventLabel:text(255) TriggerObjectOrEventId:text(255) RecordTriggerType:pick TriggerOrder:int HasAsyncAfterCommitPath:check VersionNumber:int Environment:pick OverriddenById:text(255) OverriddenFlowId:text(255) SourceTemplateId:text(255)`,
      *rows(): Iterable<Row> {
        for (const flow of flows.all()) yield viewRow(flow);
      },
    }),
    virtualTable({
      name: 'FlowVersionView',
      keyPrefix: '3vd',
      api: ['data'],
      setup: false,
      filterOn: ['FlowDefinitionViewId', 'DurableId'],
      fields:
        'DurableId:text(255) FlowDefinitionViewId:ref(FlowDefinitionView) Label:text(255) Description:area(1000) VersionNumber:int Status:pick ProcessType:pick ApiVersion:num(18,0) ApiVersionRuntime:num(18,0) RunInMode:pick IsTemplate:check LastModifiedDate:datetime',
      *rows(): Iterable<Row> {
        for (const flow of flows.all()) {
          for (const version of flow.versions) {
            const row = versionRow(flow, version);
            yield {
              Id: '000000000000000AAA',
              DurableId: version.id,
              FlowDefinitionViewId: flow.id,
              Label: row['MasterLabel'] ?? null,
              Description: row['Description'] ?? null,
              VersionNumber: version.number,
              Status: version.status,
              ProcessType: row['ProcessType'] ?? null,
              ApiVersion: row['ApiVersion'] ?? null,
              ApiVersionRuntime: row['ApiVersion'] ?? null,
              RunInMode: row['RunInMode'] ?? null,
              IsTemplate: false,
              LastModifiedDate: version.lastModified.at,
            };
          }
        }
      },
    }),
    virtualTable({
      name: 'FlowInterview',
      keyPrefix: '0Fo',
      api: ['data'],
      setup: false,
      fields: 'Name:text(80) FlowVersionViewId:text(255) InterviewStatus:pick CurrentElement:text(100) Guid:text(100)',
      *rows(): Iterable<Row> {
        for (const interview of flows.interviews) {
          const version = flows.get(interview.flow)?.versions.find((one) => one.number === interview.version);
          // The view's id comes with 15 characters here, as in real orgs.
          yield {
            Id: interview.id,
            Name: interview.flow,
            FlowVersionViewId: version?.id.slice(0, 15) ?? null,
            InterviewStatus: 'Paused',
            CurrentElement: null,
            Guid: interview.id,
          };
        }
      },
    }),
  ];
}

function viewRow(flow: FlowRecord): Row {
  const active = activeVersion(flow);
  const latest = latestVersion(flow);
  const shown = active ?? latest;
  const start = childNamed(shown.body, 'start');
  const said = (name: string): string | null => (start === undefined ? null : (valueOf(start, name) ?? null));
  return {
    Id: '000000000000000AAA',
    DurableId: flow.id,
    ApiName: apiName(flow),
    Label: labelOf(flow, shown),
    Description: valueOf(shown.body, 'description') ?? null,
    ProcessType: valueOf(shown.body, 'processType') ?? 'AutoLaunchedFlow',
    TriggerType: said('triggerType'),
    NamespacePrefix: flow.namespacePrefix ?? null,
    ActiveVersionId: active?.id ?? null,
    LatestVersionId: latest.id,
    LastModifiedBy: flow.lastModified.byName,
    LastModifiedDate: flow.lastModified.at,
    // Says whether the latest version is the active one, not whether any is.
    IsActive: latest.status === 'Active',
    IsOutOfDate: active !== undefined && active.number !== latest.number,
    IsTemplate: false,
    IsOverridable: false,
    IsSwingFlow: false,
    Builder: 'Flow Builder',
    ManageableState: stateOf(flow),
    InstalledPackageName: flow.namespacePrefix ?? null,
    TriggerObjectOrEventLabel: said('object'),
    TriggerObjectOrEventId: said('object'),
    RecordTriggerType: said('recordTriggerType'),
    TriggerOrder: Number(valueOf(shown.body, 'triggerOrder') ?? '') || null,
    HasAsyncAfterCommitPath: false,
    VersionNumber: shown.number,
    Environment: 'Default',
    OverriddenById: null,
    OverriddenFlowId: null,
    SourceTemplateId: null,
  };
}

function labelOf(flow: FlowRecord, version: FlowVersion): string {
  return valueOf(version.body, 'label') ?? flow.name;
}

function stateOf(flow: FlowRecord): string {
  return flow.managed ? 'installed' : 'unmanaged';
}
