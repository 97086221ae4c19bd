import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Scene } from './story.js';

export interface Stage {
  /** The folder in which the commands are typed. */
  readonly project: string;
  /** Runs `sf` with these words and resolves with its exit code. */
  run(typed: readonly string[], scene: Scene): Promise<number>;
  /** Called before each command, with what is typed. */
  announce?(scene: Scene, typed: readonly string[]): void;
}

/** Goes on only as long as each command ends with the exit code the story gives it. */
export async function playStory(story: readonly Scene[], stage: Stage): Promise<void> {
  for (const scene of story) {
    const typed = scene.type.map((word) => (word === '{plan}' ? newestPlan(stage.project) : word));
    stage.announce?.(scene, typed);
    const code = await stage.run(typed, scene);
    if (code !== scene.exits)
      throw new Error(`"sf ${typed.join(' ')}" ended with ${code}, the story expects ${scene.exits}`);
  }
}

function newestPlan(project: string): string {
  return (
    readdirSync(join(project, '.rollback', 'plans'))
      .sort()
      .at(-1) ?? ''
  );
}
