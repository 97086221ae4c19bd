import { expect } from 'chai';
import { goingAlong } from '../../../../src/apply/records/deletedNow.js';
import type { RecordStep, RunContext } from '../../../../src/apply/runContext.js';
import { NO_NEW_IDS } from '../../../../src/records/idMap.js';
import { aField, anObject } from '../../support/describes.js';
import { recordIdOf } from '../../support/worlds.js';

describe('rows that the delete of their masters takes along', () => {
  it('are found at any depth, also where their step waits only for that of their own masters', async () => {
    const detailOf = (name: string, master: string): ReturnType<typeof anObject> =>
      anObject(name, [
        aField('Id', 'id'),
        aField('Master__c', 'reference', { referenceTo: [master], cascadeDelete: true }),
        aField('IsDeleted', 'boolean'),
      ]);
    const objects = [
      anObject('Top__c', [aField('Id', 'id')]),
      detailOf('Middle__c', 'Top__c'),
      detailOf('Low__c', 'Middle__c'),
      anObject('Other__c', [aField('Id', 'id')]),
    ];
    const step = (id: string, object: string, waitsFor: readonly string[]): RecordStep =>
      ({
        id,
        operation: 'deleteRecords',
        waitsFor,
        fallbacks: [],
        detail: { kind: 'records', object },
      }) as unknown as RecordStep;
    const top = step('s1', 'Top__c', []);
    const steps = [top, step('s2', 'Middle__c', ['s1']), step('s3', 'Low__c', ['s2']), step('s4', 'Other__c', ['s1'])];
    const items = new Map(steps.map(({ id }, n) => [id, [{ id: recordIdOf('a01', n), before: {}, after: null }]]));
    const run = {
      plan: { steps },
      outcomes: new Map(),
      current: { items },
      idMap: NO_NEW_IDS,
      elsewhere: new Map(),
      returned: new Set(),
      strays: new Set(),
      baseline: { knowledge: { softReferences: [] } },
      org: {
        describe: async (object: string) => objects.find(({ name }) => name === object),
        query: async (soql: string) => [{ Id: /'(\w+)'/.exec(soql)?.[1], IsDeleted: false }],
      },
    } as unknown as RunContext;
    expect((await goingAlong(run, top)).map((along) => along.step.id)).to.deep.equal(['s2', 's3']);
  });
});
