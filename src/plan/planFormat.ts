import { z } from 'zod';
import { digestOf } from '../model/digest.js';
import { OPERATIONS } from '../model/operation.js';
import { Refusal } from '../model/refusal.js';
import { parseJson } from '../snapshot/baseline.js';
import { insidePath } from '../snapshot/snapshotFormat.js';
import type { StoreFolder } from '../store/ports.js';
import type { RecordItem, RollbackPlan, Step } from './rollbackPlan.js';

export const PLAN_FORMAT = 1;

const text = z.string().max(100_000);
const risk = z.enum(['lossless', 'lossy', 'irreversible']);
const operation = z.enum(OPERATIONS);
const row = z.record(text, z.string().nullable());

const detail = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('flow'),
    flow: text,
    definitionId: text.nullable(),
    from: z.number().int().nullable(),
    to: z.number().int().nullable(),
    bodyDigest: text.nullable(),
  }),
  z.strictObject({ kind: z.literal('flowVersion'), flow: text, version: z.number().int() }),
  z.strictObject({ kind: z.literal('component'), type: text, fullName: text, expects: text.nullable(), leaves: text.nullable() }),
  z.strictObject({
    kind: z.literal('records'),
    object: z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/),
    fields: z.array(text),
    items: z.strictObject({ path: insidePath, sha256: text, count: z.number().int().nonnegative() }),
  }),
]);

const step = z.strictObject({
  id: text,
  lane: z.enum(['flows', 'metadata', 'permissions', 'records']),
  operation,
  fallbacks: z.array(z.strictObject({ operation, when: text, risk })),
  target: text,
  count: z.number().int().nonnegative(),
  risk,
  waitsFor: z.array(text),
  reason: text,
  detail,
});

export const planSchema = z.strictObject({
  format: z.literal(PLAN_FORMAT),
  id: text,
  snapshotId: text,
  snapshotDigest: text,
  orgId: text,
  apiVersion: text,
  createdAt: text,
  createdBy: text,
  applicable: z.boolean(),
  complete: z.boolean(),
  empty: z.boolean(),
  deployers: z.array(text),
  attribution: text,
  deployments: z.array(z.strictObject({ id: text, by: text, status: text, at: text.nullable(), takenBack: z.boolean() })),
  summary: z.partialRecord(operation, z.number()),
  steps: z.array(step),
  conflicts: z.array(
    z.strictObject({ target: text, kind: text, baseline: text, current: text, changedBy: text.nullable(), changedAt: text.nullable(), decision: z.enum(['keep', 'restore']) })
  ),
  manual: z.array(z.strictObject({ target: text, what: text })),
  leftOut: z.array(z.strictObject({ target: text, why: text })),
  findings: z.array(z.strictObject({ code: text, severity: z.enum(['info', 'warning', 'error']), subject: text, message: text, action: text.optional() })),
  estimate: z.strictObject({ requests: z.number(), seconds: z.number() }),
  advice: text,
  digest: text,
});

const itemSchema = z.strictObject({ id: z.string().regex(/^[a-zA-Z0-9]{18}$/), before: row.nullable(), after: row.nullable() });

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
  if (typeof format === 'number' && format > PLAN_FORMAT) throw new Refusal('formatTooNew', { tokens: [`${folder.id}/plan.json`, format, PLAN_FORMAT] });
  const parsed = planSchema.safeParse(raw);
  if (!parsed.success) throw damaged(z.prettifyError(parsed.error));
  const { digest, ...body } = parsed.data;
  if (digestOf(body) !== digest) throw damaged('its digest does not match its content: it was edited after it was made');
  if (parsed.data.id !== folder.id) throw damaged(`it says that it is ${parsed.data.id}`);
  return parsed.data as RollbackPlan;
}

/** The rows of a record step, from its item file, whose digest the plan holds. */
export async function readItems(folder: StoreFolder, planStep: Step): Promise<RecordItem[]> {
  if (planStep.detail.kind !== 'records') return [];
  const { path, sha256, count } = planStep.detail.items;
  const damaged = (reason: string): Refusal => new Refusal('planDamaged', { tokens: [folder.id, `${path}: ${reason}`] });
  if (!(await folder.exists(path))) throw damaged('missing');
  const file = await folder.stat(path);
  if (file.sha256 !== sha256) throw damaged('its content is not what was written');
  const lines = (await folder.read(path)).toString('utf8').split('\n').filter(Boolean);
  if (lines.length !== count) throw damaged(`it has ${lines.length} rows of ${count}`);
  return lines.map((line) => itemSchema.parse(parseJson(line)));
}
