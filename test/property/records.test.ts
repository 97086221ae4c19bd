import { expect } from 'chai';
import { FEATURES } from '../support/records/caseSpec.js';
import { chosenFeatures, failureText, playMany, tallyText, tooRare, type Way } from '../support/records/manyCases.js';

/**
 * Random org states and random bad deployments: after the way back every row is as in the snapshot up to the new Ids,
 * nothing outside the plan was written, and a second plan is empty. `npm run test:records` plays many more.
 *
 * RECORD_CASES, RECORD_HTTP_CASES: how many. RECORD_SEED: the first seed. RECORD_FEATURES: see `chosenFeatures`.
 */
const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

/** Each hardship in at least this share of the cases. A share of few cases says nothing. */
const LEAST_SHARE = 0.05;
const FEW = 100;

describe('records, whatever the state and the deployment', function () {
  this.timeout(0);
  const first = number('RECORD_SEED', 1);

  async function play(count: number, way: Way): Promise<void> {
    const tally = await playMany(first, count, way);
    console.log(tallyText(tally, way).replace(/^/gm, '      '));
    if (tally.failures.length > 0) throw new Error(await failureText(tally, way));
    if (count >= FEW && chosenFeatures().size === FEATURES.length)
      expect(tooRare(tally, LEAST_SHARE), 'hardships in too few cases').to.deep.equal([]);
  }

  const cases = number('RECORD_CASES', 300);
  if (cases > 0) it(`${cases} random cases in process go back`, () => play(cases, 'in process'));

  const httpCases = number('RECORD_HTTP_CASES', process.env.RECORD_SEED === undefined ? 30 : 0);
  if (httpCases > 0) it(`${httpCases} random cases over HTTP go back`, () => play(httpCases, 'over HTTP'));
});
