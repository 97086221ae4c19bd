import { expect } from 'chai';
import type { StoreId } from '../../../src/model/ids.js';
import { jsonText } from '../../../src/snapshot/jsonFile.js';
import { readItems, readPlan } from '../../../src/plan/readPlan.js';
import type { RecordItem } from '../../../src/plan/rollbackPlan.js';
import { FileStore } from '../../../src/store/fileStore.js';
import type { StoreFolder } from '../../../src/store/ports.js';
import { refusalOf } from '../support/refusals.js';
import { tempFolders } from '../support/tempFolder.js';
import { aPlan, componentStep, planned, pointerStep, recordIdOf, recordStep, versionStep } from '../support/worlds.js';

const STEPS = [
  planned(pointerStep('A'), 's001'),
  planned(versionStep('A', 2), 's002', { waitsFor: ['s001'] }),
  planned(componentStep('ApexClass', 'A'), 's003'),
];

describe('a plan in a store', () => {
  const temp = tempFolders();
  const aFolder = async (): Promise<StoreFolder> =>
    new FileStore(await temp(), '.rollback').create('plans', aPlan().id as StoreId);
  const stored = async (plan: unknown): Promise<StoreFolder> => {
    const folder = await aFolder();
    await folder.write('plan.json', typeof plan === 'string' ? plan : jsonText(plan));
    return folder;
  };

  it('is read as it was made', async () => {
    const plan = aPlan({
      steps: STEPS,
      summary: { activateFlowVersion: 1 },
      conflicts: [
        {
          target: 'flow:B',
          kind: 'changedByOther',
          baseline: '',
          current: '',
          changedBy: null,
          changedAt: null,
          decision: 'keep',
        },
      ],
      findings: [{ code: 'x', severity: 'info', subject: '', message: '', action: 'y' }],
    });
    expect(await readPlan(await stored(plan))).to.deep.equal(plan);
  });

  it('that was edited after it was made is refused', async () => {
    const plan = aPlan({ steps: STEPS });
    const edits: Array<(text: string) => string> = [
      (text) => text.replace('"flow": "A"', '"flow": "B"'),
      (text) => text.replace('"version": 2', '"version": 3'),
      (text) => text.replace('"applicable": true', '"applicable": false'),
      (text) => text.replace('"leaves"', '"leave"'),
      (text) => text.replace('activateFlowVersion', 'dropEverything'),
      (text) => text.slice(0, 100),
      () => '[]',
    ];
    for (const edit of edits) {
      const refusal = await refusalOf(async () => readPlan(await stored(edit(JSON.stringify(plan, null, 2)))));
      expect([refusal.key, refusal.exitCode, refusal.tokens[0]]).to.deep.equal(['planDamaged', 3, plan.id]);
    }
  });

  it('that was copied under another name is refused', async () => {
    const other = aPlan({ id: '20261121T063000Z-prod-999999' });
    const refusal = await refusalOf(async () => readPlan(await stored(other)));
    expect(refusal.tokens[1]).to.include('it says that it is 20261121T063000Z-prod-999999');
  });

  it('that was never finished, or is of a newer release, is refused for that', async () => {
    const missing = await refusalOf(async () => readPlan(await aFolder()));
    expect(missing.tokens[1]).to.include('never finished');
    const newer = await refusalOf(async () => readPlan(await stored({ ...aPlan(), format: 2 })));
    expect(newer.key).to.equal('formatTooNew');
  });

  it('that reaches for files outside its folder is refused', async () => {
    const step = planned(recordStep('Product2', 'updateRecords', []), 's001', {
      detail: { kind: 'records', object: 'Product2', fields: [], items: { path: '../../x', sha256: '', count: 0 } },
    });
    expect((await refusalOf(async () => readPlan(await stored(aPlan({ steps: [step] }))))).key).to.equal('planDamaged');
  });

  describe('the rows of a step', () => {
    const items: RecordItem[] = [
      { id: recordIdOf('01t', 1), before: { Name: 'new', Price__c: null }, after: { Name: 'old', Price__c: '1' } },
      { id: recordIdOf('01t', 2), before: { Name: 'é "漢"\n' }, after: null },
    ];
    const lines = items.map((item) => `${JSON.stringify(item)}\n`).join('');

    it('are read as they were written', async () => {
      const folder = await aFolder();
      const file = await folder.write('steps/s001.ndjson', lines);
      const step = planned(recordStep('Product2', 'updateRecords', items), 's001', {
        detail: {
          kind: 'records',
          object: 'Product2',
          fields: [],
          items: { path: file.path, sha256: file.sha256, count: 2 },
        },
      });
      expect(await readItems(folder, step)).to.deep.equal(items);
    });

    it('are refused when the file was edited, is missing, or holds another number', async () => {
      const folder = await aFolder();
      const file = await folder.write('steps/s001.ndjson', lines);
      const step = (more: object): Parameters<typeof readItems>[1] =>
        planned(recordStep('Product2', 'updateRecords', items), 's001', {
          detail: {
            kind: 'records',
            object: 'Product2',
            fields: [],
            items: { path: file.path, sha256: file.sha256, count: 2, ...more },
          },
        });
      expect((await refusalOf(() => readItems(folder, step({ count: 3 })))).key).to.equal('planDamaged');
      expect((await refusalOf(() => readItems(folder, step({ path: 'steps/s009.ndjson' })))).tokens[1]).to.include(
        'missing'
      );
      await folder.write('steps/s001.ndjson', lines.replace('old', 'odd'));
      expect((await refusalOf(() => readItems(folder, step({})))).tokens[1]).to.include('not what was written');
    });

    it('of a step of another lane are none', async () =>
      expect(await readItems(await aFolder(), planned(pointerStep('A'), 's001'))).to.deep.equal([]));
  });
});
