import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { RunResult } from '../../src/apply/runResult.js';
import { requestsOf } from '../support/criticalPath.js';
import { apexClass, deployAs, flow, permissionSet, textField } from '../support/deploys.js';
import { stampOf } from '../org/engine/metadata/author.js';
import { seedComponent } from '../org/engine/metadata/seeding.js';
import { accessFile, fieldGrant } from '../support/permissions.js';
import { World } from '../support/world.js';

const SCOPE = {
  metadata: [
    { type: 'ApexClass', fullName: 'DiscountLimits' },
    { type: 'ApexClass', fullName: 'MachineSizing' },
    { type: 'ApexClass', fullName: 'SpringPromotion' },
    { type: 'CustomField', fullName: 'Product2.Cups_Per_Day__c' },
    { type: 'CustomField', fullName: 'Product2.Promo_Code__c' },
    { type: 'PermissionSet', fullName: 'Spring_Promotion' },
  ],
};

describe('metadata goes back', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const exists = (type: string, fullName: string): boolean => world.side.components.get(type, fullName) !== undefined;
  const bodyOf = (name: string): string => {
    const content = world.side.components.get('ApexClass', name)?.content;
    return content?.kind === 'files' ? [...content.files.values()].map(String).join('\n') : '';
  };

  /** Lines of the data that a run saved of the field it deleted. */
  const fieldDataOf = async (run: RunResult): Promise<string[]> => {
    const folder = await world.store.open('runs', run.runId as never);
    const saved = gunzipSync(await folder.read('undo/fields/Product2.Promo_Code__c.csv.gz')).toString();
    return saved.replaceAll('"', '').trim().split('\n');
  };

  it('overrides what was changed, deletes what was created, in one deployment', async () => {
    const before = bodyOf('DiscountLimits');
    const { snapshot, plan, run } = await world.rolledBack(SCOPE, async () => {
      await deployAs(
        world,
        'Dov Deployer',
        {
          ...apexClass('DiscountLimits', 'public class DiscountLimits { }'),
          ...apexClass('SpringPromotion', 'public class SpringPromotion { }'),
          ...textField('Product2', 'Promo_Code__c', 'Promo Code'),
          ...permissionSet('Spring_Promotion', 'Spring', ['Product2.Promo_Code__c']),
        },
        [
          'ApexClass:DiscountLimits',
          'ApexClass:SpringPromotion',
          'CustomField:Product2.Promo_Code__c',
          'PermissionSet:Spring_Promotion',
        ]
      );
    });
    expect(plan.steps.map((step) => `${step.operation} ${step.target}`)).to.deep.equal([
      'restoreComponent metadata:ApexClass:DiscountLimits',
      'deleteComponent metadata:ApexClass:SpringPromotion',
      'deleteComponent metadata:CustomField:Product2.Promo_Code__c',
      'deleteComponent metadata:PermissionSet:Spring_Promotion',
    ]);
    expect(run.totals).to.deep.equal({ restored: 4 });
    expect(bodyOf('DiscountLimits')).to.equal(before);
    expect(exists('ApexClass', 'SpringPromotion')).to.equal(false);
    expect(exists('CustomField', 'Product2.Promo_Code__c')).to.equal(false);
    expect(exists('PermissionSet', 'Spring_Promotion')).to.equal(false);
    const deployments = world.side.deployments
      .list()
      .map(({ result }) => result)
      .filter((result) => result.createdBy === world.user('Ada Admin').id);
    expect(deployments.map((result) => result.checkOnly)).to.deep.equal([true, false]);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('puts one changed field back and leaves its neighbours alone', async () => {
    const { snapshot, run } = await world.rolledBack(SCOPE, async () => {
      await deployAs(
        world,
        'Dov Deployer',
        {
          'objects/Product2.object':
            '<?xml version="1.0" encoding="UTF-8"?><CustomObject xmlns="http://soap.sforce.com/2006/04/metadata"><fields><fullName>Cups_Per_Day__c</fullName><label>Cups Daily</label><precision>9</precision><scale>0</scale><type>Number</type></fields></CustomObject>',
        },
        ['CustomField:Product2.Cups_Per_Day__c']
      );
    });
    expect(run.totals).to.deep.equal({ restored: 1 });
    expect(
      world.org.schema.get('Product2')?.fields.find((field) => field.name === 'Cups_Per_Day__c')?.precision
    ).to.equal(5);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('creates a component again that the deployment deleted', async () => {
    const { snapshot, plan, run } = await world.rolledBack(
      SCOPE,
      async () => void (await deployAs(world, 'Dov Deployer', {}, [], ['ApexClass:MachineSizing']))
    );
    expect(plan.steps.map((step) => step.operation)).to.deep.equal(['recreateComponent']);
    expect(run.totals).to.deep.equal({ restored: 1 });
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('says how many rows hold data in a created field, and saves it before the field goes', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(world, 'Dov Deployer', textField('Product2', 'Promo_Code__c', 'Promo Code'), [
      'CustomField:Product2.Promo_Code__c',
    ]);
    world.update('Cleo Colleague', 'Product2', '01t5g00000Br001AAB', { Promo_Code__c: 'MINE' });
    const plan = await world.plan(snapshot);
    expect(plan.steps.map((step) => [step.operation, step.risk])).to.deep.equal([['deleteComponent', 'lossy']]);
    expect(plan.steps[0]?.reason).to.match(/1 rows? hold/);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 1 });
    expect(await fieldDataOf(run)).to.deep.equal(['Id,Promo_Code__c', '01t5g00000Br001AAB,MINE']);
  });

  it('saves what a created long text field holds, which no query can be filtered by', async () => {
    const snapshot = await world.snapshot(SCOPE);
    const longText = Object.entries(textField('Product2', 'Promo_Code__c', 'Promo Code', 5000)).map(([path, xml]) => [
      path,
      xml.replace('<type>Text</type><unique>false</unique>', '<type>LongTextArea</type><visibleLines>4</visibleLines>'),
    ]);
    await deployAs(world, 'Dov Deployer', Object.fromEntries(longText) as Record<string, string>, [
      'CustomField:Product2.Promo_Code__c',
    ]);
    world.update('Cleo Colleague', 'Product2', '01t5g00000Br001AAB', { Promo_Code__c: 'A long story' });
    const run = await world.apply(await world.plan(snapshot));
    expect(run.steps.flatMap(({ errors }) => errors)).to.deep.equal([]);
    expect(run.totals).to.deep.equal({ restored: 1 });
    expect(await fieldDataOf(run)).to.deep.equal(['Id,Promo_Code__c', '01t5g00000Br001AAB,A long story']);
  });

  it('leaves a created field whose data it cannot save, until it can; the rest of the deployment goes back', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(
      world,
      'Dov Deployer',
      {
        ...textField('Product2', 'Promo_Code__c', 'Promo Code'),
        ...apexClass('SpringPromotion', 'public class SpringPromotion { }'),
      },
      ['CustomField:Product2.Promo_Code__c', 'ApexClass:SpringPromotion']
    );
    world.update('Cleo Colleague', 'Product2', '01t5g00000Br001AAB', { Promo_Code__c: 'MINE' });
    const { rights } = world.user('Ada Admin') as { rights: { hiddenFields: ReadonlySet<string> } };
    const plan = await world.plan(snapshot);
    rights.hiddenFields = new Set(['Product2.Promo_Code__c']);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 1, skipped: 1 });
    const [error] = run.steps.flatMap(({ errors }) => errors);
    expect(error?.code).to.equal('NOT_SAVED');
    expect(error?.message).to.include('read access to Product2.Promo_Code__c');
    expect(exists('CustomField', 'Product2.Promo_Code__c')).to.equal(true);
    rights.hiddenFields = new Set();
    const again = await world.apply(plan);
    expect(again.totals).to.deep.equal({ restored: 1, alreadyRestored: 1 });
    expect(await fieldDataOf(again)).to.have.lengthOf(2);
  });

  it('leaves a created field with encrypted text where the org shows a mask of it', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(world, 'Dov Deployer', textField('Product2', 'Promo_Code__c', 'Promo Code'), [
      'CustomField:Product2.Promo_Code__c',
    ]);
    world.org.schema.putField('Product2', {
      ...{ name: 'Promo_Code__c', type: 'encryptedstring', custom: true, length: 20 },
      ...{ nillable: true, createable: true, updateable: true },
    });
    world.update('Cleo Colleague', 'Product2', '01t5g00000Br001AAB', { Promo_Code__c: 'MINE' });
    const { rights } = world.user('Ada Admin') as { rights: { viewEncryptedData: boolean } };
    rights.viewEncryptedData = false;
    const plan = await world.plan(snapshot);
    const run = await world.apply(plan);
    expect(run.steps.flatMap(({ errors }) => errors).map(({ code }) => code)).to.deep.equal(['NOT_SAVED']);
    expect(exists('CustomField', 'Product2.Promo_Code__c')).to.equal(true);
    rights.viewEncryptedData = true;
    expect((await world.apply(plan)).totals).to.deep.equal({ restored: 1 });
  });

  it('deletes a created field unsaved only where the plan says that this user does not see what it holds', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(world, 'Dov Deployer', textField('Product2', 'Promo_Code__c', 'Promo Code'), [
      'CustomField:Product2.Promo_Code__c',
    ]);
    const { rights } = world.user('Ada Admin') as { rights: { hiddenFields: ReadonlySet<string> } };
    rights.hiddenFields = new Set(['Product2.Promo_Code__c']);
    const plan = await world.plan(snapshot);
    expect(plan.steps.map(({ operation, risk }) => [operation, risk])).to.deep.equal([['deleteComponent', 'lossy']]);
    expect(plan.steps[0]?.reason).to.include('this user does not see it').and.to.include('neither counted nor saved');
    expect((await world.apply(plan)).totals).to.deep.equal({ restored: 1 });
  });

  it('counts no data in a created formula, which only shows that of others: nothing is at stake, nothing saved', async () => {
    const snapshot = await world.snapshot(SCOPE);
    const formula = Object.entries(textField('Product2', 'Promo_Code__c', 'Promo Code')).map(([path, xml]) => [
      path,
      xml.replace(/<length>.*<\/unique>/, '<formula>Name</formula><type>Text</type>'),
    ]);
    await deployAs(world, 'Dov Deployer', Object.fromEntries(formula) as Record<string, string>, [
      'CustomField:Product2.Promo_Code__c',
    ]);
    const plan = await world.plan(snapshot);
    expect(plan.steps.map(({ operation, risk, rowsAtStake }) => [operation, risk, rowsAtStake])).to.deep.equal([
      ['deleteComponent', 'lossless', undefined],
    ]);
    expect((await world.apply(plan)).totals).to.deep.equal({ restored: 1 });
  });

  it('deletes two created classes that use each other together', async () => {
    const snapshot = await world.snapshot({
      metadata: ['Hen', 'Egg'].map((fullName) => ({ type: 'ApexClass', fullName })),
    });
    await deployAs(
      world,
      'Dov Deployer',
      { ...apexClass('Hen', 'public class Hen { Egg laid; }'), ...apexClass('Egg', 'public class Egg { Hen from; }') },
      ['ApexClass:Hen', 'ApexClass:Egg']
    );
    const plan = await world.plan(snapshot);
    expect(plan.steps.map(({ operation, waitsFor }) => [operation, waitsFor])).to.deep.equal([
      ['deleteComponent', []],
      ['deleteComponent', []],
    ]);
    const run = await world.apply(plan);
    expect(run.steps.flatMap(({ errors }) => errors)).to.deep.equal([]);
    expect(run.totals).to.deep.equal({ restored: 2 });
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('keeps a created field that a flow version uses, and says so, unless the versions go too', async () => {
    const snapshot = await world.snapshot({ ...SCOPE, flows: 'all' });
    await deployAs(
      world,
      'Dov Deployer',
      {
        ...textField('Product2', 'Promo_Code__c', 'Promo Code'),
        ...flow('Machine_Finder', '{!Product.Promo_Code__c}'),
      },
      ['CustomField:Product2.Promo_Code__c', 'Flow:Machine_Finder']
    );
    const plan = await world.plan(snapshot);
    expect(plan.manual.map((item) => item.target)).to.deep.equal(['metadata:CustomField:Product2.Promo_Code__c']);
    expect(plan.manual[0]?.what).to.include('Machine_Finder-4');
    expect(plan.steps.map((step) => step.operation)).to.deep.equal(['activateFlowVersion']);
    const thorough = await world.plan(snapshot, { choice: { deleteFlows: true } });
    const run = await world.apply(thorough);
    expect(run.totals).to.deep.equal({ restored: 3 });
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('keeps a component that a colleague changed after the deployment', async () => {
    const snapshot = await world.snapshot(SCOPE);
    await deployAs(
      world,
      'Dov Deployer',
      {
        ...apexClass('DiscountLimits', 'public class DiscountLimits { }'),
        ...apexClass('SpringPromotion', 'public class SpringPromotion { }'),
      },
      ['ApexClass:DiscountLimits', 'ApexClass:SpringPromotion']
    );
    const later = await deployAs(
      world,
      'Cleo Colleague',
      apexClass('DiscountLimits', 'public class DiscountLimits { Integer cleo; }'),
      ['ApexClass:DiscountLimits']
    );
    const plan = await world.plan(snapshot, { changedBy: [] });
    // Both deployed: both are deployers, and the plan lists both deployments.
    expect(plan.deployments.map((deployment) => deployment.id)).to.include(later);
    expect(plan.deployers).to.have.members(['cleo.colleague@brightcup.example', 'dov.deployer@brightcup.example']);
  });

  it("keeps a colleague's new component that a deployer edited last, until it is named", async () => {
    const snapshot = await world.snapshot(SCOPE);
    // Cleo makes it by hand; no deployment tells of it.
    world.org.clock.advance(60_000);
    seedComponent(
      world.org,
      world.side.components,
      {
        type: 'ApexClass',
        fullName: 'SpringPromotion',
        body: 'public class SpringPromotion { }',
        xml: '<ApexClass><apiVersion>66.0</apiVersion><status>Active</status></ApexClass>',
      },
      stampOf(world.org, world.user('Cleo Colleague'))
    );
    await deployAs(
      world,
      'Dov Deployer',
      apexClass('SpringPromotion', 'public class SpringPromotion { Integer dov; }'),
      ['ApexClass:SpringPromotion']
    );
    const plan = await world.plan(snapshot);
    expect(plan.steps).to.deep.equal([]);
    expect(plan.conflicts.map(({ target, kind, changedBy }) => [target, kind, changedBy])).to.deep.equal([
      ['metadata:ApexClass:SpringPromotion', 'createdByOther', 'cleo.colleague@brightcup.example'],
    ]);
    const named = await world.plan(snapshot, {
      choice: { resolve: [{ selector: 'metadata:ApexClass:SpringPromotion', decision: 'restore' }] },
    });
    expect(named.steps.map((step) => step.operation)).to.deep.equal(['deleteComponent']);
  });

  it('changes nothing when the org refuses the way back, and names the component that failed', async () => {
    const snapshot = await world.snapshot({ metadata: [...SCOPE.metadata] });
    await deployAs(
      world,
      'Dov Deployer',
      {
        ...textField('Product2', 'Promo_Code__c', 'Promo Code'),
        ...apexClass('DiscountLimits', 'public class DiscountLimits { }'),
      },
      ['CustomField:Product2.Promo_Code__c', 'ApexClass:DiscountLimits']
    );
    const plan = await world.plan(snapshot);
    // A class outside the scope holds the created field. A plan that knew of it would keep the field.
    await deployAs(
      world,
      'Dov Deployer',
      apexClass(
        'Holder',
        'public class Holder { String code = new Product2().Promo_Code__c; Object f = Product2.Promo_Code__c; }'
      ),
      ['ApexClass:Holder']
    );
    const run = await world.apply(plan);
    expect(run.status).to.equal('failed');
    expect(run.totals).to.deep.equal({ failed: 1, skipped: 1 });
    const [error] = run.steps.flatMap((step) => step.errors).filter((entry) => entry.code === 'COMPONENT_FAILED');
    expect(error?.target).to.equal('metadata:CustomField:Product2.Promo_Code__c');
    expect(bodyOf('DiscountLimits')).to.equal('public class DiscountLimits { }');
    expect((await world.validate(snapshot, run)).verdict).to.equal('notRestored');
  });

  it('records an absent component only on two witnesses, and takes everything of a type by wildcard', async () => {
    const { snapshot, run } = await world.rolledBack(
      { metadata: [{ type: 'ApexClass', fullName: '*' }] },
      async () =>
        void (await deployAs(world, 'Dov Deployer', apexClass('Later', 'public class Later { }'), ['ApexClass:Later']))
    );
    expect(snapshot.counts.absent).to.equal(0);
    expect(run.totals).to.deep.equal({ restored: 1 });
    expect(exists('ApexClass', 'Later')).to.equal(false);
  });

  const OBJECT = (label: string, fields: Readonly<Record<string, string>>): Record<string, string> => ({
    'objects/Trip__c.object': `<?xml version="1.0" encoding="UTF-8"?><CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">${Object.entries(
      fields
    )
      .map(
        ([name, label_]) =>
          `<fields><fullName>${name}</fullName><label>${label_}</label><length>9</length><type>Text</type></fields>`
      )
      .join(
        ''
      )}<deploymentStatus>Deployed</deploymentStatus><label>${label}</label><nameField><label>Name</label><type>Text</type></nameField><pluralLabel>Trips</pluralLabel><sharingModel>ReadWrite</sharingModel></CustomObject>`,
  });
  const TRIP = { metadata: [{ type: 'CustomObject', fullName: 'Trip__c' }] };

  it('takes an object apart: its own part, the field that changed and the one that is new; a neighbour stays', async () => {
    await deployAs(world, 'Dov Deployer', OBJECT('Trip', { Fee__c: 'Fee', Note__c: 'Note' }), ['CustomObject:Trip__c']);
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot(TRIP);
    await deployAs(world, 'Dov Deployer', OBJECT('Journey', { Fee__c: 'Price', Extra__c: 'Extra' }), [
      'CustomObject:Trip__c',
    ]);
    // Cleo renames the other field by hand.
    seedComponent(
      world.org,
      world.side.components,
      {
        type: 'CustomField',
        fullName: 'Trip__c.Note__c',
        xml: '<CustomField><fullName>Note__c</fullName><label>Remark</label><length>9</length><type>Text</type></CustomField>',
      },
      stampOf(world.org, world.user('Cleo Colleague'))
    );
    const plan = await world.plan(snapshot);
    expect(plan.steps.map((step) => `${step.operation} ${step.target}`).sort()).to.deep.equal([
      'deleteComponent metadata:CustomField:Trip__c.Extra__c',
      'restoreComponent metadata:CustomField:Trip__c.Fee__c',
      'restoreComponent metadata:CustomObject:Trip__c',
    ]);
    expect(plan.conflicts.map(({ target }) => target)).to.deep.equal(['metadata:CustomField:Trip__c.Note__c']);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ restored: 3 });
    const validation = await world.validate(snapshot, run);
    expect(validation.verdict).to.equal('restoredExceptKept');
  });

  it('deletes a new object as one, and creates one that is gone with all it had', async () => {
    const snapshot = await world.snapshot(TRIP);
    await deployAs(world, 'Dov Deployer', OBJECT('Trip', { Fee__c: 'Fee' }), ['CustomObject:Trip__c']);
    const plan = await world.plan(snapshot);
    expect(plan.steps.map((step) => `${step.operation} ${step.target}`)).to.deep.equal([
      'deleteComponent metadata:CustomObject:Trip__c',
    ]);
    world.org.clock.advance(60_000);
    const later = await world.snapshot(TRIP);
    expect((await world.apply(plan)).status).to.equal('succeeded');
    const resolve = [{ selector: 'metadata:CustomObject:Trip__c', decision: 'restore' as const }];
    const run = await world.apply(await world.plan(later, { everybody: true, choice: { resolve } }));
    expect(run.totals).to.deep.equal({ restored: 1 });
    expect((await world.validate(later, run)).verdict).to.equal('restored');
  });

  it('reads in parts what is too much for one retrieve, and an object file stays whole', async () => {
    const fields = ['Cups_Per_Day__c', 'Promo_Code__c'].map((name) => ({
      type: 'CustomField',
      fullName: `Product2.${name}`,
    }));
    await deployAs(world, 'Dov Deployer', textField('Product2', 'Promo_Code__c', 'Promo'), [
      'CustomField:Product2.Promo_Code__c',
    ]);
    world.org.clock.advance(60_000);
    const classes = ['DiscountLimits', 'MachineSizing'].map((fullName) => ({ type: 'ApexClass', fullName }));
    const whole = await world.snapshot({ metadata: [...fields, ...classes] });
    world.org.switches.filesPerPackage = 2;
    const parts = await world.snapshot({ metadata: [...fields, ...classes] });
    expect(parts.counts.components).to.equal(4);
    expect(parts.complete).to.equal(true);
    const files = (snapshot: typeof whole): Array<[string, string]> =>
      snapshot.parts.map(({ path, sha256 }) => [path, sha256]);
    expect(files(parts)).to.deep.equal(files(whole));
  });

  it('takes 200 components, 50 flows and the access to them back in at most 25 requests, the plan included', async () => {
    const classes = Array.from({ length: 200 }, (_, n) => `Bulk_Class_${n + 100}`);
    const flows = Array.from({ length: 50 }, (_, n) => `Bulk_Flow_${n + 10}`);
    const release = (text: string): Record<string, string> =>
      Object.assign(
        {},
        ...classes.map((name) => apexClass(name, `public class ${name} { /* ${text} */ }`)),
        ...flows.map((name) => flow(name, text))
      ) as Record<string, string>;
    // Whether a class names something that is not there is not what is asked here.
    world.side.habits.checkReferences = false;
    const members = [...classes.map((name) => `ApexClass:${name}`), ...flows.map((name) => `Flow:${name}`)];
    await deployAs(world, 'Dov Deployer', release('good'), members);
    world.org.clock.advance(60_000);
    const metadata = classes.map((fullName) => ({ type: 'ApexClass', fullName }));
    const planner = { type: 'PermissionSet', fullName: 'Installation_Planner' };
    const snapshot = await world.snapshot({ flows, metadata: [...metadata, planner] });
    const access = {
      classes: classes.map(
        (name) => `<classAccesses><apexClass>${name}</apexClass><enabled>true</enabled></classAccesses>`
      ),
      flows: flows.map((name) => `<flowAccesses><enabled>true</enabled><flow>${name}</flow></flowAccesses>`),
    };
    await deployAs(
      world,
      'Dov Deployer',
      {
        ...release('bad'),
        ...accessFile(
          world,
          'PermissionSet',
          'Installation_Planner',
          [...access.classes, ...access.flows, fieldGrant('Product2.Cups_Per_Day__c', true)].join(''),
          ['<editable>true', '<editable>false']
        ),
        'profiles/Admin.profile': `<Profile xmlns="http://soap.sforce.com/2006/04/metadata">${access.classes.join('')}</Profile>`,
      },
      [...members, 'PermissionSet:Installation_Planner', 'Profile:Admin']
    );
    let run: RunResult | undefined;
    const { sent } = await requestsOf(world, async () => {
      const plan = await world.plan(snapshot);
      expect(plan.conflicts).to.deep.equal([]);
      run = await world.apply(plan, { testLevel: 'NoTestRun' });
    });
    // 250 components and flows, 250 rows of the permission set, 200 of the profile, and four fields.
    expect(run?.totals).to.deep.equal({ restored: 704 });
    expect(sent).to.be.at.most(25);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  }).timeout(300_000);
});
