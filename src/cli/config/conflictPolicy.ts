import type { Choice } from '../../plan/choice/choice.js';
import { resolveFlag } from '../resolveFlag.js';
import type { Config } from './configSchema.js';

/** What to do with conflicts: the flag, else the file, else keep. What flags resolve comes after the file, so it counts. */
export function conflictPolicy(
  onConflict: Choice['onConflict'] | undefined,
  resolve: Choice['resolve'],
  config: Config | undefined
): Pick<Choice, 'onConflict' | 'resolve'> {
  const { conflicts } = config ?? {};
  return {
    onConflict: onConflict ?? conflicts?.default ?? 'keep',
    resolve: [...resolveFlag(conflicts?.resolve).map((entry) => ({ ...entry, standing: true as const })), ...resolve],
  };
}
