import { expect } from 'chai';
import { CREMA_UNO } from '../../scripts/demo/story.js';
import type { RunResult } from '../../src/apply/runResult.js';
import { makeUndoPlan } from '../../src/apply/undo/makeUndoPlan.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT } from '../../src/model/progress.js';
import { readItems } from '../../src/plan/readPlan.js';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import type { Snapshot } from '../../src/snapshot/snapshotFormat.js';
import { apexClass, deployAs, flow, textField } from '../support/deploys.js';
import { refusalOf } from '../unit/support/refusals.js';
import { stampOf } from '../org/engine/metadata/author.js';
import { withValue } from '../org/engine/metadata/xmlTree.js';
import { World } from '../support/world.js';

const RULE = 'a0V5g00000Br006EAB';
const OTHER_RULE = 'a0V5g00000Br005EAB';
const RULES = 'SBQQ__PriceRule__c';
const FIELD = 'CustomField:Product2.Origin__c';
const SCOPE = {
  flows: 'all' as const,
  metadata: ['DiscountLimits', 'Added'].map((fullName) => ({ type: 'ApexClass', fullName })),
  records: [{ object: 'Product2' }, { object: RULES }],
};
const CLEO = 'cleo.colleague@brightcup.example';
const DOV = 'dov.deployer@brightcup.example';

/** What a plan writes, row by row: `update Product2 01t…: Name`. */
async function writes(world: World, plan: RollbackPlan): Promise<string[]> {
  const folder = await world.store.open('plans', parseStoreId(plan.id) as StoreId);
  const lines: string[] = [];
  for (const step of plan.steps) {
    if (step.detail.kind !== 'records') {
      lines.push(`${step.operation} ${step.target}`);
      continue;
    }
    for (const item of await readItems(folder, step)) {
      const fields = step.operation === 'updateRecords' ? `: ${Object.keys(item.after ?? {}).join(' ')}` : '';
      lines.push(`${step.operation} ${item.id}${fields}`);
    }
  }
  return lines.sort();
}

const kept = (plan: RollbackPlan): unknown[] =>
  plan.conflicts.map(({ target, kind, changedBy, decision }) => [target.split(':').at(-1), kind, changedBy, decision]);

const findings = (plan: RollbackPlan, code: string): string[] =>
  plan.findings.filter((finding) => finding.code === code).map((finding) => finding.subject);

