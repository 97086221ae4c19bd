import { expect } from 'chai';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { EMPTY_SCOPE } from '../../src/snapshot/scope.js';
import { brightcup } from '../org/seed/brightcup.js';
import { CrashStory, Life, type Incident, type Scene } from '../support/crashStory.js';

const CONDITION = 'SBQQ__PriceCondition__c';
const RULE = 'SBQQ__PriceRule__c';
const ORDER = 'SBQQ__EvaluationOrder__c';

const TWO_RULES_CHANGED: Incident = {
  scope: { ...EMPTY_SCOPE, records: [{ object: RULE }] },
  release: async (org) => {
    org.clock.advance(3_600_000);
    for (const { id } of twoOf(org, RULE)) set(org, id, 900);
    org.clock.advance(3_600_000);
  },
};

function twoOf(org: Scene['org'], object: string): Array<{ id: string; row: Readonly<Record<string, unknown>> }> {
  const living = [...org.store.rows(object)].filter((row) => row['IsDeleted'] !== true);
  return living.slice(0, 2).map((row) => ({ id: String(row['Id']), row }));
}

function set(org: Scene['org'], id: string, order: number): void {
  const request = { operation: 'update', object: RULE, id, values: { [ORDER]: order } } as const;
  org.records.writeOne(org.user('Dov Deployer'), request);
}

/** A request that the org never gets, or carries out without being heard. */
const hangUp = async (): Promise<never> => {
  throw new Error('socket hang up');
};

describe('what changed between a crash and going on', () => {
  it('a row that became due only then is the work of the run, like those that were due before', async () => {
    const story = await CrashStory.begin('apply', TWO_RULES_CHANGED);
    const scene = await story.scene();
    const { org } = scene;
    const [, second = { id: '' }] = twoOf(org, RULE);
    const [, asSeeded] = twoOf(brightcup().org, RULE);
    // Somebody has put it right before the run: nothing to do.
    set(org, second.id, Number(asSeeded?.row[ORDER]));
    const { runId } = await new Life(scene, 1, { answers: () => ({ updateRows: hangUp }) }).apply(story.plan);
    set(org, second.id, 900);
    const run = parseStoreId(runId) as StoreId;
    let wrote = false;
    const cutOff = new Life(scene, 2, {
      answers: (ports) => ({
        updateRows: async (object, rows) => {
          const results = await ports.updateRows(object, rows);
          wrote = true;
          return results;
        },
        query: (...args) => (wrote ? hangUp() : ports.query(...args)),
        queryTogether: (...args) => (wrote ? hangUp() : ports.queryTogether(...args)),
      }),
    });
    expect((await cutOff.resume(run)).status).to.equal('interrupted');
    expect((await new Life(scene, 3).resume(run)).totals).to.deep.equal({ restored: 2 });
  });

  describe('of a row that was inserted without a value that no CSV can carry', () => {
    /** A value that a CSV would take for "empty": it is set after the insert. */
    const VALUE = '#N/A';
    const rowsOf = (org: Scene['org']): string[] =>
      [...org.store.rows(CONDITION)]
        .filter((row) => row['IsDeleted'] !== true && row['SBQQ__Value__c'] !== undefined)
        .map((row) => String(row['Id']));
    const write = (org: Scene['org'], id: string, value: string): void => {
      const request = { operation: 'update', object: CONDITION, id, values: { SBQQ__Value__c: value } } as const;
      org.records.writeOne(org.user('Dov Deployer'), request);
    };
    const ONE_CONDITION_GONE: Incident = {
      scope: { ...EMPTY_SCOPE, records: [{ object: CONDITION }] },
      before: (org) => write(org, rowsOf(org)[0] ?? '', VALUE),
      release: async (org) => {
        org.clock.advance(3_600_000);
        const id = rowsOf(org)[0] ?? '';
        org.records.writeOne(org.user('Dov Deployer'), { operation: 'delete', id });
        org.records.writeOne(org.user('Dov Deployer'), { operation: 'purge', id });
        org.clock.advance(3_600_000);
      },
    };
    let scene: Scene;
    let run: StoreId;
    let fresh: string;
    beforeEach(async () => {
      const story = await CrashStory.begin('apply', ONE_CONDITION_GONE);
      scene = await story.scene();
      const before = new Set(rowsOf(scene.org));
      const { status, runId } = await new Life(scene, 1, { answers: () => ({ updateRows: hangUp }) }).apply(story.plan);
      expect(status).to.equal('interrupted');
      run = parseStoreId(runId) as StoreId;
      fresh = rowsOf(scene.org).find((id) => !before.has(id)) ?? '';
      scene.org.clock.advance(60_000);
    });
    const valueNow = (): unknown => scene.org.store.get(CONDITION, fresh)?.['SBQQ__Value__c'];

    it('what somebody wrote there stays', async () => {
      write(scene.org, fresh, 'Mine');
      await new Life(scene, 2).resume(run);
      expect(valueNow()).to.equal('Mine');
    });

    it('the value is set where nobody did', async () => {
      expect((await new Life(scene, 2).resume(run)).status).to.equal('succeeded');
      expect(valueNow()).to.equal(VALUE);
    });
  });
});
