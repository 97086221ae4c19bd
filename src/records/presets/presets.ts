import approvals from './approvals.json' with { type: 'json' };
import cpq from './cpq.json' with { type: 'json' };

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

/** A named set of configuration objects. Presets are data: to add one, add a file and name it here. */
export interface Preset {
  readonly name: string;
  /** The package without which the preset makes no sense. */
  readonly namespace: string;
  readonly description: string;
  readonly objects: ReadonlyArray<{ readonly object: string; readonly where?: string }>;
  readonly customLogic: readonly CustomLogic[];
  /** Text fields in which Ids stand inside longer text, by object. */
  readonly softReferences: Readonly<Record<string, readonly string[]>>;
  /** How a row is made harmless that cannot be deleted, by object. */
  readonly deactivate: Readonly<Record<string, { readonly field: string; readonly value: string }>>;
}

export const PRESETS: readonly Preset[] = [cpq, approvals];

export function presetNamed(name: string): Preset | undefined {
  return PRESETS.find((preset) => preset.name === name);
}

/** Families of Custom condition logic; what is known of an object holds whether or not a preset brought it in. */
export const CUSTOM_LOGIC: readonly CustomLogic[] = PRESETS.flatMap((preset) => preset.customLogic);

export function softReferences(object: string): readonly string[] {
  return PRESETS.flatMap((preset) => preset.softReferences[object] ?? []);
}

export function deactivation(object: string): { readonly field: string; readonly value: string } | undefined {
  return PRESETS.map((preset) => preset.deactivate[object]).find((entry) => entry !== undefined);
}
