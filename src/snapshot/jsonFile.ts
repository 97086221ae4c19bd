import { parseJson } from '../model/json.js';
import type { StoreFolder } from '../store/ports.js';

/** No JSON file of a store comes near this size: one that is larger was not written by this tool. */
const MOST_BYTES = 256 * 1024 * 1024;

/** How `snapshot.json` and `plan.json` are written, byte for byte. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The value of a JSON file, and whether every byte of it is as `jsonText` writes that value. */
export interface JsonFile {
  readonly value: unknown;
  readonly asWritten: boolean;
}

/**
 * Reads a JSON file of a store. Rejects, with a reason that a person understands, before it is read as a whole when its size
 * is absurd, and when it is no JSON, nested too deeply, or reaches for a prototype.
 */
export async function readJsonFile(folder: StoreFolder, path: string): Promise<JsonFile> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of folder.readStream(path) as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
    pieces.push(piece);
  }
  const content = Buffer.concat(pieces, bytes);
  try {
    const value = parseJson(content.toString('utf8'));
    return { value, asWritten: Buffer.from(jsonText(value)).equals(content) };
  } catch (error) {
    const reason = error instanceof RangeError ? 'it is nested too deeply' : (error as Error).message;
    throw new Error(reason, { cause: error });
  }
}
