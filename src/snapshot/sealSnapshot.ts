import type { FlowsPart } from '../flow/flowVersion.js';
import type { ComponentsPart } from '../metadata/component.js';
import { digestOf } from '../model/digest.js';
import type { StoreFolder } from '../store/ports.js';
import { SNAPSHOT_FORMAT, type Snapshot } from './snapshotFormat.js';

/** What a snapshot holds beside its records. */
export interface SavedLanes {
  readonly flows: FlowsPart;
  readonly components: ComponentsPart;
  readonly permissionRows: number;
}

/** Counts what was saved and writes `snapshot.json` with its digest: from here on the folder is a snapshot. */
export async function sealSnapshot(
  folder: StoreFolder,
  told: Omit<Snapshot, 'format' | 'id' | 'counts' | 'digest'>,
  { flows, components, permissionRows }: SavedLanes
): Promise<Snapshot> {
  const body = {
    format: SNAPSHOT_FORMAT,
    id: folder.id,
    ...told,
    counts: {
      components: components.components.length,
      absent: components.absent.length + flows.absent.length,
      flows: flows.flows.length,
      flowVersions: flows.flows.reduce((n, flow) => n + flow.versions.length, 0),
      permissionRows,
      objects: told.objects.length,
      records: told.objects.reduce((n, object) => n + object.rows, 0),
      bytes: told.parts.reduce((n, part) => n + part.bytes, 0),
    },
  } satisfies Omit<Snapshot, 'digest'>;
  const snapshot: Snapshot = { ...body, digest: digestOf(body) };
  await folder.write('snapshot.json', `${JSON.stringify(snapshot, null, 2)}\n`);
  return snapshot;
}
