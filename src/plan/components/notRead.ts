import { keyText, type ComponentKey, type ComponentsPart } from '../../metadata/component.js';
import { containerKey } from '../../metadata/members.js';
import type { Finding } from '../../model/finding.js';
import { componentTarget, flowTarget } from '../../model/selector.js';
import { leftOut, type Choice } from '../choice/choice.js';
import { emptyDraft, type Draft } from '../draft.js';

/** What a retrieve said of the components it was asked for, by `Type:FullName`. */
export interface Answer {
  readonly given: ReadonlySet<string>;
  readonly saidMissing: ReadonlySet<string>;
  /** What listMetadata gave of the types whose whole is in scope. */
  readonly listed: ReadonlySet<string>;
}

/**
 * Components that nobody can call changed, deleted or as before: asked for, not given, and not proven to be gone. A member
 * is gone with its container, or when its container is given without it. `doubted` are said to be gone and were there when
 * the snapshot was taken: listMetadata is the second witness, as it was for what the snapshot calls absent.
 */
export function notGiven(
  asked: readonly ComponentKey[],
  { components }: Pick<ComponentsPart, 'components'>,
  { given, saidMissing, listed }: Answer
): { readonly unread: ComponentKey[]; readonly doubted: ComponentKey[] } {
  const names = new Set(asked.map(keyText));
  const before = new Set(components.map(keyText));
  const settled = (key: ComponentKey): boolean => {
    const container = containerKey(key);
    const name = container && keyText(container);
    return name !== undefined && names.has(name) && (given.has(name) || saidMissing.has(name));
  };
  const missing = asked.filter((key) => !given.has(keyText(key)));
  const proven = (key: ComponentKey): boolean =>
    !listed.has(keyText(key)) && (saidMissing.has(keyText(key)) || settled(key));
  return {
    unread: missing.filter((key) => !proven(key)),
    doubted: missing.filter((key) => proven(key) && before.has(keyText(key))),
  };
}

export function notReadFinding({ type, fullName }: ComponentKey): Finding {
  return {
    code: 'notRead',
    severity: 'warning',
    subject: type === 'Flow' ? flowTarget(fullName) : componentTarget(type, fullName),
    message: 'The org did not give it, and did not prove that it is gone: it was not compared, and is left as it is.',
  };
}

/** Items for a person: a plan that could not compare something is not empty. */
export function notReadDraft(findings: readonly Finding[], choice: Choice): Draft {
  const draft = emptyDraft();
  for (const { subject: target } of findings) {
    const skipped = leftOut(choice, target);
    if (skipped) draft.leftOut.push(skipped);
    else draft.manual.push({ target, what: 'The org did not give it now. Look at it in Setup, or plan again.' });
  }
  return draft;
}
