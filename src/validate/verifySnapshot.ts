import type { Gap } from '../model/finding.js';
import type { StoreId } from '../model/ids.js';
import type { Progress } from '../model/progress.js';
import type { OrgPorts } from '../org/ports.js';
import type { TestLevel } from '../org/ports/components.js';
import { readSnapshot } from '../snapshot/baseline.js';
import type { Store } from '../store/ports.js';
import { checkDeep, type DeepCheck } from './checkDeep.js';
import { checkFiles, type FileCheck } from './checkFiles.js';

export interface Verification {
  readonly id: string;
  readonly path: string;
  readonly orgId: string;
  /**
   * `whole`: as it was written, and it holds its whole scope. `incomplete`: as it was written, with holes. `damaged`: not
   * as it was written; nothing can be gone back to with it.
   */
  readonly state: 'whole' | 'incomplete' | 'damaged';
  readonly checked: Omit<FileCheck, 'damages' | 'strangers'> & {
    readonly objects: number;
    readonly flows: number;
    readonly components: number;
  };
  readonly damages: FileCheck['damages'];
  readonly strangers: readonly string[];
  readonly holes: readonly Gap[];
  /** Null without `--deep`, and where the files are damaged. */
  readonly deep: DeepCheck | null;
}

export interface DeepRequest {
  readonly org: OrgPorts;
  readonly tests: { readonly level?: TestLevel; readonly names: readonly string[] };
}

/** Proves that a snapshot is as it was written, and with `deep` that its org would take it. Changes nothing. */
export async function verifySnapshot(
  store: Store,
  id: StoreId,
  deep: DeepRequest | undefined,
  progress: Progress
): Promise<Verification> {
  const folder = await store.open('snapshots', id);
  const snapshot = await readSnapshot(folder);
  const { damages, strangers, ...files } = await checkFiles(folder, snapshot, progress);
  const holes = snapshot.gaps.filter((gap) => gap.severity === 'hole');
  return {
    id,
    path: folder.display,
    orgId: snapshot.orgId,
    state: damages.length > 0 ? 'damaged' : snapshot.complete ? 'whole' : 'incomplete',
    checked: {
      ...files,
      objects: snapshot.counts.objects,
      flows: snapshot.counts.flows,
      components: snapshot.counts.components,
    },
    damages,
    strangers,
    holes,
    deep: deep && damages.length === 0 ? await checkDeep(deep.org, folder, snapshot, deep.tests, progress) : null,
  };
}
