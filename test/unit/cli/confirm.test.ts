import { expect } from 'chai';
import { confirmedOrg, namesOrg } from '../../../src/cli/confirm.js';
import { parseOrgId, parseRecordId } from '../../../src/model/ids.js';
import type { OrgIdentity } from '../../../src/org/ports.js';
import { refusalOf } from '../support/refusals.js';

const ORG = {
  orgId: parseOrgId('00D000000000062'),
  username: 'olga@example.com',
  userId: parseRecordId('005000000000003'),
  label: 'prod',
  apiVersion: '65.0',
} as OrgIdentity;
const NO_COMMAND = undefined as unknown as Parameters<typeof confirmedOrg.ask>[0];

describe('the org a person names', () => {
  for (const typed of ['prod', 'olga@example.com', '00D000000000062', '00D000000000062EAA'])
    it(`is this one as ${typed}`, () => expect(namesOrg(typed, ORG)).to.equal(true));
  for (const typed of ['', 'Prod', 'prod2', 'pro', 'cleo@example.com', '00D000000000063', '00D', 'yes', 'y'])
    it(`is not this one as ${JSON.stringify(typed)}`, () => expect(namesOrg(typed, ORG)).to.equal(false));
});

describe('consent where nobody can be asked', () => {
  it('needs the plan and the org, and says which is missing', async () => {
    const missing = async (flags: Parameters<typeof confirmedOrg.needsFlags>[1]): Promise<unknown> => {
      const refusal = await refusalOf(() => confirmedOrg.needsFlags(false, flags));
      return [refusal.key, refusal.exitCode, refusal.tokens];
    };
    expect(await missing({})).to.deep.equal(['confirmMissing', 2, ['--plan and --confirm']]);
    expect(await missing({ plan: 'p' })).to.deep.equal(['confirmMissing', 2, ['--confirm']]);
    expect(await missing({ confirm: 'prod' })).to.deep.equal(['confirmMissing', 2, ['--plan']]);
    expect(await missing({ resume: 'r' })).to.deep.equal(['confirmMissing', 2, ['--confirm']]);
    confirmedOrg.needsFlags(false, { plan: 'p', confirm: 'prod' });
    confirmedOrg.needsFlags(false, { resume: 'r', confirm: 'prod' });
  });

  it('suggests the plan that was typed, or the newest', async () => {
    const suggested = async (flags: Parameters<typeof confirmedOrg.needsFlags>[1], newest?: string): Promise<unknown> =>
      (await refusalOf(() => confirmedOrg.needsFlags(false, flags, newest))).actionTokens;
    expect(await suggested({ plan: 'p' }, 'q')).to.deep.equal(['--plan p']);
    expect(await suggested({}, 'q')).to.deep.equal(['--plan q']);
    expect(await suggested({})).to.deep.equal(['--plan ID']);
  });

  it('suggests to go on with the run where that was asked for, not to begin anew', async () => {
    const { actionTokens } = await refusalOf(() => confirmedOrg.needsFlags(false, { resume: 'r' }, 'q'));
    expect(actionTokens).to.deep.equal(['--resume r']);
  });

  it('needs no flags where a person can be asked', () => confirmedOrg.needsFlags(true, {}));
});

describe('a confirmation by flag', () => {
  it('is taken when it names this org', async () => {
    await confirmedOrg.ask(NO_COMMAND, false, 'prod', ORG);
    await confirmedOrg.ask(NO_COMMAND, false, '00D000000000062', ORG);
  });

  it('is refused when it names another org, even an empty one', async () => {
    for (const flag of ['dev', '']) {
      const refusal = await refusalOf(() => confirmedOrg.ask(NO_COMMAND, true, flag, ORG));
      expect([refusal.key, refusal.exitCode, refusal.tokens]).to.deep.equal([
        'confirmOtherOrg',
        3,
        [flag, 'prod', '00D000000000062EAA'],
      ]);
    }
  });

  it('that is missing is a wrong flag where nobody can be asked', async () => {
    const refusal = await refusalOf(() => confirmedOrg.ask(NO_COMMAND, false, undefined, ORG));
    expect([refusal.key, refusal.exitCode]).to.deep.equal(['confirmMissing', 2]);
  });
});
