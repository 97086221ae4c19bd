import { type ComponentStore, type StoredComponent, sourceOf } from './componentStore.js';
import type { DeployOptions, RunTestResult, TestFailure, TestSuccess } from './deployTypes.js';

/** A test class fails when its text contains this word: the practice org compiles no Apex. */
export const FAILING = 'FAIL_THIS_TEST';

export function isTestClass(component: StoredComponent): boolean {
  return component.type === 'ApexClass' && /@istest\b/i.test(sourceOf(component));
}

export type TestPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'run'; readonly classes: readonly StoredComponent[] }
  | { readonly kind: 'refused'; readonly problem: string };

/** Which classes a deployment runs. Production runs all local tests for a package with Apex, unless told otherwise. */
export function planTests(components: ComponentStore, options: DeployOptions, apexInProduction = false): TestPlan {
  const all = components.ofType('ApexClass').filter(isTestClass);
  switch (
    options.testLevel ??
    (options.runTests !== undefined && options.runTests.length > 0
      ? 'RunSpecifiedTests'
      : apexInProduction
        ? 'RunLocalTests'
        : 'NoTestRun')
  ) {
    case 'NoTestRun':
      return { kind: 'none' };
    case 'RunSpecifiedTests': {
      const wanted = options.runTests ?? [];
      if (wanted.length === 0)
        return {
          kind: 'refused',
          problem: 'INVALID_OPERATION: runTests must be specified when testLevel is RunSpecifiedTests',
        };
      const missing = wanted.find((name) => !components.has('ApexClass', name));
      if (missing !== undefined)
        return {
          kind: 'refused',
          problem: `INVALID_OPERATION: Apex class ${missing} specified in runTests does not exist.`,
        };
      return {
        kind: 'run',
        classes: all.filter((one) => wanted.some((name) => name.toLowerCase() === one.fullName.toLowerCase())),
      };
    }
    default:
      return { kind: 'run', classes: all.filter((one) => !one.managed) };
  }
}

export function runTests(components: ComponentStore, classes: readonly StoredComponent[]): RunTestResult {
  const successes: TestSuccess[] = [];
  const failures: TestFailure[] = [];
  for (const testClass of classes) {
    for (const methodName of methodsOf(testClass)) {
      const base = { id: testClass.id, methodName, name: testClass.fullName, namespace: '', time: 11 };
      if (!sourceOf(testClass).includes(FAILING)) successes.push({ ...base, seeAllData: false });
      else {
        failures.push({
          ...base,
          message: 'System.AssertException: Assertion Failed',
          packageName: testClass.fullName,
          stackTrace: `Class.${testClass.fullName}.${methodName}: line 1, column 1`,
          type: 'Class',
        });
      }
    }
  }
  const covered = [...components.ofType('ApexClass'), ...components.ofType('ApexTrigger')].filter(
    (one) => !one.managed && !isTestClass(one)
  );
  return {
    numFailures: failures.length,
    numTestsRun: successes.length + failures.length,
    totalTime: (successes.length + failures.length) * 11,
    successes,
    failures,
    codeCoverage: covered.map((one) => ({
      id: one.id,
      name: one.fullName,
      namespace: '',
      type: one.type === 'ApexClass' ? 'Class' : 'Trigger',
      numLocations: sourceOf(one).split('\n').length,
      numLocationsNotCovered: 0,
    })),
  };
}

export const noTests: RunTestResult = {
  numFailures: 0,
  numTestsRun: 0,
  totalTime: 0,
  successes: [],
  failures: [],
  codeCoverage: [],
};

function methodsOf(testClass: StoredComponent): string[] {
  const found = [...sourceOf(testClass).matchAll(/\bstatic\s+(?:void|testmethod\s+void)\s+(\w+)\s*\(/gi)].map(
    (match) => match[1] ?? ''
  );
  return found.length > 0 ? found : ['run'];
}
