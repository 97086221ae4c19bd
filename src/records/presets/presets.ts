import { joinKnowledge, type Knowledge } from '../knowledge.js';
import approvals from './approvals.json' with { type: 'json' };
import cpq from './cpq.json' with { type: 'json' };

/** A named set of configuration objects. Presets are data: to add one, add a file and name it here. */
export interface Preset extends Knowledge {
  readonly name: string;
  /** The package without which the preset makes no sense. */
  readonly namespace: string;
  readonly description: string;
  /** The condition of an object is a chain of comparisons joined by AND: one about a field the org lacks is left out. */
  readonly objects: ReadonlyArray<{ readonly object: string; readonly where?: string }>;
}

export const PRESETS: readonly Preset[] = [cpq, approvals];

export function presetNamed(name: string): Preset | undefined {
  return PRESETS.find((preset) => preset.name === name);
}

/** What the presets know of objects. */
export const PRESET_KNOWLEDGE: Knowledge = joinKnowledge(PRESETS);
