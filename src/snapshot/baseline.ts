import { z } from 'zod';
import type { FlowsPart } from '../flow/flowVersion.js';
import type { ComponentsPart } from '../metadata/component.js';
import { digestOf } from '../model/digest.js';
import type { StoreId } from '../model/ids.js';
import { Refusal } from '../model/refusal.js';
import { NO_NEW_IDS, type IdMap } from '../records/idMap.js';
import { joinKnowledge, NO_KNOWLEDGE, type Knowledge } from '../records/knowledge.js';
import type { ObjectDescribe } from '../records/objectDescribe.js';
import type { PermissionsPart } from '../permissions/permissionsPart.js';
import { PRESET_KNOWLEDGE } from '../records/presets/presets.js';
import type { Store, StoreFolder } from '../store/ports.js';
import { readJsonFile } from './jsonFile.js';
import { SNAPSHOT_FORMAT, type FieldPart, type ObjectPart, type Snapshot } from './snapshotFormat.js';
import { componentsSchema, describeSchema, flowsSchema, permissionsSchema, snapshotSchema } from './snapshotSchemas.js';

/** What a deleted field held, and how the org described it then. */
export interface SavedField {
  readonly part: FieldPart;
  readonly describe: ObjectDescribe;
}

/** A snapshot proven whole: its digest and every part's hash were checked just now, and it is of this org. */
export interface Baseline {
  readonly snapshot: Snapshot;
  readonly folder: StoreFolder;
  readonly flows: FlowsPart;
  readonly components: ComponentsPart;
  /** Undefined when the snapshot covers no permission rows. */
  readonly permissions: PermissionsPart | undefined;
  readonly describes: ReadonlyMap<string, ObjectDescribe>;
  /** What deleted fields held, by `Object.Field__c`; only undo points have any. */
  readonly fieldData?: ReadonlyMap<string, SavedField>;
  /** What the presets, and the datasets the snapshot was taken with, know of its objects. */
  readonly knowledge: Knowledge;
  /** New Ids that earlier runs gave since the snapshot was taken. */
  readonly idMap: IdMap;
  /** Deployments by which earlier runs took the org back, by id to the run; undefined: none are told apart. */
  readonly wayBack?: ReadonlyMap<string, StoreId>;
  /** Permission rows that plans of earlier runs took for the deployment's, with what they granted then. */
  readonly claimed?: ReadonlyMap<string, readonly string[]>;
  /** Rows that earlier runs may have inserted, of which the org did not tell, by old Id to the run. */
  readonly inDoubt?: ReadonlyMap<string, string>;
  /** Runs of this org that were stopped or cut off. */
  readonly unfinished?: readonly string[];
  /** Runs since the snapshot of which the journal cannot be believed, with why: what they inserted is not known. */
  readonly damaged?: ReadonlyMap<string, string>;
}

/** What earlier runs of a store did, may have done and left open. */
export type EarlierWork = Pick<Baseline, 'wayBack' | 'claimed' | 'inDoubt' | 'unfinished' | 'damaged'>;

export function objectPart(baseline: Baseline, object: string): ObjectPart | undefined {
  return baseline.snapshot.objects.find((part) => part.object === object);
}

/** `snapshot.json` of a folder, checked in form and digest; parts are not looked at. */
export async function readSnapshot(folder: StoreFolder): Promise<Snapshot> {
  const damaged = (reason: string): Refusal =>
    new Refusal('snapshotDamaged', { tokens: [folder.id, 'snapshot.json', reason] });
  if (!(await folder.exists('snapshot.json'))) throw damaged('missing: the snapshot was never finished');
  const { value: raw, asWritten } = await readJsonFile(folder, 'snapshot.json').catch((error: Error) => {
    throw damaged(error.message);
  });
  const format = (raw as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > SNAPSHOT_FORMAT)
    throw new Refusal('formatTooNew', { tokens: [`${folder.id}/snapshot.json`, format, SNAPSHOT_FORMAT] });
  const parsed = snapshotSchema.safeParse(raw);
  if (!parsed.success) throw damaged(z.prettifyError(parsed.error));
  const { digest, ...body } = parsed.data;
  if (digestOf(body) !== digest) throw damaged('its digest does not match its content');
  if (parsed.data.id !== folder.id) throw damaged(`it says that it is ${parsed.data.id}`);
  // Also an edit that changes no value is an edit.
  if (!asWritten) throw damaged('it was edited after it was written');
  return parsed.data;
}

/** Opens a snapshot as something to go back to; refuses a damaged one and one of another org. */
export async function openBaseline(
  store: Store,
  id: StoreId,
  orgId: string,
  idMap: IdMap = NO_NEW_IDS,
  earlier: EarlierWork = {}
): Promise<Baseline> {
  const folder = await store.open('snapshots', id);
  const snapshot = await readSnapshot(folder);
  if (snapshot.orgId !== orgId) throw new Refusal('wrongOrg', { tokens: [`snapshot ${id}`, snapshot.orgId, orgId] });
  for (const part of snapshot.parts) {
    const damaged = (reason: string): Refusal => new Refusal('snapshotDamaged', { tokens: [id, part.path, reason] });
    if (!(await folder.exists(part.path))) throw damaged('missing');
    const file = await folder.stat(part.path);
    if (file.bytes !== part.bytes || file.sha256 !== part.sha256) throw damaged('its content is not what was written');
  }
  const listed = new Set(snapshot.parts.map((part) => part.path));
  // What is not listed has no hash, and could be anything.
  const unlisted = (paths: ReadonlyArray<string | undefined>): void => {
    const path = paths.find((entry) => entry !== undefined && !listed.has(entry));
    if (path !== undefined) throw new Refusal('snapshotDamaged', { tokens: [id, path, 'not listed in snapshot.json'] });
  };
  unlisted(snapshot.objects.flatMap((part) => [part.data, part.describe, part.index]));
  const read = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    unlisted([path]);
    const { value } = await readJsonFile(folder, path).catch((error: Error) => {
      throw new Refusal('snapshotDamaged', { tokens: [id, path, error.message] });
    });
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new Refusal('snapshotDamaged', { tokens: [id, path, z.prettifyError(parsed.error)] });
    return parsed.data;
  };
  const describes = new Map<string, ObjectDescribe>();
  for (const part of snapshot.objects) describes.set(part.object, await read(part.describe, describeSchema));
  const fieldParts = snapshot.fieldData ?? [];
  unlisted(fieldParts.flatMap((part) => [part.data, part.describe]));
  const fieldData = new Map<string, SavedField>();
  for (const part of fieldParts)
    fieldData.set(`${part.object}.${part.field}`, { part, describe: await read(part.describe, describeSchema) });
  const flows = await read('flows.json', flowsSchema);
  const components = await read('components.json', componentsSchema);
  unlisted(flows.bodies.map((body) => body.path));
  unlisted(components.components.flatMap((state) => state.paths.map((path) => `metadata/${path}`)));
  return {
    snapshot,
    folder,
    flows,
    components,
    permissions: listed.has('permissions.json') ? await read('permissions.json', permissionsSchema) : undefined,
    describes,
    ...(fieldData.size > 0 ? { fieldData } : {}),
    knowledge: joinKnowledge([PRESET_KNOWLEDGE, snapshot.scope.knowledge ?? NO_KNOWLEDGE]),
    idMap,
    ...earlier,
  };
}
