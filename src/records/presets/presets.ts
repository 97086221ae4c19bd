import cpq from './cpq.json' with { type: 'json' };

/** A named set of configuration objects. Presets are data: to add one, add a file and name it here. */
export interface Preset {
  readonly name: string;
  /** The package without which the preset makes no sense. */
  readonly namespace: string;
  readonly description: string;
  readonly objects: ReadonlyArray<{ readonly object: string; readonly where?: string }>;
}

export const PRESETS: readonly Preset[] = [cpq];

export function presetNamed(name: string): Preset | undefined {
  return PRESETS.find((preset) => preset.name === name);
}
