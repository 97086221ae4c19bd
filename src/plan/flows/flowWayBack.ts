import type { FlowChange } from '../../flow/diffFlows.js';
import { versionMember, versionOf, type FlowEntry } from '../../flow/flowVersion.js';
import { flowTarget } from '../../model/selector.js';
import { MAX_FLOW_VERSIONS, type FlowFacts } from './flowFacts.js';
import type { DraftStep, Fallback, FlowVersionSeen } from '../rollbackPlan.js';

type FlowStep = DraftStep & { readonly detail: Extract<DraftStep['detail'], { kind: 'flow' }> };

/** A way back: steps, or what a person has to do. */
export type WayBack = { readonly steps: readonly FlowStep[] } | { readonly manual: string };

/** Where Tooling refuses to set a pointer, a deployed FlowDefinition may: it runs the tests the org asks for. */
const BY_DEPLOYMENT = (operation: DraftStep['operation']): Fallback => ({
  operation,
  when: 'the Tooling API refuses it: by a deployed FlowDefinition',
  risk: 'lossless',
});

function seen(change: FlowChange, number: number | null, facts: FlowFacts): FlowVersionSeen[] {
  const version = change.now ? versionOf(change.now, number) : undefined;
  if (!version) return [];
  const digest = facts.bodies.get(versionMember(change.flow, version.number));
  const kept = facts.baseline.bodies.find((body) => body.flow === change.flow && body.version === version.number);
  return [{ version: version.number, stamp: version.lastModifiedAt, digest: digest ?? kept?.digest ?? null }];
}

function flowStep(
  change: FlowChange,
  operation: DraftStep['operation'],
  to: number | null,
  reason: string,
  facts: FlowFacts
): FlowStep {
  const body = facts.baseline.bodies.find((entry) => entry.flow === change.flow && entry.version === to);
  const from = change.now?.activeVersion ?? null;
  const expects = [...seen(change, from, facts), ...(to === from ? [] : seen(change, to, facts))];
  return {
    key: `flows:${operation}:${change.flow}`,
    lane: 'flows',
    operation,
    fallbacks: operation === 'redeployFlow' ? [] : [BY_DEPLOYMENT(operation)],
    target: flowTarget(change.flow),
    count: 1,
    risk: operation === 'redeployFlow' ? 'lossy' : 'lossless',
    reason,
    detail: {
      kind: 'flow',
      flow: change.flow,
      definitionId: change.now?.definitionId ?? null,
      from,
      to,
      bodyDigest: body?.digest ?? null,
      ...(expects.length > 0 ? { expects } : {}),
    },
  };
}

/**
 * The way back for one flow, cheapest first: set the pointer; only where the version is gone or edited, redeploy its body.
 * `freed` are versions of this flow that the plan deletes: a redeploy into a full flow needs one of them gone first.
 */
export function wayBack(change: FlowChange, facts: FlowFacts, freed: readonly number[]): WayBack {
  const before = change.baseline;
  if (before?.activeVersion === null && !change.now) return deletedInactive(change, before, facts);
  if (!before || before.activeVersion === null) {
    const why = before ? 'no version of it was active' : 'it is new: it stays, switched off';
    return { steps: [flowStep(change, 'deactivateFlow', null, why, facts)] };
  }
  const number = before.activeVersion;
  const kept = facts.baseline.bodies.find((entry) => entry.flow === change.flow && entry.version === number);
  const exists = change.now && versionOf(change.now, number) !== undefined;
  const bodyNow = facts.bodies.get(versionMember(change.flow, number));
  const same = bodyNow === undefined || kept === undefined || bodyNow === kept.digest;
  if (exists && same)
    return {
      steps: [
        flowStep(
          change,
          'activateFlowVersion',
          number,
          `version ${number} still exists, unchanged: no redeploy`,
          facts
        ),
      ],
    };
  if (before.managed) return { manual: withPackage(number) };
  if (!kept)
    return {
      manual: `Version ${number} is gone and its body is not in the snapshot. Restore it from version control.`,
    };
  return redeploy(change, number, exists === true, facts, freed);
}

function redeploy(
  change: FlowChange,
  number: number,
  exists: boolean,
  facts: FlowFacts,
  freed: readonly number[]
): WayBack {
  const why = !change.now
    ? `the flow was deleted: the body of version ${number} is deployed and activated`
    : exists
      ? `version ${number} was edited in place: its old body becomes a new version`
      : `version ${number} is gone: its body becomes a new version`;
  const step = flowStep(change, 'redeployFlow', number, why, facts);
  if ((change.now?.versions.length ?? 0) < MAX_FLOW_VERSIONS) return { steps: [step] };
  if (freed.length === 0)
    return {
      manual:
        `Version ${number} ${exists ? 'was edited in place' : 'is gone'}, and the flow has ${MAX_FLOW_VERSIONS} versions, ` +
        'so its old body cannot become a new one. Plan with --delete-flows to delete what was added since, or delete an ' +
        'old version in Setup and plan again.',
    };
  const full: FlowStep = { ...step, detail: { ...step.detail, needsSlot: true } };
  const from = change.now?.activeVersion ?? null;
  if (from === null || !freed.includes(from)) return { steps: [full] };
  const reason = `it has ${MAX_FLOW_VERSIONS} versions: version ${from} is switched off and deleted to make room`;
  return { steps: [flowStep(change, 'deactivateFlow', null, reason, facts), full] };
}

/** Nothing ran, and nothing shall run again: the newest version comes back as one that does not run. */
function deletedInactive(change: FlowChange, before: FlowEntry, facts: FlowFacts): WayBack {
  if (before.managed) return { manual: withPackage(before.latestVersion) };
  const number = before.latestVersion;
  const known = facts.baseline.bodies.some((entry) => entry.flow === before.name && entry.version === number);
  if (number === null || !known)
    return {
      manual:
        'The flow was inactive and was deleted since; its body is not in the snapshot. Restore it from version control.',
    };
  const others = before.versions.length - 1;
  const rest = others > 0 ? `; ${others === 1 ? 'the older version is' : `the ${others} older versions are`} gone` : '';
  const reason = `the flow was inactive and was deleted: the body of version ${number} is deployed and stays inactive${rest}`;
  const step = flowStep(change, 'redeployFlow', number, reason, facts);
  return { steps: [{ ...step, detail: { ...step.detail, inactive: true } }] };
}

/** Versions of a package's flow come and go with the package: nobody else can deploy them. */
function withPackage(version: number | null): string {
  return (
    `The flow belongs to a package, which no longer brings version ${version ?? '?'}, and only the package can. ` +
    'Install the package version that did, if its publisher allows.'
  );
}
