/**
 * Files that somebody changed: each byte of a small snapshot and plan flipped, each file cut off at each byte; and mutated
 * inputs for each parser. FAULTS_SEED is the first seed; FAULTS_PARTS=bytes,csv plays some; FAULTS_SHARE=0.1 a tenth.
 */
import { mutations } from '../../test/support/faults/mutations.js';
import { playParts } from '../../test/support/faults/playParts.js';
import { tampering } from '../../test/support/faults/tampering.js';

const seed = Number(process.env.FAULTS_SEED ?? 1);
const inputs = 1_000_000;
await playParts(import.meta.url, {
  bytes: tampering(),
  csv: mutations('csv', inputs, seed),
  csvFree: mutations('csvFree', inputs, seed),
  snapshot: mutations('snapshot', inputs, seed),
  plan: mutations('plan', inputs, seed),
  item: mutations('item', inputs, seed),
  journal: mutations('journal', inputs, seed),
});
