import { expect } from 'chai';
import { sharedData } from '../e2e/support/sharedData.js';
import { componentFigures, flowFigures, type Figures } from '../support/wayBackFigures.js';

/** A few rounds are enough here; `npm run test:flows` plays every pair. */
const ROUNDS = 2;

describe('real histories go back byte for byte', () => {
  const folder = (name: string, of: Mocha.Context): string => {
    const found = sharedData(name);
    // The files are not part of the project and may be absent.
    if (found === undefined) of.skip();
    return found ?? '';
  };
  const good = ({ cases, problems }: Figures): void => {
    expect(problems).to.deep.equal([]);
    expect(cases).to.be.greaterThan(10);
  };

  it('flows, without a new version where the old one exists', async function () {
    good(await flowFigures(folder('flows', this), false, ROUNDS));
  }).timeout(300_000);

  it('flows whose old version the deployment deleted', async function () {
    good(await flowFigures(folder('flows', this), true, 1));
  }).timeout(300_000);

  it('components, changed in both directions, created and deleted', async function () {
    good(await componentFigures(folder('metadata', this)));
  }).timeout(300_000);
});
