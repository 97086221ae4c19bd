import { keyText, type ComponentState } from '../../metadata/component.js';
import type { ComponentReader } from '../../org/ports/components.js';
import { standingOfComponent } from './componentStanding.js';
import type { ComponentStep } from './wayBackZip.js';

/** Types whose time of change moves with every change of what their file holds, and that one request lists. */
const STAMPED = new Set(['ApexClass', 'ApexTrigger', 'ApexPage', 'ApexComponent', 'PermissionSet']);
/** Types that one listMetadata takes. */
const ONE_LIST = 3;

/**
 * Which of the components somebody changed since they were read as `then`. Asks for the list of few types first: where no
 * time moved, nothing did. Otherwise they are read again, and what they hold decides.
 */
export async function movedMeanwhile(
  org: Pick<ComponentReader, 'listComponents'>,
  steps: readonly ComponentStep[],
  then: ReadonlyMap<string, ComponentState>,
  readAgain: () => Promise<ReadonlyMap<string, ComponentState>>
): Promise<readonly ComponentStep[]> {
  const types = [...new Set(steps.map(({ detail }) => detail.type))];
  if (types.length <= ONE_LIST && types.every((type) => STAMPED.has(type))) {
    const listed = new Map((await org.listComponents(types)).map((one) => [keyText(one), one.lastModifiedAt]));
    const same = ({ detail }: ComponentStep): boolean => {
      const state = then.get(keyText(detail));
      if (!state) return !listed.has(keyText(detail));
      return state.lastModifiedAt !== undefined && listed.get(keyText(detail)) === state.lastModifiedAt;
    };
    if (steps.every(same)) return [];
  }
  const now = await readAgain();
  return steps.filter((step) => standingOfComponent(step, now) === 'moved');
}
