import { keyText, type ComponentKey } from '../../metadata/component.js';
import { containerKey } from '../../metadata/members.js';
import type { Finding } from '../../model/finding.js';
import { componentTarget, recordTarget, selects } from '../../model/selector.js';
import type { ChangeSet } from '../changeSet.js';
import type { Choice } from '../choice/choice.js';
import { emptyDraft, type Draft } from '../draft.js';

/** An object or field of the records' scope that is not there any more, or that this user no longer sees. */
export interface NotCompared extends ComponentKey {
  readonly object: string;
  readonly finding: Finding;
}

/** What of the records nobody compared, from the findings of reading them. */
export function notCompared(findings: readonly Finding[]): NotCompared[] {
  return findings.flatMap((finding) => {
    const [object = ''] = finding.subject.split('.');
    if (finding.code === 'objectGone') return [{ type: 'CustomObject', fullName: finding.subject, object, finding }];
    if (finding.code === 'fieldsGone') return [{ type: 'CustomField', fullName: finding.subject, object, finding }];
    return [];
  });
}

/**
 * Items for a person: values that could not be compared do not go back, and a plan that has nothing else is not empty.
 * Where the component is in the scope itself, the metadata lane says what becomes of it.
 */
export function notComparedDraft(
  findings: readonly Finding[],
  changes: Pick<ChangeSet, 'components'>,
  { only, exclude }: Choice
): Draft {
  const draft = emptyDraft();
  const changed = new Set(changes.components.map(keyText));
  for (const one of notCompared(findings)) {
    const container = containerKey(one);
    if (changed.has(keyText(one)) || (container !== undefined && changed.has(keyText(container)))) continue;
    const target = componentTarget(one.type, one.fullName);
    const chosen = (selectors: readonly string[]): boolean =>
      selectors.some((selector) => [target, recordTarget(one.object)].some((name) => selects(selector, name)));
    if (only.length > 0 && !chosen(only)) draft.leftOut.push({ target, why: 'not among --only' });
    else if (chosen(exclude)) draft.leftOut.push({ target, why: 'excluded by --exclude' });
    else
      draft.manual.push({
        target,
        what: 'It can no longer be read, so its values were not compared and do not go back. If it was deleted, bring it back from Setup or version control; if it is hidden, give yourself access. Then plan again.',
      });
  }
  return draft;
}
