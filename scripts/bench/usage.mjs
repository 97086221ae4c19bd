import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into a measured process before its own code (`node --import`): when it ends it writes what the operating system
 * counted for it. Node cannot ask for the usage of a child, and not every machine has a tool for it.
 */
const folder = process.env['BENCH_USAGE'];
if (folder && isMainThread) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    writeFileSync(
      `${folder}/${process.pid}.json`,
      JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, rssMib: maxRSS / 1024 })
    );
  });
}
