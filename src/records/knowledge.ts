/** A rule and its conditions that depend on each other: the rule's text names the conditions by their index. */
export interface CustomLogic {
  readonly rule: string;
  readonly condition: string;
  /** Field of the condition that points to its rule. */
  readonly lookup: string;
  readonly met: string;
  readonly logic: string;
  readonly index: string;
  /** The value of `met` that makes the rule depend on its conditions. */
  readonly custom: string;
  /** The value that does not. */
  readonly neutral: string;
}

export interface Deactivation {
  readonly field: string;
  readonly value: string;
}

/**
 * What a preset or a dataset knows of objects that no describe tells. It holds for an object whoever brought it into
 * scope. What the org's describe says wins: a name that the org does not have is passed over.
 */
export interface Knowledge {
  readonly customLogic: readonly CustomLogic[];
  /** Text fields in which Ids stand inside longer text, by object. */
  readonly softReferences: Readonly<Record<string, readonly string[]>>;
  /** Lookups that close a circle, by object: a row that is inserted again does not wait for what they point to. */
  readonly twoPass: Readonly<Record<string, readonly string[]>>;
  /** How a row is made harmless that cannot be deleted, by object. */
  readonly deactivate: Readonly<Record<string, Deactivation>>;
}

export const NO_KNOWLEDGE: Knowledge = { customLogic: [], softReferences: {}, twoPass: {}, deactivate: {} };

/** Several as one: fields of an object are joined, a later word on how to deactivate it or on a family counts. */
export function joinKnowledge(parts: readonly Knowledge[]): Knowledge {
  const families = new Map(parts.flatMap((part) => part.customLogic).map((family) => [family.rule, family]));
  return {
    customLogic: [...families.values()],
    softReferences: joinFields(parts.map((part) => part.softReferences)),
    twoPass: joinFields(parts.map((part) => part.twoPass)),
    deactivate: Object.fromEntries(parts.flatMap((part) => Object.entries(part.deactivate))),
  };
}

function joinFields(parts: ReadonlyArray<Readonly<Record<string, readonly string[]>>>): Record<string, string[]> {
  const fields = new Map<string, Set<string>>();
  for (const [object, names] of parts.flatMap((part) => Object.entries(part)))
    fields.set(object, new Set([...(fields.get(object) ?? []), ...names]));
  return Object.fromEntries([...fields].map(([object, names]) => [object, [...names]]));
}

export function softReferences(knowledge: Knowledge, object: string): readonly string[] {
  return own(knowledge.softReferences, object) ?? [];
}

export function twoPassFields(knowledge: Knowledge, object: string): readonly string[] {
  return own(knowledge.twoPass, object) ?? [];
}

export function deactivation(knowledge: Knowledge, object: string): Deactivation | undefined {
  return own(knowledge.deactivate, object);
}

/** Names come from files: `constructor` is an object's name like any other. */
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
