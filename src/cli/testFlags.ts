import type { TestChoice } from '../apply/components/validations.js';
import { EXIT, Refusal } from '../model/refusal.js';
import type { TestLevel } from '../org/ports/components.js';

export const TEST_LEVELS = ['NoTestRun', 'RunSpecifiedTests', 'RunLocalTests', 'RunAllTestsInOrg'] as const;

/** Which tests a deployment of the way back runs. Unset: as the org demands; with names alone: these. */
export function testChoice(flags: {
  readonly 'test-level'?: TestLevel | undefined;
  readonly tests?: readonly string[] | undefined;
}): TestChoice {
  const names = flags.tests ?? [];
  const level = flags['test-level'] ?? (names.length > 0 ? 'RunSpecifiedTests' : undefined);
  if ((level === 'RunSpecifiedTests') !== names.length > 0)
    throw new Refusal('testsAndLevel', { exitCode: EXIT.badFlags });
  return { names, ...(level ? { level } : {}) };
}
