import type { StoredComponent } from './componentStore.js';
import type { DeployDraft } from './deployDraft.js';
import { memberName, parentName } from './typeFacts.js';
import { type XmlElement, childrenNamed, valueOf } from './xmlTree.js';

/** Rules run until a deployment of its own has switched them off: that takes the org a while, so one call cannot do both. */
export function activeRule(draft: DeployDraft, { type, fullName }: StoredComponent): string | undefined {
  const root = rootOf(draft.before.get(type, fullName));
  if (!root || !isActive(type, root)) return undefined;
  return `You can't delete an active ${type === 'MatchingRule' ? 'matching' : 'duplicate'} rule. Deactivate it first.`;
}

/** Duplicate rules that use a matching rule which is about to go. */
export function duplicateRulesUsing(draft: DeployDraft, fullName: string): StoredComponent[] {
  return usersOf(draft.components.ofType('DuplicateRule'), fullName);
}

/** Why a duplicate rule cannot be saved as it is: what it uses has to be active, which takes the org a while. */
export function needsActiveMatching(draft: DeployDraft, root: XmlElement): string | undefined {
  if (!isActive('DuplicateRule', root)) return undefined;
  const all = childrenNamed(root, 'duplicateRuleMatchRules').every((match) => {
    const name = `${valueOf(match, 'matchRuleSObjectType')}.${valueOf(match, 'matchingRule')}`;
    return isActive('MatchingRule', rootOf(draft.before.get('MatchingRule', name)));
  });
  return all
    ? undefined
    : 'Before you can use this duplicate rule, all associated matching rules must be active and have their fields mapped';
}

/** Why a matching rule cannot be saved as it is: an active duplicate rule needs it to be active. */
export function ruleInUse(draft: DeployDraft, fullName: string, root: XmlElement): string | undefined {
  if (isActive('MatchingRule', root)) return undefined;
  const active = draft.before.ofType('DuplicateRule').filter((rule) => isActive('DuplicateRule', rootOf(rule)));
  const [user] = usersOf(active, fullName);
  return user && `You can't deactivate this matching rule: it is used by the active duplicate rule ${user.fullName}.`;
}

function isActive(type: string, root: XmlElement | undefined): boolean {
  if (!root) return false;
  if (type === 'DuplicateRule') return valueOf(root, 'isActive') === 'true';
  return type === 'MatchingRule' && valueOf(root, 'ruleStatus') === 'Active';
}

function usersOf(rules: Iterable<StoredComponent>, fullName: string): StoredComponent[] {
  const [object, name] = [parentName('MatchingRule', fullName), memberName('MatchingRule', fullName)];
  return [...rules].filter((rule) => {
    const root = rootOf(rule);
    return (
      root !== undefined &&
      childrenNamed(root, 'duplicateRuleMatchRules').some(
        (match) => valueOf(match, 'matchingRule') === name && valueOf(match, 'matchRuleSObjectType') === object
      )
    );
  });
}

function rootOf(component: StoredComponent | undefined): XmlElement | undefined {
  return component?.content.kind === 'xml' ? component.content.root : undefined;
}
