import { z } from 'zod';

/** Version of the form of `rollback.yml` that this release reads. */
export const CONFIG_VERSION = 1;

const text = z.string().min(1).max(10_000);
const apiName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'is no API name, such as Product2 or SBQQ__PriceRule__c');
const fieldsByObject = z.record(apiName, z.array(apiName).min(1));

const datasetSchema = z
  .strictObject({
    description: text.optional().describe('What the dataset is, for people.'),
    objects: z
      .array(
        z.strictObject({
          object: apiName.describe('API name of the object.'),
          where: text
            .optional()
            .describe('SOQL condition, without WHERE, that says which rows are configuration. Missing: every row.'),
          optional: z
            .boolean()
            .optional()
            .describe('An org without this object is fine: it is left out and named. Missing: such an org is refused.'),
        })
      )
      .min(1)
      .describe('The objects of the dataset, in any order: the order of the way back follows from their lookups.'),
    softReferences: fieldsByObject
      .optional()
      .describe(
        'Text fields that hold Ids inside longer text, by object. Fields that hold nothing but an Id need no mention.'
      ),
    twoPass: fieldsByObject
      .optional()
      .describe('Lookups that close a circle, by object: set after both rows exist where rows are inserted again.'),
    deactivate: z
      .record(apiName, z.strictObject({ field: apiName, value: z.union([text, z.boolean()]) }))
      .optional()
      .describe('How a new row that cannot be deleted is made harmless, by object.'),
    customLogic: z
      .array(
        z.strictObject({
          rule: apiName.describe('Object of the rule.'),
          condition: apiName.describe('Object of its conditions.'),
          lookup: apiName.describe('Field of the condition that points to its rule.'),
          met: apiName.describe('Field of the rule that says how the conditions count.'),
          logic: apiName.describe('Field of the rule with the expression.'),
          index: apiName.describe('Field of the condition with the number that the expression names it by.'),
          custom: text.describe('The value of "met" with which the expression counts.'),
          neutral: text.describe('The value of "met" with which it does not.'),
        })
      )
      .optional()
      .describe('Rules whose expression names their conditions by number.'),
  })
  .describe('A set of objects with what no describe tells about them.');

const scopeSchema = z
  .strictObject({
    manifest: text.optional().describe('Manifest (package.xml), relative to this file.'),
    metadata: z.array(text).min(1).optional().describe('Components: TYPE or TYPE:NAME, with * for all of a type.'),
    sourceDir: z.array(text).min(1).optional().describe('Source files or folders, relative to this file.'),
    flows: z
      .union([z.literal('all'), z.array(text).min(1)], { error: 'must be "all" or a list of flow names' })
      .optional()
      .describe('"all", or API names of flows.'),
    records: z
      .array(text)
      .min(1)
      .optional()
      .describe('Presets (cpq, approvals), datasets of this file, or OBJECT or OBJECT:WHERE.'),
  })
  .describe('What a snapshot covers where no flag says otherwise.');

const conflictsSchema = z
  .strictObject({
    default: z
      .enum(['keep', 'restore'])
      .optional()
      .describe('What to do with values that somebody else changed since. As --on-conflict.'),
    resolve: z
      .array(text)
      .min(1)
      .optional()
      .describe('SELECTOR=keep or SELECTOR=restore, the last that fits counts. As --resolve, which comes after these.'),
  })
  .describe('What a plan does where the work of somebody else is in the way.');

/** `rollback.yml`. `schemas/rollback.schema.json` is made from it. */
export const configSchema = z
  .strictObject({
    version: z.literal(CONFIG_VERSION).optional().describe('Version of the form of this file.'),
    scope: scopeSchema.optional(),
    conflicts: conflictsSchema.optional(),
    datasets: z
      .record(
        z.string().regex(/^[a-z][a-z0-9-]*$/, 'is no name for a dataset: lower-case letters, digits and dashes'),
        datasetSchema
      )
      .optional()
      .describe('Datasets by name, to be used in scope.records and after --records.'),
  })
  .describe('Configuration of sf rollback.');

export type Config = z.infer<typeof configSchema>;
export type Dataset = z.infer<typeof datasetSchema>;
