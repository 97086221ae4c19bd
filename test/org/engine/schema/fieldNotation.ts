import type { FieldSchema, FieldType, FieldValue } from '../contracts.js';

/**
 * What the practice org knows about a field beyond describe. Formula fields follow a path of relationship
 * names to a field of a parent; that is all the formulas the configuration objects need.
 */
export interface PracticeField extends FieldSchema {
  readonly formulaPath?: readonly string[];
  /** Name of the list of children on the parent, e.g. `SBQQ__PriceConditions__r`. */
  readonly childRelationshipName?: string;
}

/** How short names become API names. */
export interface NameRules {
  field(short: string): string;
  object(short: string): string;
}

const asWritten: NameRules = { field: (short) => short, object: (short) => short };

/**
 * Reads one field from a word: `Name flags : type (arguments) = default`.
 *
 * Flags: `!` required · `~` calculated · `-` read-only · `^` create-only · `#` unique · `@` external id.
 * Types: `text(n)` `area(n)` `long(n)` `rich(n)` `check` `num(precision,scale)` `int` `money` `percent(scale)` `date` `datetime`
 * `time` `email` `phone` `url` `secret(n)` `pick(A|B)` `rpick(A|B)` (restricted) `multi(A|B)` `ref(Target)` `ref(Target,restrict)` `ref(Target,cascade)`
 * `md(Target)`. In arguments `_` stands for a blank. A calculated field may name its source: `Copy~:text=Rule.Active`.
 */
export function readField(word: string, names: NameRules = asWritten): PracticeField {
  const parts = /^(\w+?)([!~^#@-]*):(\w+)(?:\(([^)]*)\))?(?:=(.+))?$/.exec(word);
  if (parts === null) throw new Error(`not a field: ${word}`);
  const [, short = '', flags = '', kind = '', argumentText = '', after] = parts;
  const has = (flag: string): boolean => flags.includes(flag);
  const name = names.field(short);
  const writable = !has('~') && !has('-');
  const base: PracticeField = {
    name,
    label: labelOf(name),
    type: 'string',
    custom: name.endsWith('__c'),
    nillable: !has('!'),
    createable: writable,
    updateable: writable && !has('^'),
    calculated: has('~'),
    unique: has('#'),
    externalId: has('@'),
    idLookup: has('@') || has('#'),
    ...(has('~') && after !== undefined ? { formulaPath: formulaPath(after, names) } : {}),
  };
  const typed: PracticeField = { ...base, ...ofKind(kind, argumentText, name, base, names) };
  return {
    ...typed,
    ...defaultOf(
      kind,
      has('~') ? undefined : after,
      (typed.picklistValues ?? []).map((choice) => choice.value)
    ),
  };
}

function formulaPath(text: string, names: NameRules): string[] {
  const steps = text.split('.');
  return steps.map((step, index) =>
    index === steps.length - 1 ? names.field(step) : names.field(step).replace(/__c$/, '__r')
  );
}

function ofKind(
  kind: string,
  argumentText: string,
  name: string,
  base: FieldSchema,
  names: NameRules
): Partial<FieldSchema> {
  const first = Number(argumentText.split(',')[0]);
  const length = (otherwise: number): number => (Number.isNaN(first) || argumentText === '' ? otherwise : first);
  switch (kind) {
    case 'text':
      return { type: 'string', length: length(255) };
    case 'area':
      return { type: 'textarea', length: length(255) };
    case 'long':
      return { type: 'textarea', length: length(32768) };
    case 'rich':
      return { type: 'textarea', length: length(32768), htmlFormatted: true };
    case 'check':
      return { type: 'boolean', nillable: false };
    case 'int':
      return { type: 'int', precision: length(9) };
    case 'num':
      return { type: 'double', ...decimals(argumentText, 18, 2) };
    case 'money':
      return { type: 'currency', ...decimals(argumentText, 18, 2) };
    case 'percent':
      return { type: 'percent', ...decimals(argumentText === '' ? '' : `18,${argumentText}`, 18, 2) };
    case 'date':
    case 'datetime':
    case 'time':
      return { type: kind };
    case 'email':
      return { type: 'email', length: 80 };
    case 'phone':
      return { type: 'phone', length: 40 };
    case 'url':
      return { type: 'url', length: 255 };
    case 'secret':
      return { type: 'encryptedstring', length: length(175) };
    case 'pick':
      return { type: 'picklist', length: 255, picklistValues: choices(argumentText) };
    case 'rpick':
      return { type: 'picklist', length: 255, restrictedPicklist: true, picklistValues: choices(argumentText) };
    case 'multi':
      return { type: 'multipicklist', length: 4099, picklistValues: choices(argumentText) };
    case 'ref':
      return reference(argumentText, name, names);
    case 'md':
      return {
        ...reference(argumentText, name, names),
        nillable: false,
        updateable: false,
        cascadeDelete: true,
        relationshipOrder: 0,
        createable: base.createable ?? true,
      };
    default:
      return { type: kind as FieldType };
  }
}

function reference(argumentText: string, name: string, names: NameRules): Partial<FieldSchema> {
  const [targets = '', rule] = argumentText.split(',');
  return {
    type: 'reference',
    length: 18,
    referenceTo: targets.split('|').map((target) => names.object(target)),
    relationshipName: name.endsWith('__c') ? name.replace(/__c$/, '__r') : name.replace(/Id$/, ''),
    relationshipOrder: null,
    ...(rule === 'restrict' ? { restrictedDelete: true } : {}),
    ...(rule === 'cascade' ? { cascadeDelete: true } : {}),
  };
}

function decimals(argumentText: string, precision: number, scale: number): { precision: number; scale: number } {
  const [first, second] = argumentText === '' ? [] : argumentText.split(',').map(Number);
  return { precision: first ?? precision, scale: second ?? (first === undefined ? scale : 0) };
}

function choices(argumentText: string): Array<{ value: string; label: string; active: boolean }> {
  return argumentText
    .split('|')
    .filter((text) => text !== '')
    .map((text) => {
      const value = text.replaceAll('_', ' ');
      return { value, label: value, active: true };
    });
}

function defaultOf(kind: string, text: string | undefined, choices: readonly string[]): { defaultValue?: FieldValue } {
  if (kind === 'check') return { defaultValue: text === 'true' };
  if (text === undefined) return {};
  const number = ['num', 'int', 'money', 'percent'].includes(kind);
  if (number) return { defaultValue: Number(text) };
  const spaced = text.replaceAll('_', ' ');
  return { defaultValue: choices.includes(spaced) ? spaced : text };
}

/** `SBQQ__EvaluationEvent__c` is "Evaluation Event". */
export function labelOf(name: string): string {
  return name
    .replace(/^[A-Za-z0-9]+?__(?=.+__)/, '')
    .replace(/__\w$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ');
}
