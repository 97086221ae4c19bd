import { startPracticeOrg } from '../../test/org/http/server.js';
import { PracticeOrg } from '../../test/org/engine/practiceOrg.js';
import { wideObject } from './wideObject.js';

/**
 * The measured process: an org with generated rows. Says on one line of JSON that it is ready; after a line on stdin
 * it tells its peak memory and ends.
 */
const rows = Number(process.argv[2]);
const from = performance.now();
const org = new PracticeOrg({ cpq: false });
org.schema.addObject(wideObject());
org.generate('Reading__c', { rows, seed: 'bench' });
org.switches.jobPolls = 0;
const running = await startPracticeOrg({ org });
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
say({ url: running.url, token: running.token, readyMs: performance.now() - from });
process.stdin.once('data', () => {
  say({ peakBytes: process.resourceUsage().maxRSS * 1024 });
  void running.close().then(() => process.exit(0));
});
