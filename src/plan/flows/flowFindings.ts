import type { FlowChange } from '../../flow/diffFlows.js';
import { versionMember } from '../../flow/flowVersion.js';
import type { Finding } from '../../model/finding.js';
import { flowTarget } from '../../model/selector.js';
import type { FlowFacts } from './flowFacts.js';
import type { DraftStep } from '../rollbackPlan.js';

/** What a person should know of the way back of one flow: packages, overrides, schedules, callers, tests. */
export function flowFindings(change: FlowChange, steps: readonly DraftStep[], facts: FlowFacts): Finding[] {
  const subject = flowTarget(change.flow);
  const findings: Finding[] = [];
  if (change.baseline?.managed ?? change.now?.managed)
    findings.push({
      code: 'managedFlow',
      severity: 'info',
      subject,
      message: 'A flow of a package: only its active version can be set, among those the package brought.',
    });
  const to = change.baseline?.activeVersion ?? null;
  const traits = to === null ? undefined : facts.traits.get(versionMember(change.flow, to));
  if (traits?.scheduled && steps.length > 0)
    findings.push({
      code: 'scheduledFlow',
      severity: 'warning',
      subject,
      message:
        'It runs by a schedule, which the org makes anew when a version is activated: a run whose time has passed is not made up for.',
      action: 'After the rollback look at Setup, Scheduled Jobs.',
    });
  const running = to ?? change.now?.activeVersion ?? null;
  const overrides = running === null ? undefined : facts.traits.get(versionMember(change.flow, running))?.overrides;
  if (overrides && steps.length > 0)
    findings.push({
      code: 'overridesFlow',
      severity: to === null ? 'warning' : 'info',
      subject,
      message:
        to === null
          ? `It runs in place of ${overrides}, a flow of a package, which runs again once this one is inactive.`
          : `It runs in place of ${overrides}, a flow of a package.`,
    });
  const callers = callersOf(change, facts);
  const stops = steps.some((step) => step.operation === 'deactivateFlow') && to === null;
  if (callers.length > 0)
    findings.push({
      code: stops ? 'calledByOthers' : 'usedAsSubflow',
      severity: stops ? 'warning' : 'info',
      subject,
      message: stops
        ? `${callers.join(', ')} calls it as a subflow and would then find no active version.`
        : `Called as a subflow by ${callers.join(', ')}: they call the version that is active.`,
    });
  const tests = facts.tests.get(change.flow) ?? [];
  if (tests.length > 0 && steps.length > 0)
    findings.push({
      code: 'flowTests',
      severity: 'info',
      subject,
      message: `Its flow tests: ${tests.join(', ')}.`,
      action: 'Run them after the rollback in Flow Builder, View Tests.',
    });
  return findings;
}

/** Flow versions that run, or ran, and call this flow. */
function callersOf(change: FlowChange, facts: FlowFacts): string[] {
  return [...facts.traits]
    .filter(([member, { subflows }]) => !member.startsWith(`${change.flow}-`) && subflows.includes(change.flow))
    .map(([member]) => member)
    .sort();
}
