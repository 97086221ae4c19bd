import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { makeUndoPlan } from '../../src/apply/undo/makeUndoPlan.js';
import type { RunResult } from '../../src/apply/runResult.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import { presetNamed } from '../../src/records/presets/presets.js';
import type { ObjectScope } from '../../src/snapshot/scope.js';
import { CREMA_UNO } from '../../scripts/demo/story.js';
import { OrgError } from '../org/engine/contracts.js';
import { readField } from '../org/engine/schema/fieldNotation.js';
import type { RequestHead } from '../org/engine/switches.js';
import { World } from '../support/world.js';

const CPQ: readonly ObjectScope[] = (presetNamed('cpq')?.objects ?? []).map((entry) => ({ ...entry, preset: 'cpq' }));
const RULE = 'a0V5g00000Br006EAB';
/** A rule with Custom condition logic, its conditions and actions. */
const CUSTOM_RULE = 'a0V5g00000Br005EAB';
const DOV = { changedBy: ['dov.deployer@brightcup.example'] };

const stepsOf = (plan: RollbackPlan): string[] =>
  plan.steps.map((step) => `${step.operation} ${step.target} ${step.count}`);

const errorsOf = (run: RunResult): string => JSON.stringify(run.steps.flatMap((step) => step.errors));

describe('records go back', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());

  const children = (object: string, field: string, parent: string): string[] =>
    [...world.org.store.rows(object)]
      .filter((row) => row[field] === parent && row.IsDeleted !== true)
      .map((row) => String(row.Id));

  it('reverts an update field by field, and writes no field that did not change', async () => {
    const snapshot = await world.snapshot({ records: CPQ });
    world.update('Dov Deployer', 'SBQQ__PriceRule__c', RULE, { SBQQ__EvaluationOrder__c: 999, Name: 'Bad' });
    const plan = await world.plan(snapshot);
    expect(stepsOf(plan)).to.deep.equal(['updateRecords record:SBQQ__PriceRule__c 1']);
    const writes = await world.writesDuring(async () => {
      const run = await world.apply(plan);
      expect(run.totals).to.deep.equal({ restored: 1 });
      expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
    });
    expect(writes).to.have.length(1);
    expect(writes[0]).to.include({ kind: 'recordWrite', operation: 'update', id: RULE });
    expect(world.row('SBQQ__PriceRule__c', RULE)?.SBQQ__EvaluationOrder__c).to.equal(60);
  });

  it('blanks a field that was empty', async () => {
    const { run } = await world.rolledBack({ records: CPQ }, () =>
      world.update('Dov Deployer', 'Product2', CREMA_UNO, { SBQQ__ConfigurationType__c: 'Required' })
    );
    expect(run.status).to.equal('succeeded');
    expect(world.row('Product2', CREMA_UNO)?.SBQQ__ConfigurationType__c ?? null).to.equal(null);
  });

  it('undeletes a Custom rule with the conditions and actions that went with it, under their old Ids', async () => {
    const conditions = children('SBQQ__PriceCondition__c', 'SBQQ__Rule__c', CUSTOM_RULE);
    const actions = children('SBQQ__PriceAction__c', 'SBQQ__Rule__c', CUSTOM_RULE);
    expect(conditions.length).to.be.greaterThan(1);
    const { snapshot, run } = await world.rolledBack({ records: CPQ }, () => world.delete('Dov Deployer', CUSTOM_RULE));
    expect(run.status).to.equal('succeeded');
    expect(world.row('SBQQ__PriceRule__c', CUSTOM_RULE)?.SBQQ__ConditionsMet__c).to.equal('Custom');
    expect(children('SBQQ__PriceCondition__c', 'SBQQ__Rule__c', CUSTOM_RULE)).to.have.members(conditions);
    expect(children('SBQQ__PriceAction__c', 'SBQQ__Rule__c', CUSTOM_RULE)).to.have.members(actions);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('restores the lookups that a delete blanked, also where a colleague edited the row since', async () => {
    const options = children('SBQQ__ProductOption__c', 'SBQQ__OptionalSKU__c', '01t5g00000Br013AAB');
    expect(options).to.not.have.length(0);
    const snapshot = await world.snapshot({ records: CPQ });
    world.delete('Dov Deployer', '01t5g00000Br013AAB');
    world.update('Cleo Colleague', 'SBQQ__ProductOption__c', options[0] ?? '', { SBQQ__Quantity__c: 7 });
    const run = await world.apply(await world.plan(snapshot, DOV));
    expect(run.status).to.equal('succeeded');
    const option = world.row('SBQQ__ProductOption__c', options[0] ?? '');
    expect(option?.SBQQ__OptionalSKU__c).to.equal('01t5g00000Br013AAB');
    expect(option?.SBQQ__Quantity__c).to.equal(7);
  });

  it('sets the values a row had before it was changed and then deleted', async () => {
    const { run } = await world.rolledBack({ records: CPQ }, () => {
      world.update('Dov Deployer', 'SBQQ__PriceRule__c', RULE, { Name: 'Bad' });
      world.delete('Dov Deployer', RULE);
    });
    expect(run.status).to.equal('succeeded');
    expect(world.row('SBQQ__PriceRule__c', RULE)?.Name).to.equal('Filter kit on the house');
  });

  it('deletes what was inserted, children first, and leaves it in the recycle bin', async () => {
    const made: string[] = [];
    const { snapshot, plan, run } = await world.rolledBack({ records: CPQ }, () => {
      const product = world.insert('Dov Deployer', 'Product2', { Name: 'Bad machine', IsActive: true });
      const feature = world.insert('Dov Deployer', 'SBQQ__ProductFeature__c', {
        Name: 'Bad feature',
        SBQQ__ConfiguredSKU__c: product,
        SBQQ__Number__c: 1,
        SBQQ__MinOptionCount__c: 0,
      });
      made.push(product, feature);
    });
    expect(stepsOf(plan)).to.deep.equal([
      'deleteRecords record:SBQQ__ProductFeature__c 1',
      'deleteRecords record:Product2 1',
    ]);
    expect(run.totals).to.deep.equal({ restored: 2 });
    for (const id of made)
      expect(
        world.org.store.get(id.startsWith('01t') ? 'Product2' : 'SBQQ__ProductFeature__c', id)?.IsDeleted
      ).to.equal(true);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  const withHerFeature = (product: string): string =>
    world.insert('Cleo Colleague', 'SBQQ__ProductFeature__c', {
      Name: 'Her feature',
      SBQQ__ConfiguredSKU__c: product,
      SBQQ__Number__c: 1,
      SBQQ__MinOptionCount__c: 0,
    });

  it('keeps an inserted row that a row outside the plan hangs on, and deactivates it as the preset says', async () => {
    const snapshot = await world.snapshot({ records: CPQ });
    const product = world.insert('Dov Deployer', 'Product2', { Name: 'Bad machine', IsActive: true });
    withHerFeature(product);
    const plan = await world.plan(snapshot, DOV);
    expect(plan.conflicts.map((conflict) => [conflict.target, conflict.kind])).to.deep.include([
      `record:Product2:${product}`,
      'cascadesOutsidePlan',
    ]);
    expect(plan.conflicts.find(({ kind }) => kind === 'cascadesOutsidePlan')?.current).to.match(
      /^used by SBQQ__ProductFeature__c\.SBQQ__ConfiguredSKU__c.*, so it is deactivated instead$/
    );
    expect(stepsOf(plan)).to.deep.equal(['deactivateRecords record:Product2 1']);
    const run = await world.apply(plan);
    expect(run.totals).to.deep.equal({ neutralised: 1 });
    expect(world.row('Product2', product)?.IsActive).to.equal(false);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restoredExceptKept');
  });

  it('keeps an inserted row where it could not be read whether details hang on it, and says so', async () => {
    const snapshot = await world.snapshot({ records: [{ object: 'SBQQ__PriceRule__c' }] });
    const rule = world.insert('Dov Deployer', 'SBQQ__PriceRule__c', { Name: 'Bad', SBQQ__Active__c: true });
    // The org says that the object is there, and refuses to be asked by the field.
    const { rights } = world.user('Ada Admin') as { rights: { hiddenFields: ReadonlySet<string> } };
    let described = false;
    const when = ({ path, parts = [] }: RequestHead): boolean => {
      const after = described;
      described ||= path.includes('/sobjects/SBQQ__PriceRule__c/describe');
      return after && [path, ...parts].some((one) => one.includes('/query'));
    };
    const run = (): void => void (rights.hiddenFields = new Set(['SBQQ__PriceCondition__c.SBQQ__Rule__c']));
    world.org.switches.beforeRequest = [{ when, run }];
    const plan = await world.plan(snapshot, DOV);
    expect(plan.steps).to.deep.equal([]);
    expect(plan.conflicts.map(({ target, kind, current }) => [target, kind, current])).to.deep.equal([
      [
        `record:SBQQ__PriceRule__c:${rule}`,
        'cascadesOutsidePlan',
        'used by SBQQ__PriceCondition__c.SBQQ__Rule__c (could not be read, would be deleted)',
      ],
    ]);
    const [finding] = plan.findings.filter(({ code }) => code === 'childrenNotReadable');
    expect(finding).to.include({ severity: 'warning', subject: 'SBQQ__PriceCondition__c.SBQQ__Rule__c' });
  });

  it('keeps such a row as it is where no preset brought its object', async () => {
    const snapshot = await world.snapshot({ records: [{ object: 'Product2' }] });
    withHerFeature(world.insert('Dov Deployer', 'Product2', { Name: 'Bad machine', IsActive: true }));
    expect((await world.plan(snapshot, DOV)).steps).to.deep.equal([]);
  });

  it('does not delete a row that somebody began to use after the plan was made', async () => {
    const snapshot = await world.snapshot({ records: CPQ });
    const product = world.insert('Dov Deployer', 'Product2', { Name: 'Bad machine', IsActive: true });
    const plan = await world.plan(snapshot);
    withHerFeature(product);
    const run = await world.apply(plan);
    expect(run.steps[0]?.errors[0]?.code).to.equal('CASCADES_OUTSIDE_PLAN');
    expect(world.row('Product2', product)?.Name).to.equal('Bad machine');
  });

  /** Does something between the check of the plan and its first step. */
  const justBefore = (work: () => void): { stopAsked: () => boolean } => {
    let done = false;
    return {
      stopAsked: () => {
        if (!done) work();
        done = true;
        return false;
      },
    };
  };

  it('does not take a row along with its master that it left alone because somebody edited it', async () => {
    const snapshot = await world.snapshot({ records: CPQ });
    const product = world.insert('Dov Deployer', 'Product2', { Name: 'Bad machine', IsActive: true });
    const features = [1, 2].map((n) =>
      world.insert('Dov Deployer', 'SBQQ__ProductFeature__c', {
        Name: `Bad feature ${n}`,
        SBQQ__ConfiguredSKU__c: product,
        SBQQ__Number__c: n,
        SBQQ__MinOptionCount__c: 0,
      })
    );
    const [edited = '', other = ''] = features;
    const run = await world.apply(
      await world.plan(snapshot),
      justBefore(() => world.update('Cleo Colleague', 'SBQQ__ProductFeature__c', edited, { Name: 'Hers now' }))
    );
    expect(run.steps.flatMap(({ errors }) => errors.map(({ code, target }) => [code, target]))).to.deep.equal([
      ['MOVED', `record:SBQQ__ProductFeature__c:${edited}`],
      ['CASCADES_OUTSIDE_PLAN', `record:Product2:${product}`],
    ]);
    expect(world.row('SBQQ__ProductFeature__c', edited)?.Name).to.equal('Hers now');
    expect(world.row('SBQQ__ProductFeature__c', other)).to.equal(undefined);
    expect(world.row('Product2', product)?.Name).to.equal('Bad machine');
  });

  it('keeps a row that another one of the same step points to, which has to stay', async () => {
    world.org.schema.putField('Product2', readField('Successor__c:ref(Product2)'));
    const snapshot = await world.snapshot({ records: CPQ });
    const product = (Name: string, Successor__c: string | null): string =>
      world.insert('Dov Deployer', 'Product2', { Name, IsActive: true, Successor__c });
    const last = product('Last', null);
    const middle = product('Middle', last);
    const first = product('First', middle);
    const free = product('Free', null);
    const plan = await world.plan(snapshot);
    const run = await world.apply(
      plan,
      justBefore(() => withHerFeature(first))
    );
    expect(stepsOf(plan)).to.deep.equal(['deleteRecords record:Product2 4']);
    expect(run.steps.flatMap(({ errors }) => errors.map(({ code, target }) => [code, target]))).to.have.deep.members(
      [first, middle, last].map((id) => ['CASCADES_OUTSIDE_PLAN', `record:Product2:${id}`])
    );
    expect([first, middle, last].map((id) => world.row('Product2', id)?.Successor__c)).to.deep.equal([
      middle,
      last,
      null,
    ]);
    expect(world.row('Product2', free)).to.equal(undefined);
  });

  it("lets a colleague's new row and a colleague's edit survive", async () => {
    const snapshot = await world.snapshot({ records: CPQ });
    world.update('Dov Deployer', 'SBQQ__PriceRule__c', RULE, { SBQQ__EvaluationOrder__c: 999 });
    const hers = world.insert('Cleo Colleague', 'Product2', { Name: 'Her machine', IsActive: true });
    world.update('Cleo Colleague', 'Product2', CREMA_UNO, { Name: 'Her name' });
    const plan = await world.plan(snapshot, {
      ...DOV,
      choice: { onConflict: 'restore', resolve: [{ selector: `record:Product2:${CREMA_UNO}`, decision: 'keep' }] },
    });
    const run = await world.apply(plan);
    expect(run.status).to.equal('succeeded');
    expect(world.row('Product2', hers)?.Name).to.equal('Her machine');
    expect(world.row('Product2', CREMA_UNO)?.Name).to.equal('Her name');
    const validation = await world.validate(snapshot, run);
    expect(validation.verdict).to.equal('restoredExceptKept');
    expect(validation.findings.map((finding) => finding.subject)).to.have.members([
      `record:Product2:${hers}`,
      `record:Product2:${CREMA_UNO}`,
    ]);
  });

  it("deletes a colleague's new row only when it is named by its Id", async () => {
    const snapshot = await world.snapshot({ records: CPQ });
    world.update('Dov Deployer', 'SBQQ__PriceRule__c', RULE, { SBQQ__EvaluationOrder__c: 999 });
    const hers = world.insert('Cleo Colleague', 'Product2', { Name: 'Her machine', IsActive: true });
    const wide = await world.plan(snapshot, {
      ...DOV,
      choice: { resolve: [{ selector: 'record:Product2:*', decision: 'restore' }] },
    });
    expect(stepsOf(wide)).to.deep.equal(['updateRecords record:SBQQ__PriceRule__c 1']);
    const named = await world.plan(snapshot, {
      ...DOV,
      choice: { resolve: [{ selector: `record:Product2:${hers}`, decision: 'restore' }] },
    });
    expect(stepsOf(named)).to.include('deleteRecords record:Product2 1');
  });

  it('takes a row that only left or entered the filter for neither deleted nor inserted', async () => {
    const snapshot = await world.snapshot({ records: [{ object: 'Product2', where: 'IsActive = true' }] });
    const inactive = world.insert('Cleo Colleague', 'Product2', { Name: 'Asleep', IsActive: false });
    const before = await world.plan(snapshot, { everybody: true });
    expect(before.steps).to.deep.equal([]);
    world.update('Dov Deployer', 'Product2', CREMA_UNO, { IsActive: false });
    world.update('Dov Deployer', 'Product2', inactive, { IsActive: true });
    const plan = await world.plan(snapshot, DOV);
    expect(stepsOf(plan)).to.deep.equal(['updateRecords record:Product2 1']);
    expect(plan.conflicts.map((conflict) => conflict.kind)).to.deep.equal(['createdByOther']);
  });

  it('takes new stamps with the same values for no change', async () => {
    const snapshot = await world.snapshot({ records: CPQ });
    const name = String(world.row('Product2', CREMA_UNO)?.Name);
    world.update('Dov Deployer', 'Product2', CREMA_UNO, { Name: 'Another' });
    world.update('Dov Deployer', 'Product2', CREMA_UNO, { Name: name });
    expect((await world.plan(snapshot)).empty).to.equal(true);
  });

  it('finds the same changes by delta as by reading everything', async () => {
    const snapshot = await world.snapshot({ records: CPQ });
    world.update('Dov Deployer', 'Product2', CREMA_UNO, { Name: 'Another' });
    world.delete('Dov Deployer', CUSTOM_RULE);
    world.insert('Dov Deployer', 'Product2', { Name: 'Bad', IsActive: true });
    const delta = await world.plan(snapshot);
    const full = await world.plan(snapshot, { full: true });
    expect(stepsOf(full)).to.deep.equal(stepsOf(delta));
  });

  it('inserts a Custom rule again when the recycle bin is empty, with its conditions and its expression', async () => {
    const conditions = children('SBQQ__PriceCondition__c', 'SBQQ__Rule__c', CUSTOM_RULE).length;
    const actions = children('SBQQ__PriceAction__c', 'SBQQ__Rule__c', CUSTOM_RULE).length;
    const logic = world.row('SBQQ__PriceRule__c', CUSTOM_RULE)?.SBQQ__AdvancedCondition__c;
    const snapshot = await world.snapshot({ records: CPQ });
    world.delete('Dov Deployer', CUSTOM_RULE);
    world.org.switches.binEmptied = true;
    const run = await world.apply(await world.plan(snapshot));
    expect(run.status, errorsOf(run)).to.equal('succeeded');
    const fresh = run.idMap[CUSTOM_RULE] ?? '';
    expect(fresh).to.match(/^a0V/);
    expect(world.row('SBQQ__PriceRule__c', fresh)).to.include({
      SBQQ__ConditionsMet__c: 'Custom',
      SBQQ__AdvancedCondition__c: logic,
    });
    expect(children('SBQQ__PriceCondition__c', 'SBQQ__Rule__c', fresh)).to.have.length(conditions);
    expect(children('SBQQ__PriceAction__c', 'SBQQ__Rule__c', fresh)).to.have.length(actions);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
    expect((await world.plan(snapshot)).empty).to.equal(true);
  });

  it('re-points lookups and Ids in text to a row that came back under a new Id', async () => {
    const product = '01t5g00000Br013AAB';
    const [schedule] = [...world.org.store.rows('SBQQ__DiscountSchedule__c')].map((row) => String(row.Id));
    const text = (id: string): string => `x ${id.slice(0, 15)};01s000000000001`;
    world.update('Ada Admin', 'SBQQ__DiscountSchedule__c', schedule ?? '', {
      SBQQ__ExcludedPricebookIds__c: text(product),
    });
    const options = children('SBQQ__ProductOption__c', 'SBQQ__OptionalSKU__c', product);
    const snapshot = await world.snapshot({ records: CPQ });
    world.delete('Dov Deployer', product);
    world.org.switches.binEmptied = true;
    const run = await world.apply(await world.plan(snapshot));
    expect(run.status, errorsOf(run)).to.equal('succeeded');
    const fresh = run.idMap[product] ?? '';
    expect(children('SBQQ__ProductOption__c', 'SBQQ__OptionalSKU__c', fresh)).to.have.members(options);
    expect(world.row('SBQQ__DiscountSchedule__c', schedule ?? '')?.SBQQ__ExcludedPricebookIds__c).to.equal(text(fresh));
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('changes conditions of a living Custom rule while the rule is neutral, and gives it its expression last', async () => {
    const [first = '', second = ''] = children('SBQQ__PriceCondition__c', 'SBQQ__Rule__c', CUSTOM_RULE);
    const logic = world.row('SBQQ__PriceRule__c', CUSTOM_RULE)?.SBQQ__AdvancedCondition__c;
    const index = world.row('SBQQ__PriceCondition__c', first)?.SBQQ__Index__c;
    const rule = (met: string, expression: string | null): void =>
      world.update('Dov Deployer', 'SBQQ__PriceRule__c', CUSTOM_RULE, {
        SBQQ__ConditionsMet__c: met,
        SBQQ__AdvancedCondition__c: expression,
      });
    const { snapshot, plan, run } = await world.rolledBack({ records: CPQ }, () => {
      rule('All', null);
      world.update('Dov Deployer', 'SBQQ__PriceCondition__c', first, { SBQQ__Index__c: 77 });
      world.delete('Dov Deployer', second);
      world.insert('Dov Deployer', 'SBQQ__PriceCondition__c', {
        SBQQ__Rule__c: CUSTOM_RULE,
        SBQQ__Index__c: 88,
        SBQQ__Object__c: 'Quote',
        SBQQ__Operator__c: 'equals',
        SBQQ__FilterType__c: 'Value',
        SBQQ__Value__c: 'x',
      });
      rule('Custom', '77 AND 88');
    });
    const order = plan.steps.map((step) => step.target);
    expect([order[0], order.at(-1)]).to.deep.equal(['record:SBQQ__PriceRule__c', 'record:SBQQ__PriceRule__c']);
    expect(run.status, errorsOf(run)).to.equal('succeeded');
    expect(world.row('SBQQ__PriceCondition__c', first)?.SBQQ__Index__c).to.equal(index);
    expect(world.row('SBQQ__PriceRule__c', CUSTOM_RULE)?.SBQQ__AdvancedCondition__c).to.equal(logic);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('swaps unique keys back through a parking value', async () => {
    world.org.schema.putField('Account', {
      name: 'Code__c',
      type: 'string',
      length: 40,
      custom: true,
      nillable: true,
      createable: true,
      updateable: true,
      unique: true,
    });
    const a = world.insert('Ada Admin', 'Account', { Name: 'A', Code__c: 'ONE' });
    const b = world.insert('Ada Admin', 'Account', { Name: 'B', Code__c: 'TWO' });
    const { snapshot, run } = await world.rolledBack({ records: [{ object: 'Account' }] }, () => {
      world.update('Dov Deployer', 'Account', a, { Code__c: null });
      world.update('Dov Deployer', 'Account', b, { Code__c: 'ONE' });
      world.update('Dov Deployer', 'Account', a, { Code__c: 'TWO' });
    });
    expect(run.status, errorsOf(run)).to.equal('succeeded');
    expect([world.row('Account', a)?.Code__c, world.row('Account', b)?.Code__c]).to.deep.equal(['ONE', 'TWO']);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });

  it('names a row that is no longer in the recycle bin and is refused as a new one too', async () => {
    const snapshot = await world.snapshot({ records: CPQ });
    world.delete('Dov Deployer', RULE);
    world.org.switches.binEmptied = true;
    world.org.beforeSave('SBQQ__PriceRule__c', () => {
      throw new OrgError('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'No new rules this week.');
    });
    const run = await world.apply(await world.plan(snapshot));
    expect(run.steps.flatMap((step) => step.errors).map((error) => [error.code, error.message])).to.deep.include([
      'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      'No new rules this week.',
    ]);
  });

  it('takes a row that is older than the snapshot and only entered the filter for no insert', async () => {
    const older = world.insert('Dov Deployer', 'Product2', { Name: 'Older', IsActive: false });
    world.org.clock.advance(60_000);
    const snapshot = await world.snapshot({ records: [{ object: 'Product2', where: 'IsActive = true' }] });
    world.update('Dov Deployer', 'Product2', older, { IsActive: true });
    expect((await world.plan(snapshot)).steps).to.deep.equal([]);
  });

  it('reports a value that automation changed again after our write', async () => {
    const snapshot = await world.snapshot({ records: CPQ });
    world.update('Dov Deployer', 'SBQQ__PriceRule__c', RULE, { SBQQ__EvaluationOrder__c: 999 });
    world.org.beforeSave('SBQQ__PriceRule__c', ({ row }) => {
      row.SBQQ__EvaluationOrder__c = 7;
    });
    const run = await world.apply(await world.plan(snapshot));
    expect(run.steps[0]?.errors[0]).to.include({ code: 'CHANGED_AGAIN', target: `record:SBQQ__PriceRule__c:${RULE}` });
  });

  it('reports a row that came back with a value that automation changed, and goes on with what depends on it', async () => {
    const snapshot = await world.snapshot({ records: CPQ });
    world.delete('Dov Deployer', CUSTOM_RULE);
    const plan = await world.plan(snapshot);
    world.org.switches.binEmptied = true;
    world.org.beforeSave('SBQQ__PriceRule__c', ({ row }) => {
      row.SBQQ__EvaluationOrder__c = 7;
    });
    const run = await world.apply(plan);
    const errors = run.steps.flatMap((step) => step.errors);
    expect(errors.map(({ code, target }) => [code, target])).to.deep.equal([
      ['CHANGED_AGAIN', `record:SBQQ__PriceRule__c:${CUSTOM_RULE}`],
    ]);
    expect(errors[0]?.message).to.match(/new Id .*, but not with SBQQ__EvaluationOrder__c/);
    expect(run.totals).to.include({ failed: 1 });
    expect(run.totals.skipped ?? 0).to.equal(0);

    // Taken back, the run leaves nothing behind: the row is there because of it.
    const [, fresh = ''] = Object.entries(run.idMap).find(([old]) => old === CUSTOM_RULE) ?? [];
    const id = parseStoreId(run.runId) as StoreId;
    const undo = await makeUndoPlan(await world.as('Ada Admin'), world.store, id, world.chance, SILENT);
    expect((await world.apply(undo)).status).to.equal('succeeded');
    expect(world.row('SBQQ__PriceRule__c', fresh)).to.equal(undefined);
  });

  /** A new rule whose logic counts on its one condition: the rule goes first, and takes the condition along. */
  const ruleWithLogic = (): { readonly rule: string; readonly condition: string } => {
    const rule = world.insert('Dov Deployer', 'SBQQ__PriceRule__c', { Name: 'New', SBQQ__Active__c: true });
    const condition = world.insert('Dov Deployer', 'SBQQ__PriceCondition__c', {
      SBQQ__Rule__c: rule,
      SBQQ__Index__c: 1,
    });
    world.update('Dov Deployer', 'SBQQ__PriceRule__c', rule, {
      SBQQ__ConditionsMet__c: 'Custom',
      SBQQ__AdvancedCondition__c: '1',
    });
    return { rule, condition };
  };

  it('saves the rows that a delete takes along, which later steps find gone', async () => {
    const snapshot = await world.snapshot({ records: CPQ });
    const { condition } = ruleWithLogic();
    const run = await world.apply(await world.plan(snapshot));
    expect(run.totals).to.deep.equal({ restored: 2 });
    const folder = await world.store.open('runs', run.runId as never);
    const saved = (await folder.list('undo/records')).filter((path) => /PriceCondition.*\.csv\.gz$/.test(path));
    expect(saved).to.have.length(1);
    expect(gunzipSync(await folder.read(saved[0] ?? '')).toString()).to.include(condition);
  });

  it('does not take such a row along when somebody edited it since', async () => {
    const snapshot = await world.snapshot({ records: CPQ });
    const { rule, condition } = ruleWithLogic();
    const plan = await world.plan(snapshot);
    expect(stepsOf(plan)[0]).to.equal('deleteRecords record:SBQQ__PriceRule__c 1');
    const run = await world.apply(
      plan,
      justBefore(() => world.update('Cleo Colleague', 'SBQQ__PriceCondition__c', condition, { SBQQ__Value__c: 'Hers' }))
    );
    expect(run.steps[0]?.errors.map(({ code }) => code)).to.deep.equal(['CASCADES_OUTSIDE_PLAN']);
    expect(world.row('SBQQ__PriceCondition__c', condition)?.SBQQ__Value__c).to.equal('Hers');
    expect(world.row('SBQQ__PriceRule__c', rule)?.Name).to.equal('New');
  });

  it('uses a bulk job from 2,000 rows on, and journals its id before a row is uploaded', async () => {
    const ids = Array.from({ length: 2_005 }, (_, n) =>
      world.insert('Ada Admin', 'Account', { Name: `Account ${n}`, Phone: n % 2 === 0 ? null : '1' })
    );
    const { snapshot, run } = await world.rolledBack({ records: [{ object: 'Account' }] }, () => {
      for (const id of ids) world.update('Dov Deployer', 'Account', id, { Name: 'Bad', Phone: '999' });
    });
    expect(run.totals).to.deep.equal({ restored: 2_005 });
    expect(world.row('Account', ids[0] ?? '')?.Phone ?? null).to.equal(null);
    const journal = (await (await world.store.open('runs', run.runId as never)).read('journal.ndjson')).toString();
    expect(journal).to.match(/"kind":"jobCreated"[^\n]*"what":"ingest"/);
    const paths = world.org.opLog.entries.flatMap((entry) =>
      entry.kind === 'request' ? [`${entry.method} ${entry.path.replace(/\?.*/, '')}`] : []
    );
    expect(paths.some((path) => path.startsWith('PUT') && path.includes('/jobs/ingest/'))).to.equal(true);
    expect((await world.validate(snapshot, run)).verdict).to.equal('restored');
  });
});
