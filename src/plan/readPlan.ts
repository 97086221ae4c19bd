import { z } from 'zod';
import { digestOf } from '../model/digest.js';
import { Refusal } from '../model/refusal.js';
import { parseJson } from '../model/json.js';
import { readJsonFile } from '../snapshot/jsonFile.js';
import type { StoreFolder } from '../store/ports.js';
import { itemSchema, PLAN_FORMAT, planSchema } from './planFormat.js';
import type { RecordItem, RollbackPlan, Step } from './rollbackPlan.js';

/** Reads a plan and proves that it is as it was made: form, digest, and the name of its folder. */
export async function readPlan(folder: StoreFolder): Promise<RollbackPlan> {
  const damaged = (reason: string): Refusal => new Refusal('planDamaged', { tokens: [folder.id, reason] });
  if (!(await folder.exists('plan.json'))) throw damaged('plan.json is missing: the plan was never finished');
  const { value: raw, asWritten } = await readJsonFile(folder, 'plan.json').catch((error: Error) => {
    throw damaged(error.message);
  });
  const format = (raw as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > PLAN_FORMAT)
    throw new Refusal('formatTooNew', { tokens: [`${folder.id}/plan.json`, format, PLAN_FORMAT] });
  const parsed = planSchema.safeParse(raw);
  if (!parsed.success) throw damaged(z.prettifyError(parsed.error));
  const { digest, ...body } = parsed.data;
  if (digestOf(body) !== digest)
    throw damaged('its digest does not match its content: it was edited after it was made');
  if (parsed.data.id !== folder.id) throw damaged(`it says that it is ${parsed.data.id}`);
  // Also an edit that changes no value is an edit.
  if (!asWritten) throw damaged('plan.json was edited after it was made');
  return parsed.data;
}

/** Proves that the files beside `plan.json` are as they were written: rows of record steps, bodies of flow versions. */
export async function checkPlanFiles(folder: StoreFolder, plan: RollbackPlan): Promise<void> {
  for (const { detail } of plan.steps) {
    const file = detail.kind === 'records' ? detail.items : detail.kind === 'flow' ? detail.bad : undefined;
    if (file) await checkFile(folder, file.path, file.sha256);
  }
}

async function checkFile(folder: StoreFolder, path: string, sha256: string): Promise<void> {
  const damaged = (reason: string): Refusal =>
    new Refusal('planDamaged', { tokens: [folder.id, `${path}: ${reason}`] });
  if (!(await folder.exists(path))) throw damaged('missing');
  if ((await folder.stat(path)).sha256 !== sha256) throw damaged('its content is not what was written');
}

/** The rows of a record step, from its item file, whose digest the plan holds. */
export async function readItems(folder: StoreFolder, planStep: Step): Promise<RecordItem[]> {
  if (planStep.detail.kind !== 'records') return [];
  const { path, sha256, count } = planStep.detail.items;
  const damaged = (reason: string): Refusal =>
    new Refusal('planDamaged', { tokens: [folder.id, `${path}: ${reason}`] });
  await checkFile(folder, path, sha256);
  const lines = (await folder.read(path)).toString('utf8').split('\n').filter(Boolean);
  if (lines.length !== count) throw damaged(`it has ${lines.length} rows of ${count}`);
  try {
    return lines.map((line) => itemSchema.parse(parseJson(line)));
  } catch (error) {
    throw damaged((error as Error).message.slice(0, 500));
  }
}

/** The rows of all record steps of a plan, by step id. */
export async function readAllItems(folder: StoreFolder, plan: RollbackPlan): Promise<Map<string, RecordItem[]>> {
  const items = new Map<string, RecordItem[]>();
  for (const step of plan.steps) if (step.detail.kind === 'records') items.set(step.id, await readItems(folder, step));
  return items;
}
