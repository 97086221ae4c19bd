import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { deployZip } from '../../src/apply/components/deployZip.js';
import { scopeOfFlags, type ScopeFlags } from '../../src/cli/scopeFlags.js';
import type { Scope } from '../../src/snapshot/scope.js';
import { apexClass, flow, textField } from '../support/deploys.js';
import { World } from '../support/world.js';

const DESTRUCTIVE = `<?xml version="1.0" encoding="UTF-8"?>
<Package xmlns="http://soap.sforce.com/2006/04/metadata">
    <types><members>MachineSizing</members><name>ApexClass</name></types>
    <types><members>Machine_Finder-2</members><name>Flow</name></types>
    <version>66.0</version>
</Package>`;

describe('the scope of a deployment that is still to come', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const scopeOf = async (flags: ScopeFlags): Promise<Scope> =>
    scopeOfFlags(flags, await world.as('Ada Admin'), 'practice');
  const names = (scope: Scope): string[] => scope.metadata.map(({ type, fullName }) => `${type}:${fullName}`).sort();
  const folder = (files: Readonly<Record<string, string>>): string => {
    const root = join(world.folder, 'release');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return root;
  };
  const submitted = async (files: Record<string, string>, members: string[], checkOnly: boolean): Promise<string> => {
    const zip = await deployZip(
      Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text) })),
      members.map((text) => ({ type: text.split(':')[0] ?? '', fullName: text.split(':')[1] ?? '' })),
      [],
      '66.0'
    );
    const options = { checkOnly, rollbackOnError: true, singlePackage: true, testLevel: 'RunLocalTests' };
    return (await world.side.deployZip(zip, options, world.user('Dov Deployer'))).id;
  };

  it('is what a folder in Metadata API format brings and deletes', async () => {
    const root = folder({
      ...apexClass('SpringPromotion', 'public class SpringPromotion { }'),
      ...textField('Product2', 'Promo_Code__c', 'Promo Code'),
      ...flow('Spring_Banner', 'x'),
      'package.xml': DESTRUCTIVE.replace('MachineSizing', 'SpringPromotion'),
      'destructiveChangesPost.xml': DESTRUCTIVE,
    });
    const scope = await scopeOf({ deployDir: [root] });
    expect(scope.flows).to.deep.equal(['Machine_Finder', 'Spring_Banner']);
    expect(names(scope)).to.include.members([
      'ApexClass:MachineSizing',
      'ApexClass:SpringPromotion',
      'CustomField:Product2.Promo_Code__c',
    ]);
  });

  it('is what a folder in source format brings and deletes', async () => {
    const { 'classes/SpringPromotion.cls-meta.xml': meta = '', 'classes/SpringPromotion.cls': body = '' } = apexClass(
      'SpringPromotion',
      'public class SpringPromotion { }'
    );
    const root = folder({
      'force-app/main/default/classes/SpringPromotion.cls': body,
      'force-app/main/default/classes/SpringPromotion.cls-meta.xml': meta,
      'force-app/main/default/objects/Product2/fields/Promo_Code__c.field-meta.xml':
        '<?xml version="1.0" encoding="UTF-8"?><CustomField xmlns="http://soap.sforce.com/2006/04/metadata"><fullName>Promo_Code__c</fullName><label>P</label><length>9</length><type>Text</type></CustomField>',
      'destructiveChangesPre.xml': DESTRUCTIVE,
    });
    expect(names(await scopeOf({ deployDir: [root] }))).to.deep.equal([
      'ApexClass:MachineSizing',
      'ApexClass:SpringPromotion',
      'CustomField:Product2.Promo_Code__c',
    ]);
  });

  it('is no folder without components', async () => {
    const refused = (flags: ScopeFlags): Promise<string | undefined> =>
      scopeOf(flags).then(
        () => undefined,
        (error: { key?: string }) => error.key
      );
    expect(await refused({ deployDir: [folder({ 'readme/x.txt': '' }).replace(/release$/, 'nowhere')] })).to.equal(
      'unreadableSource'
    );
    expect(await refused({ deployDir: [folder({})].map(() => join(world.folder, '.rollback-none')) })).to.equal(
      'unreadableSource'
    );
    expect(await refused({ deployId: ['0Af000000000000AAA'] })).to.equal('unknownDeployment');
    expect(await refused({ deployId: ['nonsense'] })).to.equal('unknownDeployment');
  });

  it('is what a validation named; snapshot, quick deploy, and the way back', async () => {
    const id = await submitted(
      { ...apexClass('DiscountLimits', 'public class DiscountLimits { }'), ...flow('Machine_Finder', 'bad') },
      ['ApexClass:DiscountLimits', 'Flow:Machine_Finder'],
      true
    );
    const scope = await scopeOf({ deployId: [id] });
    expect([scope.flows, names(scope)]).to.deep.equal([['Machine_Finder'], ['ApexClass:DiscountLimits']]);
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot(scope);
    world.side.deployments.finish(world.side.deployments.quickDeploy(id, world.user('Dov Deployer')));
    const run = await world.apply(await world.plan(snapshot));
    expect(run.totals).to.deep.equal({ restored: 2 });
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('is what a failed deployment named', async () => {
    const id = await submitted(
      apexClass('Broken', 'public class Broken { Nothing__c x; }'),
      ['ApexClass:Broken'],
      false
    );
    expect(names(await scopeOf({ deployId: [id] }))).to.deep.equal(['ApexClass:Broken']);
  });

  it('waits for a deployment that is not done, and says when the org has forgotten it', async () => {
    world.org.switches.jobPolls = 5;
    const id = await world.side.deployments.submit(
      await deployZip([], [], [], '66.0'),
      { checkOnly: true },
      world.user('Dov Deployer')
    );
    const key = async (): Promise<string | undefined> =>
      scopeOf({ deployId: [id] }).then(
        () => undefined,
        (error: { key?: string }) => error.key
      );
    expect(await key()).to.equal('deploymentNotDone');
    world.side.deployments.finish(id);
    expect(await key()).to.equal('deploymentWithoutDetails');
  });
});
