/** A process of `npm run test:faults`: plays the slices it is sent. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { PARTS } from '../../test/support/faults/parts.js';
import type { Part } from '../../test/support/faults/part.js';
import type { Asked, Answer } from './pool.js';

// Time-outs and pauses are settings, so that this takes minutes.
process.env.SF_ROLLBACK_RETRY_MS ??= '1';
process.env.SF_ROLLBACK_TIMEOUT_MS ??= '3000';

/** Linux counts the time of a process in hundredths of a second. */
const TICKS = 100;

/** What processes that this one started, and that have ended, spent; Linux alone tells it. */
function childrenSeconds(): number {
  try {
    const text = readFileSync('/proc/self/stat', 'utf8');
    // Behind the name, which may hold spaces: user and system time of the children are the 14th and 15th.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) / TICKS;
  } catch {
    return 0;
  }
}

function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + childrenSeconds();
}

async function answered(asked: Asked): Promise<Answer> {
  const { id } = asked;
  if (asked.what === 'time') return { id, cpuSeconds: spent() };
  const part = PARTS[asked.part] as Part;
  if (asked.what === 'total') return { id, total: await part.total() };
  return { id, tally: await part.play(asked.first, asked.count) };
}

process.on('message', (asked: Asked) => {
  void answered(asked)
    .catch((error: unknown): Answer => ({ id: asked.id, broke: (error as Error).stack ?? String(error) }))
    .then((answer) => process.send?.(answer));
});
// A Ctrl-C reaches every process of the terminal: the first one decides.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
