import { type DeletionGuard, deleteMembers } from './deletions.js';
import type { DeployDraft } from './deployDraft.js';
import type { DeployMessage, DeployOptions, RunTestResult } from './deployTypes.js';
import type { HolderKind } from './holders.js';
import { missingReference } from './missingReferences.js';
import type { PackageContents, PackageItem } from './packageContents.js';
import { type PutResult, putComponent } from './putComponent.js';
import { noTests, planTests, runTests } from './testRun.js';

export interface PackageOutcome {
  readonly messages: readonly DeployMessage[];
  readonly tests: RunTestResult;
  readonly testsRan: boolean;
  readonly errorMessage?: string;
  /** `all`: keep the draft. `some`: keep it, components failed and were left out. `none`: drop it. */
  readonly verdict: 'all' | 'some' | 'none';
}

export interface PackageRules {
  readonly holders: ReadonlySet<HolderKind>;
  readonly guard: DeletionGuard;
  readonly checkReferences: boolean;
}

/** Types in the order in which they can be written; everything else goes in the middle. */
const order = [
  'Settings',
  'CustomObject',
  'GlobalValueSet',
  'CustomField',
  'RecordType',
  'CustomLabels',
  'CustomLabel',
  'CustomMetadata',
  'ApexClass',
  'ApexTrigger',
  '',
  'Layout',
  'FlexiPage',
  'Flow',
  'FlowDefinition',
  'PermissionSet',
  'PermissionSetGroup',
  'Profile',
];

/**
 * Carries out one package on a draft: deletions that come first, additions, deletions that come last, tests.
 * Says for every component what happened; whether the draft becomes the org is the verdict.
 */
export function deployPackage(
  draft: DeployDraft,
  contents: PackageContents,
  options: DeployOptions,
  rules: PackageRules
): PackageOutcome {
  const messages: DeployMessage[] = [];
  const flowsBefore = draft.flows.fork();
  const pseudo = (fileName: string): void => {
    messages.push({
      componentType: '',
      fullName: fileName,
      fileName,
      created: false,
      changed: true,
      deleted: false,
      success: true,
      createdDate: draft.stamp.at,
    });
  };
  for (const destructive of contents.destructive.filter((one) => one.when === 'before')) {
    pseudo(destructive.fileName);
    messages.push(...deleteMembers(draft, destructive, rules.holders, rules.guard));
  }
  pseudo('package.xml');
  messages.push(...problemRows(draft, contents, options));
  messages.push(...addItems(draft, contents.items, rules.checkReferences));
  for (const destructive of contents.destructive.filter((one) => one.when === 'after')) {
    pseudo(destructive.fileName);
    messages.push(...deleteMembers(draft, destructive, rules.holders, rules.guard, flowsBefore));
  }

  const failed = messages.some((message) => !message.success);
  const warned = messages.some((message) => message.problemType === 'Warning');
  const atomic = options.rollbackOnError !== false;
  const stopped = (failed || (warned && options.ignoreWarnings !== true)) && atomic;
  const plan = planTests(draft.components, options, !draft.org.isSandbox && hasApex(contents));
  if (plan.kind === 'refused')
    return { messages, tests: noTests, testsRan: false, errorMessage: plan.problem, verdict: 'none' };
  // Tests run only when all components are in place.
  if (plan.kind === 'none' || stopped)
    return { messages, tests: noTests, testsRan: false, verdict: stopped ? 'none' : failed ? 'some' : 'all' };
  const tests = runTests(draft.components, plan.classes);
  return { messages, tests, testsRan: true, verdict: tests.numFailures > 0 ? 'none' : failed ? 'some' : 'all' };
}

function hasApex({ items, destructive }: PackageContents): boolean {
  const apex = (type: string): boolean => type === 'ApexClass' || type === 'ApexTrigger';
  return (
    items.some(({ type }) => apex(type)) ||
    destructive.some(({ manifest }) => manifest.types.some(({ name }) => apex(name)))
  );
}

function problemRows(draft: DeployDraft, contents: PackageContents, options: DeployOptions): DeployMessage[] {
  return contents.problems.map((problem) => {
    const tolerated = problem.missingFile && options.allowMissingFiles === true;
    return {
      componentType: problem.type,
      fullName: problem.fullName,
      fileName: problem.fileName,
      created: false,
      changed: false,
      deleted: false,
      success: tolerated,
      createdDate: draft.stamp.at,
      problem: problem.problem,
      problemType: tolerated ? ('Warning' as const) : ('Error' as const),
    };
  });
}

function addItems(draft: DeployDraft, items: readonly PackageItem[], checkReferences: boolean): DeployMessage[] {
  const sorted = [...items].sort((a, b) => rankOf(a.type) - rankOf(b.type));
  const before = draft.components.fork();
  const flowsBefore = draft.flows.fork();
  const results = new Map<PackageItem, PutResult & { readonly lineNumber?: number }>();
  for (const item of sorted) results.set(item, putComponent(draft, item));
  // A component that cannot stand takes those that need it with it, so look again until nothing more falls.
  for (let fallen = checkReferences; fallen;) {
    fallen = false;
    for (const item of sorted) {
      const result = results.get(item);
      if (result === undefined || result.kind === 'refused' || result.kind === 'unchanged') continue;
      const missing = missingReference(draft, item);
      if (missing === undefined) continue;
      results.set(item, { kind: 'refused', ...missing });
      putBack(draft, item, before, flowsBefore);
      fallen = true;
    }
  }
  return sorted.map((item) => messageOf(draft, item, results.get(item)));
}

function putBack(
  draft: DeployDraft,
  item: PackageItem,
  before: DeployDraft['components'],
  flowsBefore: DeployDraft['flows']
): void {
  draft.didNotWrite(item.type, item.fullName);
  if (item.type === 'Flow' || item.type === 'FlowDefinition') {
    const flow = flowsBefore.get(item.fullName);
    if (flow === undefined) draft.flows.remove(item.fullName);
    else draft.flows.put(flow);
    return;
  }
  const former = before.get(item.type, item.fullName);
  if (former === undefined) draft.components.remove(item.type, item.fullName);
  else draft.components.put(former);
}

function messageOf(
  draft: DeployDraft,
  item: PackageItem,
  result: (PutResult & { readonly lineNumber?: number }) | undefined
): DeployMessage {
  // The API says `FlowSettings` where a manifest says Settings:Flow.
  const componentType = item.type === 'Settings' ? `${item.fullName}Settings` : item.type;
  const base = {
    componentType,
    fullName: item.fullName,
    fileName: item.fileName,
    deleted: false,
    createdDate: draft.stamp.at,
  };
  if (result === undefined || result.kind === 'refused') {
    return {
      ...base,
      created: false,
      changed: false,
      success: false,
      problem: result?.problem ?? 'UNKNOWN_EXCEPTION',
      problemType: 'Error',
      ...(result?.lineNumber === undefined ? {} : { lineNumber: result.lineNumber, columnNumber: 1 }),
    };
  }
  return {
    ...base,
    id: result.id,
    created: result.kind === 'created',
    changed: result.kind !== 'unchanged',
    success: true,
  };
}

function rankOf(type: string): number {
  const rank = order.indexOf(type);
  return rank === -1 ? order.indexOf('') : rank;
}
