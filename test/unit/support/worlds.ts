import { PRESET_KNOWLEDGE } from '../../../src/records/presets/presets.js';
import type { FlowChange } from '../../../src/flow/diffFlows.js';
import type { FlowEntry, FlowsPart } from '../../../src/flow/flowVersion.js';
import type { ComponentState } from '../../../src/metadata/component.js';
import type { ComponentChange } from '../../../src/metadata/diffComponents.js';
import { digestOf } from '../../../src/model/digest.js';
import { parseRecordId, type RecordId } from '../../../src/model/ids.js';
import type { DeployedComponent, DeployReport } from '../../../src/org/ports/components.js';
import type { Deployment } from '../../../src/org/ports/history.js';
import type { Attribution, Touch } from '../../../src/plan/attribution/attribution.js';
import { NO_CHOICE, type Choice } from '../../../src/plan/choice/choice.js';
import type { Decisions } from '../../../src/plan/draft.js';
import type { RecordFacts } from '../../../src/plan/records/recordFacts.js';
import type { DraftStep, RecordItem, RollbackPlan, Step } from '../../../src/plan/rollbackPlan.js';
import type { RecordChange } from '../../../src/records/diffRecords.js';
import type { ValueRow } from '../../../src/records/fieldValue.js';
import type { ObjectDescribe } from '../../../src/records/objectDescribe.js';

/** Three people: who deployed, who works beside, and who runs the tool. */
export const DEPLOYER = '005000000000001AAA';
export const COLLEAGUE = '005000000000002AAA';
export const NAMES: ReadonlyMap<string, string> = new Map([
  [DEPLOYER, 'dora@example.com'],
  [COLLEAGUE, 'cleo@example.com'],
]);

export const BEFORE = '2026-11-20T09:00:00.000Z';
export const SNAPSHOT_AT = '2026-11-21T05:30:00.000Z';
export const DEPLOYED_AT = '2026-11-21T06:00:00.000Z';
export const LATER = '2026-11-21T07:00:00.000Z';

/** The nth record id with a key prefix. */
export function recordIdOf(prefix: string, n: number): RecordId {
  return parseRecordId(`${prefix}${String(n).padStart(12, '0')}`) as RecordId;
}

/** A flow with versions 1 to `latest`, all last changed by `by` at `when`, of which `active` runs. */
export function aFlow(
  name: string,
  active: number | null,
  latest: number,
  by = DEPLOYER,
  more: Partial<FlowEntry> = {},
  when = DEPLOYED_AT
): FlowEntry {
  return {
    name,
    definitionId: recordIdOf('300', name.length),
    managed: false,
    activeVersion: active,
    latestVersion: latest,
    versions: Array.from({ length: latest }, (_, at) => ({
      number: at + 1,
      status: at + 1 === active ? 'Active' : 'Obsolete',
      lastModifiedAt: when,
      lastModifiedById: by,
    })),
    ...more,
  };
}

/** A flow as the snapshot has it: its versions were last changed before. */
export function flowBefore(
  name: string,
  active: number | null,
  latest: number,
  more: Partial<FlowEntry> = {}
): FlowEntry {
  return aFlow(name, active, latest, COLLEAGUE, more, BEFORE);
}

export function flowsPart(flows: readonly FlowEntry[], more: Partial<FlowsPart> = {}): FlowsPart {
  return { flows, absent: [], bodies: [], ...more };
}

export function bodyOf(flow: string, version: number): { flow: string; version: number; digest: string; path: string } {
  return { flow, version, digest: digestOf([flow, version]), path: `flows/${flow}/${version}.flow-meta.xml` };
}

export function flowChange(
  kind: FlowChange['kind'],
  before: FlowEntry | undefined,
  now: FlowEntry | undefined,
  by: string | undefined = now ? DEPLOYER : undefined
): FlowChange {
  return {
    flow: (now ?? before)?.name ?? '',
    kind,
    baseline: before,
    now,
    changedById: by,
    changedAt: by ? DEPLOYED_AT : undefined,
  };
}

export function aState(
  type: string,
  fullName: string,
  content: string,
  more: Partial<ComponentState> = {}
): ComponentState {
  return { type, fullName, digest: digestOf(content), paths: [`${type}/${fullName}`], ...more };
}

