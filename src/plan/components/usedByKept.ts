import { keyText } from '../../metadata/component.js';
import type { ComponentChange } from '../../metadata/diffComponents.js';
import { containerKey } from '../../metadata/members.js';
import { canUse, mentions } from '../../metadata/mentions.js';
import { componentTarget } from '../../model/selector.js';
import { componentAuthor } from '../changeSet.js';
import { conflict } from '../choice/choice.js';
import type { Decisions, Draft } from '../draft.js';

/** What stands in components, to see what uses what. */
export interface ComponentTexts {
  /** In changed components of the scope, by `Type:FullName`. */
  readonly texts?: ReadonlyMap<string, string>;
  /** In what deployments since left outside the scope: it stays whatever is chosen. */
  readonly outside?: readonly OutsideText[];
}

export interface OutsideText {
  /** A SELECTOR. */
  readonly target: string;
  readonly type: string;
  readonly fullName: string;
  readonly text: string;
}

/**
 * A new component that something uses which stays as it is cannot go: the org would refuse, and somebody's work would
 * break. What stays because of this may keep others in turn. The rest of `chosen` is returned.
 */
export function withoutUsed(
  chosen: readonly ComponentChange[],
  staying: Set<string>,
  facts: ComponentTexts,
  decisions: Decisions,
  draft: Draft
): ComponentChange[] {
  let going = [...chosen];
  for (;;) {
    const used = going.flatMap((change) => {
      const users = change.kind === 'created' ? usersOf(change, staying, facts) : [];
      return users.length > 0 ? [{ change, users }] : [];
    });
    if (used.length === 0) return going;
    for (const { change, users } of used) {
      const target = componentTarget(change.type, change.fullName);
      const current = `used by ${users.join(', ')}`;
      draft.conflicts.push(
        conflict(target, 'usedByKept', 'absent', current, componentAuthor(change), 'keep', decisions.names)
      );
      staying.add(keyText(change));
    }
    going = going.filter((change) => !staying.has(keyText(change)));
  }
}

function usersOf(change: ComponentChange, staying: ReadonlySet<string>, facts: ComponentTexts): string[] {
  const container = containerKey(change);
  // A file that holds a component names it, and is no user of it.
  const others = new Set([keyText(change), ...(container ? [keyText(container)] : [])]);
  const inScope = [...staying].flatMap((key) => {
    const [type, fullName] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)];
    const text = facts.texts?.get(key);
    return text !== undefined && canUse(type) && !others.has(key) && mentions(text, change, { type, fullName })
      ? [`metadata:${key}`]
      : [];
  });
  const outside = (facts.outside ?? []).flatMap(({ target, type, fullName, text }) =>
    canUse(type) && !others.has(keyText({ type, fullName })) && mentions(text, change, { type, fullName })
      ? [target]
      : []
  );
  return [...new Set([...inScope, ...outside])].sort();
}