describe('whose changes go back', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start();
  });
  afterEach(() => world.close());
  const later = (): void => world.org.clock.advance(60_000);
  /** Each edit at a time of its own, as in life. */
  const edit = (person: Parameters<World['update']>[0], object: string, id: string, values: object): void => {
    later();
    world.update(person, object, id, values as Record<string, string>);
  };

  describe('with a snapshot that follows the deployment', () => {
    it('takes back field by field what the deployment changed, and keeps what came later, also in the same row', async () => {
      const before = await world.snapshot(SCOPE);
      edit('Dov Deployer', 'Product2', CREMA_UNO, { Name: 'Deployed', Description: 'Deployed' });
      edit('Dov Deployer', RULES, RULE, { SBQQ__EvaluationOrder__c: 999 });
      later();
      const added = world.insert('Dov Deployer', 'Product2', { Name: 'Deployed row' });
      world.delete('Dov Deployer', OTHER_RULE);
      await deployAs(world, 'Dov Deployer', apexClass('DiscountLimits', 'public class DiscountLimits { }'), [
        'ApexClass:DiscountLimits',
      ]);
      later();
      const after = await world.following(before);
      // Later work: another field of the same row, a value deployed shortly before, a new row, also by the deployer.
      edit('Cleo Colleague', 'Product2', CREMA_UNO, { Family: 'Hers', Description: 'Hers' });
      edit('Dov Deployer', RULES, RULE, { Name: 'Named later' });
      later();
      const hers = world.insert('Cleo Colleague', 'Product2', { Name: 'Her row' });
      await deployAs(world, 'Cleo Colleague', { ...apexClass('Added', 'public class Added { }') }, ['ApexClass:Added']);
      const plan = await world.plan(before);
      expect(plan.after).to.equal(after.id);
      expect(plan.deployers).to.deep.equal([DOV]);
      expect(await writes(world, plan)).to.deep.equal(
        [
          'restoreComponent metadata:ApexClass:DiscountLimits',
          `updateRecords ${CREMA_UNO}: Name`,
          `updateRecords ${RULE}: SBQQ__EvaluationOrder__c`,
          `deleteRecords ${added}`,
          `undeleteRecords ${OTHER_RULE}`,
          // Its custom logic is set again after its conditions came back.
          `updateRecords ${OTHER_RULE}: SBQQ__ConditionsMet__c SBQQ__AdvancedCondition__c`,
        ].sort()
      );
      expect(kept(plan)).to.deep.include.members([
        [CREMA_UNO, 'changedLater', CLEO, 'keep'],
        [CREMA_UNO, 'editedSince', CLEO, 'keep'],
        [hers, 'createdLater', CLEO, 'keep'],
        ['Added', 'createdLater', CLEO, 'keep'],
      ]);
      // Nothing is guessed by last editors, so no step says so.
      expect(plan.steps.filter(({ reason }) => reason.includes('lastEditorOnly'))).to.deep.equal([]);
      expect(plan.deployments.map(({ by, takenBack }) => [by, takenBack])).to.deep.equal([
        [DOV, true],
        [CLEO, false],
      ]);
      await world.apply(plan);
      expect(world.row('Product2', CREMA_UNO)).to.include({ Family: 'Hers', Description: 'Hers' });
      expect(world.row('Product2', CREMA_UNO)?.Name).to.not.equal('Deployed');
      expect(world.row(RULES, RULE)).to.include({ Name: 'Named later' });
      expect(world.row('Product2', hers)).to.not.equal(undefined);
    });

    it('keeps what a colleague edited while the deployment ran, and says that rows are known by their last editor', async () => {
      const before = await world.snapshot(SCOPE);
      await deployAs(world, 'Dov Deployer', apexClass('DiscountLimits', 'public class DiscountLimits { }'), [
        'ApexClass:DiscountLimits',
      ]);
      edit('Dov Deployer', 'Product2', CREMA_UNO, { Name: 'Deployed' });
      edit('Cleo Colleague', RULES, RULE, { SBQQ__EvaluationOrder__c: 5 });
      later();
      await world.following(before);
      const plan = await world.plan(before);
      expect(kept(plan)).to.deep.equal([[RULE, 'changedByOther', CLEO, 'keep']]);
      expect(plan.steps.find(({ lane }) => lane === 'records')?.reason).to.include('lastEditorOnly');
    });

    it('takes back only the switch of the deployment where somebody switched a flow again, or a flow later', async () => {
      const before = await world.snapshot({ flows: 'all' });
      const files = { ...flow('Machine_Finder', 'bad'), ...flow('Quote_Approval_Router', 'bad') };
      await deployAs(world, 'Dov Deployer', files, ['Flow:Machine_Finder', 'Flow:Quote_Approval_Router']);
      later();
      await world.following(before);
      later();
      await deployAs(world, 'Cleo Colleague', flow('Quote_Approval_Router', 'hers'), ['Flow:Quote_Approval_Router']);
      const plan = await world.plan(before);
      expect(await writes(world, plan)).to.deep.equal(['activateFlowVersion flow:Machine_Finder']);
      expect(kept(plan)).to.deep.equal([['Quote_Approval_Router', 'editedSince', CLEO, 'keep']]);
    });
  });

  describe('by named deployments', () => {
    it('takes back what they created, changed and deleted, and nothing else of anybody', async () => {
      const before = await world.snapshot({
        ...SCOPE,
        metadata: [...SCOPE.metadata, { type: 'CustomField', fullName: 'Product2.Origin__c' }],
      });
      const id = await deployAs(
        world,
        'Dov Deployer',
        {
          ...apexClass('Added', 'public class Added { }'),
          ...apexClass('DiscountLimits', 'public class DiscountLimits { }'),
          ...flow('Machine_Finder', 'bad'),
        },
        ['ApexClass:Added', 'ApexClass:DiscountLimits', 'Flow:Machine_Finder']
      );
      later();
      const second = await deployAs(world, 'Dov Deployer', textField('Product2', 'Origin__c', 'Origin'), [FIELD]);
      edit('Dov Deployer', 'Product2', CREMA_UNO, { Name: 'By hand' });
      const plan = await world.plan(before, { deployments: [id] });
      expect(await writes(world, plan)).to.deep.equal([
        'activateFlowVersion flow:Machine_Finder',
        'deleteComponent metadata:ApexClass:Added',
        'restoreComponent metadata:ApexClass:DiscountLimits',
      ]);
      expect(plan.deployers).to.deep.equal([DOV]);
      expect(plan.attribution).to.equal('items');
      expect(plan.deployments.map((entry) => [entry.id, entry.takenBack])).to.deep.equal([
        [id, true],
        [second, false],
      ]);
      expect(findings(plan, 'otherDeployment')).to.deep.equal([second]);
      expect(kept(plan).length).to.equal(2);
      const more = await world.plan(before, { deployments: [id], changedBy: [DOV] });
      expect(await writes(world, more)).to.include(`updateRecords ${CREMA_UNO}: Name`);
    });

    it('a target that another deployment changed too is a conflict, and so is one edited by hand since', async () => {
      const before = await world.snapshot(SCOPE);
      const members = ['ApexClass:DiscountLimits', 'ApexClass:Added'];
      const files = (text: string): Record<string, string> => ({
        ...apexClass('DiscountLimits', `public class DiscountLimits { /* ${text} */ }`),
        ...apexClass('Added', `public class Added { /* ${text} */ }`),
      });
      const first = await deployAs(world, 'Dov Deployer', files('bad'), members);
      later();
      await deployAs(world, 'Cleo Colleague', apexClass('Added', 'public class Added { /* hers */ }'), [
        'ApexClass:Added',
      ]);
      const plan = await world.plan(before, { deployments: [first] });
      expect(await writes(world, plan)).to.deep.equal(['restoreComponent metadata:ApexClass:DiscountLimits']);
      expect(kept(plan)).to.deep.equal([['Added', 'otherDeployment', CLEO, 'keep']]);
      const all = await world.plan(before);
      expect(all.conflicts).to.deep.equal([]);
      expect(all.deployers).to.deep.equal([CLEO, DOV]);
      // Nobody should be surprised that the work of both goes back.
      expect(all.findings.find(({ code }) => code === 'severalDeployers')?.message).to.include('2 people deployed');
      expect(findings(plan, 'severalDeployers')).to.deep.equal([]);
    });

    for (const memberProperties of ['all', 'named', 'none'] as const)
      it(`a field edited by hand since stays, also in an object that is in scope as a whole (properties of ${memberProperties} members)`, async () => {
        world.org.switches.memberProperties = memberProperties;
        const [hers, his] = ['Installation_Visit__c.Hers__c', 'Installation_Visit__c.His__c'];
        const scope = { metadata: [{ type: 'CustomObject', fullName: 'Installation_Visit__c' }] };
        const deploy = async (name: string, label: string): Promise<string> => {
          later();
          const [object = '', field = ''] = name.split('.');
          return deployAs(world, 'Dov Deployer', textField(object, field, label), [`CustomField:${name}`]);
        };
        const both = async (label: string): Promise<string[]> => [await deploy(hers, label), await deploy(his, label)];
        await both('Before');
        later();
        const before = await world.snapshot(scope);
        const deployments = await both('Deployed');
        later();
        const field = world.side.components.get('CustomField', hers);
        if (field?.content.kind !== 'xml') throw new Error('no such field');
        world.side.components.put({
          ...field,
          lastModified: stampOf(world.org, world.user('Cleo Colleague')),
          content: { kind: 'xml', root: withValue(field.content.root, 'label', 'Hers') },
        });
        for (const request of [{}, { deployments }]) {
          const plan = await world.plan(before, request);
          expect(await writes(world, plan)).to.deep.equal([`restoreComponent metadata:CustomField:${his}`]);
          expect(kept(plan)).to.deep.equal([[hers, 'editedSince', CLEO, 'keep']]);
        }
      });

    it('a flow that the deployment changed and a colleague deleted afterwards stays deleted', async () => {
      const before = await world.snapshot({ flows: 'all' });
      const files = { ...flow('Machine_Finder', 'bad'), ...flow('Quote_Approval_Router', 'bad') };
      const id = await deployAs(world, 'Dov Deployer', files, ['Flow:Machine_Finder', 'Flow:Quote_Approval_Router']);
      later();
      const { tooling, flows } = world.side;
      tooling.setActive(world.user('Cleo Colleague'), flows.get('Machine_Finder')?.id ?? '', {
        activeVersionNumber: 0,
      });
      for (const version of flows.get('Machine_Finder')?.versions ?? [])
        tooling.deleteVersion(world.user('Cleo Colleague'), version.id);
      for (const request of [{}, { deployments: [id] }]) {
        const plan = await world.plan(before, request);
        expect(await writes(world, plan)).to.deep.equal(['deactivateFlow flow:Quote_Approval_Router']);
        expect(kept(plan)).to.deep.equal([['Machine_Finder', 'unknownAuthor', null, 'keep']]);
      }
    });

    it('says what a deployment changed outside the snapshot, item by item', async () => {
      const before = await world.snapshot({ metadata: SCOPE.metadata });
      const id = await deployAs(
        world,
        'Dov Deployer',
        {
          ...apexClass('Added', 'public class Added { }'),
          ...apexClass('Elsewhere', 'public class Elsewhere { }'),
          ...flow('Machine_Finder', 'bad'),
        },
        ['ApexClass:Added', 'ApexClass:Elsewhere', 'Flow:Machine_Finder']
      );
      const plan = await world.plan(before, { deployments: [id] });
      expect(findings(plan, 'outsideSnapshot')).to.deep.equal(['flow:Machine_Finder', 'metadata:ApexClass:Elsewhere']);
      expect(
        plan.findings.filter(({ code }) => code === 'outsideSnapshot').map(({ message }) => message)
      ).to.deep.equal([
        `Outside the snapshot, so it stays as it is: deployment ${id} by Dov Deployer changed it.`,
        `Outside the snapshot, so it stays as it is: deployment ${id} by Dov Deployer created it.`,
      ]);
    });
  });

  describe('by named loads', () => {
    /** A Bulk API 2.0 load by a person, to its end. */
    const load = (person: Parameters<World['user']>[0], operation: string, object: string, csv: string): string => {
      later();
      const { ingest } = world.org.jobs;
      const id = String(ingest.create(world.user(person), '66.0', { operation, object })['id']);
      ingest.upload(id, csv);
      ingest.changeState(id, 'UploadComplete');
      ingest.poll(id);
      return id;
    };

    it('takes back the rows a load inserted and the columns it set, and keeps what somebody changed since', async () => {
      const before = await world.snapshot(SCOPE);
      edit('Cleo Colleague', 'Product2', CREMA_UNO, { Description: 'Hers, before the load' });
      const changing = load('Dov Deployer', 'update', 'Product2', `Id,Name,Family\n${CREMA_UNO},Loaded,Loaded\n`);
      const adding = load('Dov Deployer', 'insert', 'Product2', 'Name\nLoaded row\n');
      edit('Cleo Colleague', 'Product2', CREMA_UNO, { Family: 'Hers, after the load' });
      edit('Dov Deployer', RULES, RULE, { SBQQ__EvaluationOrder__c: 999 });
      const plan = await world.plan(before, { loads: [changing, adding] });
      const [added] = (await writes(world, plan)).filter((line) => line.startsWith('deleteRecords'));
      expect(await writes(world, plan)).to.deep.equal([added, `updateRecords ${CREMA_UNO}: Name`]);
      expect(kept(plan)).to.deep.equal([
        [CREMA_UNO, 'changedByOther', CLEO, 'keep'],
        [CREMA_UNO, 'editedSince', CLEO, 'keep'],
        [RULE, 'changedByOther', DOV, 'keep'],
      ]);
      expect(plan.steps.filter(({ reason }) => reason.includes('lastEditorOnly'))).to.deep.equal([]);
    });

    it('says that a field which the load did not set is known only by the last editor of its row', async () => {
      const before = await world.snapshot(SCOPE);
      edit('Cleo Colleague', 'Product2', CREMA_UNO, { Description: 'Hers, before the load' });
      const id = load('Dov Deployer', 'update', 'Product2', `Id,Name\n${CREMA_UNO},Loaded\n`);
      const plan = await world.plan(before, { loads: [id] });
      expect(await writes(world, plan)).to.deep.equal([`updateRecords ${CREMA_UNO}: Name Description`]);
      expect(plan.steps.map(({ reason }) => reason.includes('lastEditorOnly'))).to.deep.equal([true]);
    });

    it('refuses a load of another kind, one that is unknown or forgotten, and says what to use instead', async () => {
      const before = await world.snapshot({ records: [{ object: 'Product2' }] });
      const good = load('Dov Deployer', 'update', 'Product2', `Id,Name\n${CREMA_UNO},Loaded\n`);
      const refused = async (id: string): Promise<unknown> => {
        const refusal = await refusalOf(() => world.plan(before, { loads: [id] }));
        return [refusal.key, refusal.exitCode];
      };
      const classic = world.org.jobs.ingest.addClassic(world.user('Dov Deployer'), 'Product2');
      expect(await refused(classic)).to.deep.equal(['loadOtherKind', 3]);
      expect(await refused('7505g00000Other1AAA')).to.deep.equal(['unknownLoad', 3]);
      world.org.clock.advance(8 * 24 * 3600 * 1000);
      expect(await refused(good)).to.deep.equal(['loadExpired', 3]);
    });
  });

  describe('by users and times', () => {
    it('counts only what was changed within the window, and keeps the rest', async () => {
      const before = await world.snapshot(SCOPE);
      edit('Dov Deployer', 'Product2', CREMA_UNO, { Name: 'In time' });
      const until = new Date(world.org.clock.millis() + 1000).toISOString();
      edit('Dov Deployer', RULES, RULE, { SBQQ__EvaluationOrder__c: 999 });
      edit('Cleo Colleague', RULES, OTHER_RULE, { SBQQ__EvaluationOrder__c: 998 });
      const plan = await world.plan(before, { until });
      expect(plan.deployers).to.deep.equal([DOV]);
      expect(await writes(world, plan)).to.deep.equal([`updateRecords ${CREMA_UNO}: Name`]);
      expect(kept(plan)).to.deep.equal([
        [OTHER_RULE, 'changedByOther', CLEO, 'keep'],
        [RULE, 'outsideWindow', DOV, 'keep'],
      ]);
      expect(plan.steps[0]?.reason).to.include('lastEditorOnly');
      const everybody = await world.plan(before, { everybody: true, since: until });
      expect((await writes(world, everybody)).length).to.equal(2);
    });

    it('is open between several users: refused with the candidates and their counts', async () => {
      const before = await world.snapshot(SCOPE);
      edit('Dov Deployer', 'Product2', CREMA_UNO, { Name: 'One' });
      edit('Cleo Colleague', RULES, RULE, { SBQQ__EvaluationOrder__c: 1 });
      edit('Cleo Colleague', RULES, OTHER_RULE, { SBQQ__EvaluationOrder__c: 2 });
      const refusal = await refusalOf(() => world.plan(before));
      expect([refusal.key, refusal.exitCode, refusal.data]).to.deep.equal([
        'unclearAttribution',
        3,
        {
          candidates: [
            { user: CLEO, changes: 2 },
            { user: DOV, changes: 1 },
          ],
        },
      ]);
    });
  });

  describe('after an earlier run back', () => {
    const ADA = 'ada.admin@brightcup.example';
    /** Dov's class and row, of which a first run takes back only the class. */
    const halfBack = async (): Promise<{ before: Snapshot; run: RunResult }> => {
      const before = await world.snapshot(SCOPE);
      const files = apexClass('DiscountLimits', 'public class DiscountLimits { }');
      await deployAs(world, 'Dov Deployer', files, ['ApexClass:DiscountLimits']);
      edit('Dov Deployer', RULES, RULE, { SBQQ__EvaluationOrder__c: 999 });
      later();
      const run = await world.apply(await world.plan(before, { choice: { only: ['metadata:ApexClass'] } }));
      expect(run.status).to.equal('succeeded');
      later();
      return { before, run };
    };
    const undo = async (run: RunResult): Promise<RunResult> =>
      world.apply(
        await makeUndoPlan(
          await world.as('Ada Admin'),
          world.store,
          parseStoreId(run.runId) as StoreId,
          world.chance,
          SILENT
        )
      );
    const byRuns = (plan: RollbackPlan): unknown[] =>
      plan.deployments.filter(({ checkOnly }) => !checkOnly).map(({ by, run }) => [by, run]);

    it('whoever rolled back is no deployer for it: handwork of theirs stays', async () => {
      const { before, run } = await halfBack();
      edit('Ada Admin', 'Product2', CREMA_UNO, { Name: 'By hand' });
      const plan = await world.plan(before);
      expect(plan.deployers).to.deep.equal([DOV]);
      expect(await writes(world, plan)).to.deep.equal([`updateRecords ${RULE}: SBQQ__EvaluationOrder__c`]);
      expect(kept(plan)).to.deep.equal([[CREMA_UNO, 'changedByOther', ADA, 'keep']]);
      expect(byRuns(plan)).to.deep.equal([
        [DOV, undefined],
        [ADA, run.runId],
      ]);
      expect([...findings(plan, 'severalDeployers'), ...findings(plan, 'otherDeployment')]).to.deep.equal([]);
    });

    it('a run that was taken back brought the changes back: its deployment counts', async () => {
      const { before, run } = await halfBack();
      const undone = await undo(run);
      expect(undone.status).to.equal('succeeded');
      later();
      const plan = await world.plan(before);
      expect(await writes(world, plan)).to.include('restoreComponent metadata:ApexClass:DiscountLimits');
      expect(byRuns(plan)).to.deep.equal([
        [DOV, undefined],
        [ADA, run.runId],
        [ADA, undefined],
      ]);
      const again = await undo(undone);
      expect(byRuns(await world.plan(before)).at(-1)).to.deep.equal([ADA, again.runId]);
    });
  });

  it('without whose: drift only says what differs, who changed it, and can never be applied', async () => {
    const before = await world.snapshot(SCOPE);
    expect((await world.plan(before, { driftOnly: true })).empty).to.equal(true);
    edit('Dov Deployer', 'Product2', CREMA_UNO, { Name: 'One' });
    edit('Cleo Colleague', RULES, RULE, { SBQQ__EvaluationOrder__c: 1 });
    const plan = await world.plan(before, { driftOnly: true });
    expect([plan.empty, plan.applicable, plan.steps]).to.deep.equal([false, false, []]);
    expect(kept(plan)).to.deep.equal([
      [CREMA_UNO, 'drift', DOV, 'keep'],
      [RULE, 'drift', CLEO, 'keep'],
    ]);
  });

  it('a selector that covers nothing is refused, one for something unchanged in scope is not', async () => {
    const before = await world.snapshot(SCOPE);
    edit('Dov Deployer', 'Product2', CREMA_UNO, { Name: 'One' });
    const only = (...selectors: string[]): Promise<RollbackPlan> => world.plan(before, { choice: { only: selectors } });
    const refusal = await refusalOf(() => only('record:Produkt2', 'flow:Machine_Finder'));
    expect([refusal.key, refusal.exitCode]).to.deep.equal(['selectorMatchesNothing', 3]);
    expect(refusal.tokens.join(' ')).to.include('record:Produkt2').and.include(`record:Product2:${CREMA_UNO}`);
    expect((await only('flow:Machine_Finder')).steps).to.deep.equal([]);
    expect((await only(`record:Product2:${CREMA_UNO}`)).steps).to.have.lengthOf(1);
  });
});
