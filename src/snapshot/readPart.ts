import { z } from 'zod';
import type { FlowsPart } from '../flow/flowVersion.js';
import type { ComponentsPart } from '../metadata/component.js';
import { parseJson } from '../model/json.js';
import { Refusal } from '../model/refusal.js';
import type { ObjectDescribe } from '../records/objectDescribe.js';
import type { StoreFolder } from '../store/ports.js';
import type { ObjectPart, Snapshot } from './snapshotFormat.js';
import { componentsSchema, describeSchema, flowsSchema } from './snapshotSchemas.js';

/**
 * One file of a snapshot, proven to be as it was written. For views that need a few files of a large snapshot; what is to
 * be gone back to is opened as a whole, with `openBaseline`.
 */
export async function readPartFile(folder: StoreFolder, snapshot: Snapshot, path: string): Promise<Buffer> {
  const damaged = (reason: string): Refusal => new Refusal('snapshotDamaged', { tokens: [snapshot.id, path, reason] });
  const part = snapshot.parts.find((entry) => entry.path === path);
  if (!part) throw damaged('not listed in snapshot.json');
  if (!(await folder.exists(path))) throw damaged('missing');
  const file = await folder.stat(path);
  if (file.bytes !== part.bytes || file.sha256 !== part.sha256) throw damaged('its content is not what was written');
  return folder.read(path);
}

async function readJson<T>(folder: StoreFolder, snapshot: Snapshot, path: string, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(parseJson((await readPartFile(folder, snapshot, path)).toString('utf8')));
  if (!parsed.success)
    throw new Refusal('snapshotDamaged', { tokens: [snapshot.id, path, z.prettifyError(parsed.error)] });
  return parsed.data;
}

export function readFlowsPart(folder: StoreFolder, snapshot: Snapshot): Promise<FlowsPart> {
  return readJson(folder, snapshot, 'flows.json', flowsSchema);
}

export function readComponentsPart(folder: StoreFolder, snapshot: Snapshot): Promise<ComponentsPart> {
  return readJson(folder, snapshot, 'components.json', componentsSchema);
}

export function readDescribe(folder: StoreFolder, snapshot: Snapshot, part: ObjectPart): Promise<ObjectDescribe> {
  return readJson(folder, snapshot, part.describe, describeSchema);
}
