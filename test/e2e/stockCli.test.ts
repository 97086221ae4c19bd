import { expect } from 'chai';
import { freshHome, hasCommands, pinnedStockVersion, rollbackBin, stockSf } from './support/stockCli.js';

describe('the stock CLI', () => {
  let home: ReturnType<typeof freshHome>;
  let place: { home: string; cwd: string };
  before(() => {
    home = freshHome();
    place = { home: home.path, cwd: home.path };
  });
  after(() => home.dispose());

  it('is the pinned version', async () => {
    const { code, stdout } = await stockSf(place).run(['--version']);
    expect(code).to.equal(0);
    expect(stdout).to.include(`@salesforce/cli/${pinnedStockVersion()} `);
  });

  it('lists the commands of the linked plugin, without a warning', async function () {
    if (!hasCommands()) this.skip();
    const sf = stockSf(place);
    await sf.linkPlugin();
    const { code, stdout, stderr } = await sf.run(['rollback', '--help']);
    expect(code, stderr).to.equal(0);
    for (const command of ['snapshot', 'plan', 'apply', 'validate']) expect(stdout).to.include(`rollback ${command}`);
    expect(stderr).to.equal('');
  });

  it('is not needed to run the plugin', async function () {
    if (!hasCommands()) this.skip();
    const { code, stdout, stderr } = await rollbackBin(place).run(['rollback', '--help']);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.include('rollback snapshot');
  });
});
