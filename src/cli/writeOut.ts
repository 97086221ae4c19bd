import { writeFile } from 'node:fs/promises';
import { Refusal } from '../model/refusal.js';

/** Writes what a person asked for with `--out`: private, whole, and refused with the reason when the file cannot be written. */
export async function writeOut(file: string, value: unknown): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw new Refusal('outNotWritable', { tokens: [file, (error as Error).message], cause: error });
  }
}
