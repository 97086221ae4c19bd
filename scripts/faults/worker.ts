/** A process of `npm run test:faults`: plays the slices it is sent. */
import process from 'node:process';
import { PARTS } from '../../test/support/faults/parts.js';
import type { Part } from '../../test/support/faults/part.js';
import type { Asked, Answer } from './pool.js';

// Time-outs and pauses are settings, so that this takes minutes.
process.env.SF_ROLLBACK_RETRY_MS ??= '1';
process.env.SF_ROLLBACK_TIMEOUT_MS ??= '3000';

process.on('message', (asked: Asked) => {
  const before = process.cpuUsage();
  const part = PARTS[asked.part] as Part;
  const work =
    asked.what === 'total'
      ? part.total().then((total): Answer => ({ id: asked.id, total }))
      : part.play(asked.first, asked.count).then((tally): Answer => {
          const { user, system } = process.cpuUsage(before);
          return { id: asked.id, tally, cpuSeconds: (user + system) / 1e6 };
        });
  void work
    .catch((error: unknown): Answer => ({ id: asked.id, broke: (error as Error).stack ?? String(error) }))
    .then((answer) => process.send?.(answer));
});
// A Ctrl-C reaches every process of the terminal: the first one decides.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
