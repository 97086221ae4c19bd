import { keyText } from '../../metadata/component.js';
import { profileLeftovers } from '../../metadata/accessFile.js';
import type { Retrieved } from '../../org/ports/components.js';
import type { Baseline } from '../../snapshot/baseline.js';
import type { DraftStep, ManualItem } from '../rollbackPlan.js';

/** What profiles that go back got since and no deployment takes away, as items for a person. */
export async function readProfileItems(
  baseline: Pick<Baseline, 'folder' | 'components'>,
  retrieved: Pick<Retrieved, 'files'>,
  steps: readonly DraftStep[]
): Promise<ManualItem[]> {
  const items: ManualItem[] = [];
  const states = new Map(baseline.components.components.map((state) => [keyText(state), state]));
  for (const { operation, target, detail } of steps) {
    if (operation !== 'restoreComponent' || detail.kind !== 'component' || detail.type !== 'Profile') continue;
    for (const path of states.get(keyText(detail))?.paths ?? []) {
      const now = retrieved.files.get(path);
      if (!now) continue;
      const before = (await baseline.folder.read(`metadata/${path}`)).toString('utf8');
      const what = profileLeftovers(before, now.toString('utf8'));
      if (what.length > 0)
        items.push({
          target,
          what: `No deployment takes ${what.join(' and ')} away that came since. Look at them in Setup, Profiles, ${detail.fullName}.`,
        });
    }
  }
  return items;
}