export function componentChange(
  kind: ComponentChange['kind'],
  type: string,
  fullName: string,
  by: string = DEPLOYER,
  more: Partial<ComponentState> = {}
): ComponentChange {
  const before = kind === 'created' ? undefined : aState(type, fullName, 'before');
  const now =
    kind === 'deleted'
      ? undefined
      : aState(type, fullName, 'now', {
          createdById: by,
          createdAt: DEPLOYED_AT,
          lastModifiedById: by,
          lastModifiedAt: DEPLOYED_AT,
          ...more,
        });
  return { type, fullName, kind, baseline: before, now };
}

export function touch(
  userId: string,
  what: Partial<Pick<Touch, 'created' | 'changed' | 'deleted'>>,
  deploymentId = '0Af000000000001AAA'
): Touch {
  return { deploymentId, userId, at: DEPLOYED_AT, created: false, changed: false, deleted: false, ...what };
}

/** The stamps a row carries when `editor` touched it last and `creator` made it. */
export function stamps(editor: string = DEPLOYER, creator: string = editor): ValueRow {
  return { CreatedById: creator, CreatedDate: DEPLOYED_AT, LastModifiedById: editor, LastModifiedDate: DEPLOYED_AT };
}

export function inserted(
  object: string,
  id: string,
  values: ValueRow,
  editor = DEPLOYER,
  creator = editor
): RecordChange {
  return {
    object,
    id,
    kind: 'inserted',
    baseline: undefined,
    now: { Id: id, ...values, ...stamps(editor, creator) },
    differences: [],
  };
}

/** An update: `values` maps a field to its value before and now. */
export function updated(
  object: string,
  id: string,
  values: Readonly<Record<string, readonly [string | null, string | null]>>,
  editor = DEPLOYER
): RecordChange {
  const pairs = Object.entries(values);
  return {
    object,
    id,
    kind: 'updated',
    baseline: { Id: id, ...Object.fromEntries(pairs.map(([field, [before]]) => [field, before])) },
    now: { Id: id, ...Object.fromEntries(pairs.map(([field, [, now]]) => [field, now])), ...stamps(editor) },
    differences: pairs
      .filter(([, [before, now]]) => before !== now)
      .map(([field, [before, now]]) => ({ field, baseline: before, now })),
  };
}

/**
 * A deletion; without `editor` the org no longer knows the row. `changedBefore` are fields that had another value when the
 * row was deleted.
 */
export function deleted(
  object: string,
  id: string,
  values: ValueRow,
  editor: string | null = DEPLOYER,
  changedBefore: ValueRow = {}
): RecordChange {
  const baseline = { Id: id, ...values };
  return {
    object,
    id,
    kind: 'deleted',
    baseline,
    now: editor === null ? undefined : { ...baseline, ...changedBefore, ...stamps(editor) },
    differences: Object.entries(changedBefore).map(([field, now]) => ({ field, baseline: values[field] ?? null, now })),
  };
}

export function anAttribution(more: Partial<Attribution> = {}): Attribution {
  return {
    deployers: new Set([DEPLOYER]),
    source: 'deployments',
    window: {},
    touches: new Map(),
    loaded: new Map(),
    alone: more.source === 'everybody' || more.source === 'onlyAuthor',
    exact: more.source === 'everybody',
    ...more,
  };
}

export function decisions(choice: Partial<Choice> = {}, attribution: Partial<Attribution> = {}): Decisions {
  return { attribution: anAttribution(attribution), choice: { ...NO_CHOICE, ...choice }, names: NAMES };
}

/** What the record lane knows beside the changes: the objects, and that nothing else refers to their rows. */
export function recordFacts(describes: readonly ObjectDescribe[], more: Partial<RecordFacts> = {}): RecordFacts {
  return {
    describes: new Map(describes.map((describe) => [describe.name, describe])),
    textReferences: [],
    rules: new Map(),
    ruleOf: new Map(),
    held: new Map(),
    knowledge: PRESET_KNOWLEDGE,
    inactiveOwners: new Set(),
    ofPresets: new Set(),
    lastEditorOnly: true,
    ...more,
  };
}

