import { isAccessFile } from '../../metadata/accessFile.js';
import { companionsOf } from '../../metadata/component.js';
import type { ComponentReader } from '../../org/ports/components.js';
import type { Baseline } from '../../snapshot/baseline.js';
import type { ComponentStep, Present } from './wayBackZip.js';

/**
 * What a way back needs as it is now, read at the last moment: permission sets that go back keep the rows they have, and
 * what is switched off keeps everything else. Asks for nothing where no step needs it.
 */
export async function readPresent(
  org: Pick<ComponentReader, 'retrieve'>,
  baseline: Baseline,
  steps: readonly ComponentStep[]
): Promise<Present> {
  const keys = steps
    .filter(
      ({ operation, detail }) =>
        operation === 'deactivateComponent' || (operation === 'restoreComponent' && isAccessFile(detail.type))
    )
    .map(({ detail }) => ({ type: detail.type, fullName: detail.fullName }));
  if (keys.length === 0) return { components: [], files: new Map() };
  return org.retrieve(companionsOf(keys, baseline.components));
}
