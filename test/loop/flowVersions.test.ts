import { expect } from 'chai';
import { compareFlowVersions } from '../../src/compare/compareFlowVersions.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import { logInAs, runCommand } from '../support/commands.js';
import { deployAs, flow } from '../support/deploys.js';
import { World } from '../support/world.js';

const NAME = 'Tiered';
/** A flow with a formula and a decision that leads on. */
const tiered = (formula: string, goal: string, more = ''): Record<string, string> => {
  const path = `flows/${NAME}.flow`;
  const xml = (flow(NAME, 'x')[path] ?? '').replace(
    '<start>',
    `<formulas><name>Percent</name><dataType>Number</dataType><expression>${formula}</expression></formulas>` +
      `<decisions><name>Gold</name><label>Gold</label><locationX>1</locationX><locationY>1</locationY><defaultConnector><targetReference>${goal}</targetReference></defaultConnector><defaultConnectorLabel>No</defaultConnectorLabel></decisions>${more}<start>`
  );
  return { [path]: xml };
};
const TEXT =
  '<textTemplates><name>Thanks</name><isViewedAsPlainText>true</isViewedAsPlainText><text>Thanks</text></textTemplates>';

describe('any two versions of a flow', () => {
  let world: World;
  let snapshot: StoreId;
  before(async function () {
    this.timeout(60_000);
    world = await World.start();
    await deployAs(world, 'Ada Admin', tiered('10', 'Hello'), [`Flow:${NAME}`]);
    await deployAs(world, 'Ada Admin', tiered('12', 'Hello', TEXT), [`Flow:${NAME}`]);
    world.org.clock.advance(60_000);
    snapshot = parseStoreId((await world.snapshot({ flows: [NAME] })).id) as StoreId;
    await deployAs(world, 'Dov Deployer', tiered('99', 'Gold'), [`Flow:${NAME}`]);
  });
  after(() => world.close());

  const compared = async (
    a: StoreId | 'org',
    b: StoreId | 'org',
    before: number,
    after: number
  ): ReturnType<typeof compareFlowVersions> =>
    compareFlowVersions(await world.as('Ada Admin'), world.store, { a, b }, { flow: NAME, before, after }, SILENT);

  it('of the org: formulas, connectors, elements that came and went', async () => {
    const [found] = (await compared('org', 'org', 2, 3)).flows;
    expect(found).to.include({ flow: NAME, kind: 'versions', changedBy: 'dov.deployer@brightcup.example' });
    expect(found?.elements?.elements.map(({ kind, type, name }) => [kind, type, name])).to.deep.equal([
      ['changed', 'Decision', 'Gold'],
      ['changed', 'Formula', 'Percent'],
      ['removed', 'Text Template', 'Thanks'],
    ]);
    const [decision, formula] = found?.elements?.elements ?? [];
    expect(decision?.connectors.map(({ before, after }) => [before, after])).to.deep.equal([['Hello', 'Gold']]);
    expect(formula?.properties.map(({ path, before, after }) => [path, before, after])).to.deep.equal([
      ['expression', '12', '99'],
    ]);
  });

  it('of a snapshot against the org, and the same version of both', async () => {
    const { a, b, flows } = await compared(snapshot, 'org', 2, 1);
    expect([a.kind, b.kind]).to.deep.equal(['snapshot', 'org']);
    expect(flows[0]?.elements?.elements.map(({ kind, name }) => [kind, name])).to.deep.equal([
      ['changed', 'Percent'],
      ['removed', 'Thanks'],
    ]);
    expect(await compared(snapshot, 'org', 2, 2)).to.deep.include({ equal: true, flows: [] });
  });

  it('refuses a version that the side does not have, and says which it has', async () => {
    const refusal = await compared(snapshot, snapshot, 1, 2).then(
      () => undefined,
      (error: { key: string; tokens: readonly unknown[] }) => error
    );
    expect(refusal?.key).to.equal('flowVersionNotThere');
    expect(refusal?.tokens.at(-1)).to.equal('It has version 2.');
  });

  it('is a flag of the command, with exit codes of the table', async () => {
    await logInAs(world, 'Ada Admin', 'practice');
    const store = ['--store', `${world.folder}/.rollback`];
    const run = (...args: string[]): ReturnType<typeof runCommand> => runCommand('diff', [...args, ...store]);
    const shown = await run('org', 'org', '-o', 'practice', '--flow-versions', `${NAME}:2,3`);
    expect(shown.code).to.equal(0);
    expect(shown.stdout).to.include('version 2 against 3').and.to.include('expression: 12 -> 99');
    for (const line of shown.stdout.split('\n')) expect(line.length).to.be.at.most(80);
    expect((await run('latest', 'latest', '--flow-versions', `${NAME}:2`)).code).to.equal(3);
    expect((await run('latest', 'latest', '--flow-versions', 'nonsense')).code).to.equal(2);
  });
});