export function aDeployment(id: string, by: string, more: Partial<Deployment> = {}): Deployment {
  return {
    id,
    status: 'Succeeded',
    checkOnly: false,
    startedAt: DEPLOYED_AT,
    completedAt: DEPLOYED_AT,
    createdById: by as RecordId,
    createdByName: NAMES.get(by) ?? by,
    rollbackOnError: true,
    componentsDeployed: null,
    ...more,
  };
}

export function aReport(
  id: string,
  components: ReadonlyArray<Partial<DeployedComponent> & { type: string; fullName: string }>
): DeployReport {
  return {
    id,
    status: 'Succeeded',
    success: true,
    done: true,
    checkOnly: false,
    components: components.map((component) => ({
      created: false,
      changed: false,
      deleted: false,
      success: true,
      ...component,
    })),
    testsRan: false,
    testFailures: [],
  };
}

const COMMON = { fallbacks: [], count: 1, risk: 'lossless', reason: 'it differs from the snapshot' } as const;

export function pointerStep(
  flow: string,
  operation: 'activateFlowVersion' | 'deactivateFlow' | 'redeployFlow' = 'activateFlowVersion',
  from: number | null = 2,
  to: number | null = 1
): DraftStep {
  return {
    ...COMMON,
    key: `flows:${operation}:${flow}`,
    lane: 'flows',
    operation,
    target: `flow:${flow}`,
    detail: { kind: 'flow', flow, definitionId: recordIdOf('300', 1), from, to, bodyDigest: null },
  };
}

export function versionStep(flow: string, version: number): DraftStep {
  return {
    ...COMMON,
    key: `flows:deleteFlowVersion:${flow}:${version}`,
    lane: 'flows',
    operation: 'deleteFlowVersion',
    target: `flow:${flow}`,
    detail: { kind: 'flowVersion', flow, version },
  };
}

export function componentStep(
  type: string,
  fullName: string,
  operation: 'restoreComponent' | 'recreateComponent' | 'deleteComponent' = 'restoreComponent'
): DraftStep {
  return {
    ...COMMON,
    key: `metadata:${operation}:${type}:${fullName}`,
    lane: 'metadata',
    operation,
    target: `metadata:${type}:${fullName}`,
    detail: {
      kind: 'component',
      type,
      fullName,
      expects: digestOf('now'),
      leaves: operation === 'deleteComponent' ? null : digestOf('before'),
    },
  };
}

export function recordStep(
  object: string,
  operation: 'undeleteRecords' | 'insertRecords' | 'updateRecords' | 'deleteRecords',
  items: readonly RecordItem[],
  sheet = operation.replace('Records', '')
): DraftStep {
  return {
    ...COMMON,
    key: `records:${sheet}:${object}`,
    lane: 'records',
    operation,
    target: `record:${object}`,
    count: items.length,
    detail: { kind: 'records', object, fields: [], items },
  };
}

/** A draft step as it stands in a finished plan. */
export function planned(draft: DraftStep, id: string, more: Partial<Step> = {}): Step {
  const { key, detail, ...rest } = draft;
  void key;
  const kept =
    detail.kind === 'records'
      ? { ...detail, items: { path: `steps/${id}.ndjson`, sha256: digestOf(detail.items), count: detail.items.length } }
      : detail;
  return { ...rest, id, waitsFor: [], detail: kept, ...more };
}

export function aPlan(more: Partial<Omit<RollbackPlan, 'digest'>> = {}): RollbackPlan {
  const body: Omit<RollbackPlan, 'digest'> = {
    format: 1,
    id: '20261121T063000Z-prod-3f9c1a',
    snapshotId: '20261121T053000Z-prod-0a0b0c',
    snapshotDigest: digestOf('snapshot'),
    orgId: '00D000000000062EAA',
    apiVersion: '65.0',
    createdAt: '2026-11-21T06:30:00.000Z',
    createdBy: 'olga@example.com',
    applicable: true,
    complete: true,
    empty: false,
    deployers: ['dora@example.com'],
    attribution: 'deployments',
    deployments: [],
    summary: {},
    steps: [],
    conflicts: [],
    manual: [],
    leftOut: [],
    findings: [],
    estimate: { requests: 10, seconds: 3 },
    advice: 'Roll back: every step can be undone without loss.',
    ...more,
  };
  return { ...body, digest: digestOf(body) };
}
