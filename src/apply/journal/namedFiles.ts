import { sha256 } from '../../model/digest.js';
import { Refusal } from '../../model/refusal.js';
import type { StoreFolder } from '../../store/ports.js';
import type { RunResult } from '../runResult.js';
import type { RunState } from './journal.js';

/** Path and SHA-256 of a file of the run's folder, as a line of the journal has them. */
export type NamedFile = readonly [path: string, sha256: string];

const RESULT = 'result.json';
/** What a run saved before it touched it. */
const UNDO_FOLDERS = ['undo', 'bad'];

function damaged(folder: StoreFolder, path: string, what: string): Refusal {
  return new Refusal('runDamaged', { tokens: [folder.id, `${path} ${what}`] });
}

/** A file that the journal names, refused when it is gone or not as it was written. */
export async function readNamed(folder: StoreFolder, path: string, hash: string | undefined): Promise<Buffer> {
  if (!(await folder.exists(path))) throw damaged(folder, path, 'is missing');
  const content = await folder.read(path);
  // A run of the first releases has no hash of it in its journal.
  if (hash !== undefined && sha256(content) !== hash) throw damaged(folder, path, 'was changed');
  return content;
}

/** What the line that closes a run names: its result, and everything that a run which takes it back will read. */
export async function filesToName(folder: StoreFolder): Promise<NamedFile[]> {
  const named: NamedFile[] = [];
  for (const path of [RESULT, ...(await undoFiles(folder))]) named.push([path, (await folder.stat(path)).sha256]);
  return named;
}

async function undoFiles(folder: StoreFolder): Promise<string[]> {
  return (await Promise.all(UNDO_FOLDERS.map((name) => folder.list(name)))).flat();
}

/** The result of a run that came to an end; undefined when it has none. */
export async function readResult(folder: StoreFolder, state: RunState): Promise<RunResult | undefined> {
  const hash = state.files?.get(RESULT);
  if (hash === undefined && !(await folder.exists(RESULT))) return undefined;
  return JSON.parse((await readNamed(folder, RESULT, hash)).toString('utf8')) as RunResult;
}

/** Proves that everything a run saved before it wrote is as it was saved: nothing changed, gone or put there since. */
export async function checkUndoPoint(folder: StoreFolder, state: RunState): Promise<void> {
  const { files } = state;
  if (files === undefined) return;
  const present = new Set(await undoFiles(folder));
  const stranger = [...present].find((path) => !files.has(path));
  if (stranger !== undefined) throw damaged(folder, stranger, 'was not saved by the run');
  for (const [path, hash] of files) {
    if (path === RESULT) continue;
    if (!present.has(path)) throw damaged(folder, path, 'is missing');
    if ((await folder.stat(path)).sha256 !== hash) throw damaged(folder, path, 'was changed');
  }
}
