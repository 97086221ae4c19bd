import { z } from 'zod';
import { ROW_KINDS } from '../permissions/permissionRow.js';
import { SNAPSHOT_FORMAT } from './snapshotFormat.js';

const text = z.string().max(100_000);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/);
const componentKey = z.strictObject({ type: text, fullName: text });

export const gapSchema = z.strictObject({
  kind: z.enum(['field', 'object', 'rows', 'component', 'flow', 'inFlight', 'permission']),
  name: text,
  severity: z.enum(['limit', 'hole']),
  reason: text,
  object: text.optional(),
});

/** A path inside a snapshot: relative, forward slashes, never upwards. */
export const insidePath = z
  .string()
  .min(1)
  .max(1_000)
  .refine(
    (path) =>
      !/^[/\\]|^[A-Za-z]:|\\|\0/.test(path) &&
      !path.split('/').some((part) => part === '..' || part === '.' || part === ''),
    'leaves its folder'
  );

export const partSchema = z.strictObject({
  path: insidePath,
  sha256: digest,
  bytes: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative().optional(),
});

const fieldsByObject = z.record(text, z.array(text).readonly()).readonly();

/** What datasets of `rollback.yml` know of their objects; see `records/knowledge.ts`. */
export const knowledgeSchema = z.strictObject({
  customLogic: z
    .array(
      z.strictObject({
        rule: text,
        condition: text,
        lookup: text,
        met: text,
        logic: text,
        index: text,
        custom: text,
        neutral: text,
      })
    )
    .readonly(),
  softReferences: fieldsByObject,
  twoPass: fieldsByObject,
  deactivate: z.record(text, z.strictObject({ field: text, value: text })).readonly(),
});

export const scopeSchema = z.strictObject({
  flows: z.union([z.literal('all'), z.array(text)]),
  metadata: z.array(componentKey),
  records: z.array(
    z.strictObject({
      object: text,
      where: text.optional(),
      preset: text.optional(),
      dataset: text.optional(),
      optional: z.boolean().optional(),
    })
  ),
  knowledge: knowledgeSchema.optional(),
});

/** One object of the records part: what was read, from when on, and what could not be. */
export const objectPartSchema = z.strictObject({
  object: text,
  where: text.optional(),
  preset: text.optional(),
  dataset: text.optional(),
  rows: z.number().int().nonnegative(),
  /** The org's clock when the object's job started: changes are looked for from here on. */
  startedAt: instant,
  fields: z.array(text),
  data: insidePath,
  /** Where the blocks of `data` lie; absent for files of one block. */
  index: insidePath.optional(),
  describe: insidePath,
  /** Covers only the rows of its file, and these, which were not there. */
  rowsOnly: z.strictObject({ absent: z.array(text) }).optional(),
});

/** What one field held, in rows that the snapshot may not hold themselves: columns `Id` and the field. */
export const fieldPartSchema = z.strictObject({
  object: text,
  field: text,
  /** Rows that have a value. */
  rows: z.number().int().nonnegative(),
  data: insidePath,
  describe: insidePath,
});

export const snapshotSchema = z.strictObject({
  format: z.literal(SNAPSHOT_FORMAT),
  id: text,
  label: text.optional(),
  follows: text.optional(),
  /** The run whose undo point this is: what it touched, as it was just before. */
  undoOf: text.optional(),
  orgId: z.string().regex(/^00D[a-zA-Z0-9]{15}$/),
  username: text,
  userId: text,
  apiVersion: z.string().regex(/^\d{2,3}\.0$/),
  /** The org's clock before anything was read, and after everything was. */
  createdAt: instant,
  finishedAt: instant,
  complete: z.boolean(),
  scope: scopeSchema,
  packages: z.record(text, text),
  objects: z.array(objectPartSchema),
  /** Of an undo point: what the fields held that the run deleted. */
  fieldData: z.array(fieldPartSchema).optional(),
  counts: z.strictObject({
    components: z.number(),
    absent: z.number(),
    flows: z.number(),
    flowVersions: z.number(),
    permissionRows: z.number(),
    objects: z.number(),
    records: z.number(),
    bytes: z.number(),
  }),
  gaps: z.array(gapSchema),
  parts: z.array(partSchema),
  /** Digest over everything above. */
  digest,
});

const fieldDescribe = z.strictObject({
  name: text,
  type: text,
  createable: z.boolean(),
  updateable: z.boolean(),
  calculated: z.boolean(),
  autoNumber: z.boolean(),
  nillable: z.boolean(),
  defaultedOnCreate: z.boolean(),
  unique: z.boolean(),
  length: z.number(),
  scale: z.number(),
  referenceTo: z.array(text),
  relationshipName: text.nullable(),
  cascadeDelete: z.boolean(),
  restrictedDelete: z.boolean(),
  compoundFieldName: text.nullable(),
  encrypted: z.boolean(),
});

export const describeSchema = z.strictObject({
  name: text,
  keyPrefix: text.nullable(),
  createable: z.boolean(),
  updateable: z.boolean(),
  deletable: z.boolean(),
  undeletable: z.boolean(),
  customSetting: z.boolean(),
  fields: z.array(fieldDescribe),
  childRelationships: z.array(
    z.strictObject({ childObject: text, field: text, cascadeDelete: z.boolean(), restrictedDelete: z.boolean() })
  ),
});

export const flowsSchema = z.strictObject({
  flows: z.array(
    z.strictObject({
      name: text,
      definitionId: text,
      managed: z.boolean(),
      activeVersion: z.number().int().nullable(),
      latestVersion: z.number().int().nullable(),
      versions: z.array(
        z.strictObject({ number: z.number().int(), status: text, lastModifiedAt: text, lastModifiedById: text })
      ),
    })
  ),
  absent: z.array(text),
  bodies: z.array(z.strictObject({ flow: text, version: z.number().int(), digest, path: insidePath })),
});

const componentState = z.strictObject({
  type: text,
  fullName: text,
  digest,
  paths: z.array(insidePath),
  createdById: text.optional(),
  createdAt: text.optional(),
  lastModifiedById: text.optional(),
  lastModifiedAt: text.optional(),
});

export const componentsSchema = z.strictObject({
  components: z.array(componentState),
  absent: z.array(componentKey),
  wholeTypes: z.array(text),
});

const names = z.array(text);
const parentKind = z.enum(['PermissionSet', 'Profile', 'PermissionSetGroup']);
const parent = z.strictObject({ kind: parentKind, name: text });

export const permissionRowSchema = z.strictObject({
  parent,
  kind: z.enum(ROW_KINDS),
  target: text,
  grants: names,
  modifiedAt: instant.optional(),
});

export const permissionsSchema = z.strictObject({
  scope: z.strictObject({
    targets: z.strictObject({
      Object: names,
      Field: names,
      ApexClass: names,
      ApexPage: names,
      CustomPermission: names,
      Flow: names,
      Tab: names,
    }),
    parents: z.array(parent),
  }),
  parents: z.array(z.strictObject({ kind: parentKind, name: text, managed: z.boolean() })),
  rows: z.array(permissionRowSchema),
  only: z.array(z.strictObject({ parent, kind: z.enum(ROW_KINDS), target: text, left: names.optional() })).optional(),
});
