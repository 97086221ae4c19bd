import { versionMember } from '../flow/flowVersion.js';
import type { StoreFolder } from '../store/ports.js';
import type { DraftStep, StepDetail } from './rollbackPlan.js';

/**
 * Writes what a step needs beside `plan.json` and gives its detail with the path and hash of that file: the rows of a
 * record step; the body of the flow version that is to stop running, so that a run keeps it without asking the org again.
 */
export async function makeStepFiles(
  folder: StoreFolder,
  id: string,
  detail: DraftStep['detail'],
  flowTexts: ReadonlyMap<string, string>
): Promise<StepDetail> {
  if (detail.kind === 'records') {
    const { object, fields, strays, items } = detail;
    const lines = items.map((item) => `${JSON.stringify(item)}\n`).join('');
    const { path, sha256 } = await folder.write(`steps/${id}.ndjson`, lines);
    const file = { path, sha256, count: items.length };
    return { kind: 'records', object, fields, ...(strays ? { strays } : {}), items: file };
  }
  if (detail.kind === 'permissions') {
    const { place: done, ...known } = detail;
    void done;
    return known;
  }
  if (detail.kind !== 'flow' || detail.from === null) return detail;
  const text = flowTexts.get(versionMember(detail.flow, detail.from));
  if (text === undefined) return detail;
  const { path, sha256 } = await folder.write(`bad/${detail.flow}-${detail.from}.flow-meta.xml`, text);
  return { ...detail, bad: { version: detail.from, path, sha256 } };
}
