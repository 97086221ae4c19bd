import { z } from 'zod';
import { digestOf } from '../model/digest.js';
import { Refusal } from '../model/refusal.js';
import { parseJson } from '../snapshot/baseline.js';
import type { StoreFolder } from '../store/ports.js';
import { itemSchema, PLAN_FORMAT, planSchema } from './planFormat.js';
import type { RecordItem, RollbackPlan, Step } from './rollbackPlan.js';

/** Reads a plan and proves that it is as it was made: form, digest, and the name of its folder. */
export async function readPlan(folder: StoreFolder): Promise<RollbackPlan> {
  const damaged = (reason: string): Refusal => new Refusal('planDamaged', { tokens: [folder.id, reason] });
  if (!(await folder.exists('plan.json'))) throw damaged('plan.json is missing: the plan was never finished');
  let raw: unknown;
  try {
    raw = parseJson((await folder.read('plan.json')).toString('utf8'));
  } catch (error) {
    throw damaged((error as Error).message);
  }
  const format = (raw as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > PLAN_FORMAT)
    throw new Refusal('formatTooNew', { tokens: [`${folder.id}/plan.json`, format, PLAN_FORMAT] });
  const parsed = planSchema.safeParse(raw);
  if (!parsed.success) throw damaged(z.prettifyError(parsed.error));
  const { digest, ...body } = parsed.data;
  if (digestOf(body) !== digest)
    throw damaged('its digest does not match its content: it was edited after it was made');
  if (parsed.data.id !== folder.id) throw damaged(`it says that it is ${parsed.data.id}`);
  return parsed.data;
}

/** The rows of a record step, from its item file, whose digest the plan holds. */
export async function readItems(folder: StoreFolder, planStep: Step): Promise<RecordItem[]> {
  if (planStep.detail.kind !== 'records') return [];
  const { path, sha256, count } = planStep.detail.items;
  const damaged = (reason: string): Refusal =>
    new Refusal('planDamaged', { tokens: [folder.id, `${path}: ${reason}`] });
  if (!(await folder.exists(path))) throw damaged('missing');
  const file = await folder.stat(path);
  if (file.sha256 !== sha256) throw damaged('its content is not what was written');
  const lines = (await folder.read(path)).toString('utf8').split('\n').filter(Boolean);
  if (lines.length !== count) throw damaged(`it has ${lines.length} rows of ${count}`);
  return lines.map((line) => itemSchema.parse(parseJson(line)));
}

/** The rows of all record steps of a plan, by step id. */
export async function readAllItems(folder: StoreFolder, plan: RollbackPlan): Promise<Map<string, RecordItem[]>> {
  const items = new Map<string, RecordItem[]>();
  for (const step of plan.steps) if (step.detail.kind === 'records') items.set(step.id, await readItems(folder, step));
  return items;
}
