import { z } from 'zod';
import { sha256 } from '../../model/digest.js';
import type { TestLevel } from '../../org/ports/components.js';
import { parseJson } from '../../model/json.js';
import type { StoreFolder } from '../../store/ports.js';

export interface TestChoice {
  readonly level?: TestLevel;
  readonly names: readonly string[];
}

const validationsSchema = z.strictObject({
  validations: z.array(
    z.strictObject({
      id: z.string().regex(/^0Af[a-zA-Z0-9]{12,15}$/),
      zip: z.string(),
      success: z.boolean(),
      testsRan: z.boolean(),
      tests: z.string(),
      at: z.string(),
    })
  ),
});

export type Validations = z.infer<typeof validationsSchema>['validations'];
const FILE = 'check.json';

/** What a validation ran, as it is compared. */
export function testsText(tests: TestChoice): string {
  return `${tests.level ?? 'default'} ${[...tests.names].sort().join(',')}`.trim();
}

/** Keeps beside a plan which of its deployments were validated. */
export async function keepValidations(folder: StoreFolder, validations: Validations): Promise<void> {
  await folder.write(FILE, `${JSON.stringify({ validations }, null, 2)}\n`);
}

/** The validation of exactly this package with these tests, if one passed and ran tests; undefined otherwise. */
export async function validatedAs(folder: StoreFolder, zip: Buffer, tests: TestChoice): Promise<string | undefined> {
  if (!(await folder.exists(FILE))) return undefined;
  let raw: unknown;
  try {
    raw = parseJson((await folder.read(FILE)).toString('utf8'));
  } catch {
    return undefined;
  }
  // What cannot be read is only a short cut that is not taken.
  const check = validationsSchema.safeParse(raw);
  if (!check.success) return undefined;
  const hash = sha256(zip);
  return check.data.validations.find(
    (one) => one.success && one.testsRan && one.zip === hash && one.tests === testsText(tests)
  )?.id;
}
