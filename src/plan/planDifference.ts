import { digestOf } from '../model/digest.js';
import { recordTarget } from '../model/selector.js';
import type { RecordItem, RollbackPlan } from './rollbackPlan.js';

/** One thing in which two plans differ. `what` is an operation, `conflict` or `manual`. */
export interface PlanDifference {
  readonly change: 'added' | 'gone' | 'changed';
  readonly what: string;
  readonly target: string;
}

/** Rows of record steps, by step id. */
export type ItemsOf = ReadonlyMap<string, readonly RecordItem[]>;

/** What a plan says, item by item, so that two plans can be held against each other whatever their step numbers are. */
function sayings(plan: RollbackPlan, items: ItemsOf): Map<string, { what: string; target: string; says: string }> {
  const said = new Map<string, { what: string; target: string; says: string }>();
  const say = (what: string, target: string, value: unknown): void => {
    const key = `${target}\n${what}`;
    const before = said.get(key);
    const says = digestOf(value);
    said.set(key, { what, target, says: before ? digestOf([before.says, says]) : says });
  };
  for (const step of plan.steps) {
    const { detail } = step;
    if (detail.kind === 'records')
      for (const item of items.get(step.id) ?? [])
        say(step.operation, recordTarget(detail.object, item.id), [item.before, item.after]);
    else if (detail.kind === 'flow') say(step.operation, step.target, [detail.from, detail.to, detail.bodyDigest]);
    else if (detail.kind === 'flowVersion') say(step.operation, `${step.target}-${detail.version}`, null);
    else say(step.operation, step.target, JSON.parse(JSON.stringify(detail)));
  }
  for (const { target, kind, current, changedBy, changedAt, decision } of plan.conflicts)
    say('conflict', target, [kind, current, changedBy, changedAt, decision]);
  for (const { target, what } of plan.manual) say('manual', target, what);
  return said;
}

/** What is new, gone or different in `now` against `old`, by target. */
export function planDifference(
  old: { readonly plan: RollbackPlan; readonly items: ItemsOf },
  now: { readonly plan: RollbackPlan; readonly items: ItemsOf }
): PlanDifference[] {
  const before = sayings(old.plan, old.items);
  const after = sayings(now.plan, now.items);
  const differences: PlanDifference[] = [];
  for (const [key, { what, target, says }] of after) {
    const known = before.get(key);
    if (!known) differences.push({ change: 'added', what, target });
    else if (known.says !== says) differences.push({ change: 'changed', what, target });
  }
  for (const [key, { what, target }] of before) if (!after.has(key)) differences.push({ change: 'gone', what, target });
  const place = ({ target, what }: PlanDifference): string => `${target}\n${what}`;
  return differences.sort((a, b) => (place(a) < place(b) ? -1 : 1));
}
