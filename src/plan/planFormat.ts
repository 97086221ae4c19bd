import { z } from 'zod';
import { OPERATIONS } from '../model/operation.js';
import { ROW_KINDS } from '../permissions/permissionRow.js';
import { insidePath } from '../snapshot/snapshotSchemas.js';

export const PLAN_FORMAT = 1;

const text = z.string().max(100_000);
const risk = z.enum(['lossless', 'lossy', 'irreversible']);
const operation = z.enum(OPERATIONS);
const row = z.record(text, z.string().nullable());

const versionsSeen = z.array(z.strictObject({ version: z.number().int(), stamp: text, digest: text.nullable() }));

const detail = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('flow'),
    flow: text,
    definitionId: text.nullable(),
    from: z.number().int().nullable(),
    to: z.number().int().nullable(),
    bodyDigest: text.nullable(),
    expects: versionsSeen.optional(),
    bad: z.strictObject({ version: z.number().int(), path: insidePath, sha256: text }).optional(),
    needsSlot: z.literal(true).optional(),
    inactive: z.literal(true).optional(),
    part: z.number().int().positive().optional(),
  }),
  z.strictObject({
    kind: z.literal('flowVersion'),
    flow: text,
    version: z.number().int(),
    expects: versionsSeen.optional(),
    interviews: z.array(z.string().regex(/^[a-zA-Z0-9]{15,18}$/)).optional(),
  }),
  z.strictObject({
    kind: z.literal('component'),
    type: text,
    fullName: text,
    expects: text.nullable(),
    leaves: text.nullable(),
    first: z.literal(true).optional(),
    off: text.optional(),
    unsaved: z.literal(true).optional(),
  }),
  z.strictObject({
    kind: z.literal('permissions'),
    parent: z.strictObject({ kind: z.enum(['PermissionSet', 'Profile', 'PermissionSetGroup']), name: text }),
    rows: z.array(
      z.strictObject({ kind: z.enum(ROW_KINDS), target: text, before: z.array(text), after: z.array(text) })
    ),
  }),
  z.strictObject({
    kind: z.literal('records'),
    object: z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/),
    fields: z.array(text),
    strays: z.literal(true).optional(),
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
  onlyChecked: z.number().int().nonnegative().optional(),
  risk,
  rowsAtStake: z.number().int().nonnegative().optional(),
  waitsFor: z.array(text),
  reason: text,
  detail,
});

const request = z.strictObject({
  choice: z.strictObject({
    only: z.array(text),
    exclude: z.array(text),
    onConflict: z.enum(['keep', 'restore']),
    resolve: z.array(
      z.strictObject({
        selector: text,
        decision: z.enum(['keep', 'restore']),
        standing: z.literal(true).optional(),
      })
    ),
    deleteFlows: z.boolean(),
  }),
  everybody: z.boolean(),
  changedBy: z.array(text),
  deployments: z.array(text).optional(),
  loads: z.array(text).optional(),
  since: text.optional(),
  until: text.optional(),
  after: text.optional(),
  full: z.boolean(),
  acceptGaps: z.boolean(),
  driftOnly: z.boolean().optional(),
  undo: z
    .strictObject({
      from: text.optional(),
      until: text,
      by: z.array(text).optional(),
      goneOn: z.boolean().optional(),
      left: z.array(z.strictObject({ target: text, digest: text.nullable() })).optional(),
    })
    .optional(),
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
  after: text.optional(),
  request: request.optional(),
  deployments: z.array(
    z.strictObject({
      id: text,
      by: text,
      status: text,
      at: text.nullable(),
      takenBack: z.boolean(),
      checkOnly: z.boolean().optional(),
      run: text.optional(),
    })
  ),
  summary: z.partialRecord(operation, z.number()),
  steps: z.array(step),
  conflicts: z.array(
    z.strictObject({
      target: text,
      kind: text,
      baseline: text,
      current: text,
      changedBy: text.nullable(),
      changedAt: text.nullable(),
      decision: z.enum(['keep', 'restore']),
      fields: z.array(text).optional(),
    })
  ),
  manual: z.array(z.strictObject({ target: text, what: text })),
  leftOut: z.array(z.strictObject({ target: text, why: text })),
  findings: z.array(
    z.strictObject({
      code: text,
      severity: z.enum(['info', 'warning', 'error']),
      subject: text,
      message: text,
      action: text.optional(),
    })
  ),
  estimate: z.strictObject({
    requests: z.number(),
    seconds: z.number(),
    limit: z.number().optional(),
    remaining: z.number().optional(),
  }),
  advice: text,
  digest: text,
});

/** One line of a step's item file. */
export const itemSchema = z.strictObject({
  id: z.string().regex(/^[a-zA-Z0-9]{18}$/),
  before: row.nullable(),
  after: row.nullable(),
  also: row.optional(),
  atFirst: row.optional(),
});
