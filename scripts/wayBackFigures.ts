/**
 * The figures of the flow and metadata lanes on real histories: every flow with every pair of its versions, forward and
 * back, with and without the old version; every component in both directions, created and deleted.
 * SF_ROLLBACK_SHARED names the folder with the histories; without it, `../shared`.
 */
import process from 'node:process';
import { sharedData } from '../test/e2e/support/sharedData.js';
import { componentFigures, flowFigures, type Figures } from '../test/support/wayBackFigures.js';

const flows = sharedData('flows');
const metadata = sharedData('metadata');
if (flows === undefined || metadata === undefined) {
  console.log('The histories are not here; nothing was played.');
} else {
  const plays: ReadonlyArray<readonly [title: string, play: () => Promise<Figures>]> = [
    ['flows, by the pointer', () => flowFigures(flows, false)],
    ['flows, old version deleted', () => flowFigures(flows, true)],
    ['components', () => componentFigures(metadata)],
  ];
  for (const [title, play] of plays) {
    const { cases, problems } = await play();
    console.log(`${title}: ${cases} cases, ${problems.length} problems`);
    for (const problem of problems) console.log(`  ${problem}`);
    if (problems.length > 0 || cases === 0) process.exitCode = 1;
  }
}
