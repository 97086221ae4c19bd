import type { CustomLogic } from '../../records/knowledge.js';
import type { ValueRow } from '../../records/fieldValue.js';
import type { RecordFacts } from './recordFacts.js';
import type { RecordSheets } from './recordSheet.js';

/**
 * Custom condition logic: a rule refuses an expression that names conditions which do not exist, and a condition that an
 * expression names cannot go. So rules are set to All while their conditions change, and get their expression at the end.
 */
export function waitForConditions(sheets: RecordSheets, facts: RecordFacts): void {
  for (const family of facts.knowledge.customLogic) {
    expressionsLast(sheets, family);
    for (const rule of disturbedRules(sheets, family, facts)) neutralise(sheets, family, rule, facts);
  }
}

/** What a rule's update or return sets in its logic comes after its conditions are back. */
function expressionsLast(sheets: RecordSheets, family: CustomLogic): void {
  for (const item of [...sheets.items(family.rule, 'update').values()]) {
    const { before, after } = item;
    if (!before || !after || !(family.met in after || family.logic in after)) continue;
    const isLogic = ([field]: [string, unknown]): boolean => field === family.met || field === family.logic;
    const part = (row: ValueRow, logic: boolean): ValueRow =>
      Object.fromEntries(Object.entries(row).filter((entry) => isLogic(entry) === logic));
    sheets.add(family.rule, 'finish', { id: item.id, before: part(before, true), after: part(after, true) });
    const rest = part(after, false);
    const kept = Object.keys(rest).length > 0 ? { ...item, before: part(before, false), after: rest } : undefined;
    sheets.replace(family.rule, 'update', kept, item.id);
  }
  const neutral: ValueRow = { [family.met]: family.neutral, [family.logic]: null };
  for (const sheet of ['undelete', 'insert'] as const) {
    for (const item of sheets.items(family.rule, sheet).values()) {
      const after = item.after ?? {};
      const inBin = sheets.items(family.rule, 'finish').get(item.id)?.before;
      if (after[family.met] !== family.custom && inBin === undefined) continue;
      const expression = { [family.met]: after[family.met] ?? null, [family.logic]: after[family.logic] ?? null };
      sheets.add(family.rule, 'finish', {
        id: item.id,
        before: sheet === 'insert' ? neutral : { ...expression, ...inBin },
        after: expression,
        also: neutral,
      });
    }
  }
  // Conditions that come back with a rule and do not belong go again: its expression may name them.
  const swept = new Set(
    [...sheets.items(family.condition, 'sweep').values()].map((item) => item.before?.[family.lookup])
  );
  for (const rule of sheets.items(family.rule, 'undelete').values()) {
    if (!swept.has(rule.id)) continue;
    const inBin = {
      [family.met]: rule.after?.[family.met] ?? null,
      [family.logic]: rule.after?.[family.logic] ?? null,
      ...sheets.items(family.rule, 'finish').get(rule.id)?.before,
    };
    sheets.add(family.rule, 'neutralBack', { id: rule.id, before: inBin, after: neutral });
    sheets.add(family.rule, 'finish', {
      id: rule.id,
      before: inBin,
      after: { [family.met]: rule.after?.[family.met] ?? null, [family.logic]: rule.after?.[family.logic] ?? null },
      also: neutral,
    });
  }
}

/** Living rules with Custom logic of which a condition goes or gets another index. */
function disturbedRules(sheets: RecordSheets, family: CustomLogic, facts: RecordFacts): string[] {
  const rules = new Set<string>();
  for (const item of sheets.items(family.condition, 'delete').values()) {
    const rule = facts.ruleOf.get(item.id);
    if (rule) rules.add(rule);
  }
  for (const item of sheets.items(family.condition, 'update').values()) {
    if (!(family.index in (item.after ?? {}))) continue;
    const rule = facts.ruleOf.get(item.id);
    if (rule) rules.add(rule);
  }
  return [...rules].filter((id) => facts.rules.get(id)?.now[family.met] === family.custom).sort();
}

function neutralise(sheets: RecordSheets, family: CustomLogic, rule: string, facts: RecordFacts): void {
  if (sheets.items(family.rule, 'delete').has(rule)) return;
  const known = facts.rules.get(rule);
  if (!known) return;
  const logicOf = (row: ValueRow): ValueRow => ({
    [family.met]: row[family.met] ?? null,
    [family.logic]: row[family.logic] ?? null,
  });
  const neutral: ValueRow = { [family.met]: family.neutral, [family.logic]: null };
  sheets.add(family.rule, 'neutral', {
    id: rule,
    before: logicOf(known.now),
    after: neutral,
    also: logicOf(known.baseline),
  });
  // Whose expression it is now is kept unless it goes back: a colleague's later expression survives the detour.
  const goesBack = sheets.items(family.rule, 'finish').get(rule)?.after;
  const final = { ...logicOf(known.now), ...goesBack };
  sheets.add(family.rule, 'finish', { id: rule, before: logicOf(known.now), after: final, also: neutral });
}
