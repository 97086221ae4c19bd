import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { OpLogEntry } from '../org/engine/contracts.js';
import { metadataSideOf } from '../org/http/metadataSide.js';
import { startPracticeOrg, type RunningOrg } from '../org/http/server.js';
import { exportObjects, loadRows, succeeds, type Exported, type Load } from './support/bulkFiles.js';
import { describedOrg } from './support/describedOrg.js';
import {
  FizzlyIds,
  NO_VALUE,
  fieldOf,
  readFizzly,
  seedTables,
  whatTheDeploymentDid,
  type Cells,
  type Fizzly,
  type ObjectChange,
} from './support/fizzly.js';
import { historyOf, writeProject, type RealFlow } from './support/realFlows.js';
import { sharedData } from './support/sharedData.js';
import { freshHome, hasCommands, stockSf, type StockCli } from './support/stockCli.js';

const FLOWS: readonly RealFlow[] = [
  { name: 'RevenueCloud_Initialize_Quote', active: 2 },
  { name: 'RevenueCloud_InitializeTaxRule_Product', active: 1 },
];
const ADMIN = 'fizzly';
const DEPLOYER = 'fizzly-deployer';
const RULES_EDITED = 20;
const PRODUCTS_ADDED = 5;

const tablesFolder = sharedData('cpq', 'records', 'prodly-fizzly');
const describesFolder = sharedData('cpq', 'describes');
const flowsFolder = sharedData('flows');

type RecordWrite = Extract<OpLogEntry, { kind: 'recordWrite' }>;

/** The steps build on each other: one story, told once. */
describe('A real incident, on data nobody here wrote', function () {
  this.timeout(180_000);
  this.bail(true);

  const home = freshHome();
  const project = join(home.path, 'project');
  let sf: StockCli;
  let running: RunningOrg;
  let fizzly: Fizzly;
  let ids: FizzlyIds;
  let changes: ObjectChange[];
  let touched: string[];
  let asItWas: Map<string, Exported>;
  let plan: any;
  let logOfApply: readonly OpLogEntry[];

  before(async function () {
    if (tablesFolder === undefined || describesFolder === undefined || flowsFolder === undefined) {
      console.log('    skipped: the shared data is not beside this checkout (SF_ROLLBACK_SHARED may name its folder)');
      return this.skip();
    }
    if (!hasCommands()) return this.skip();
    fizzly = readFizzly(tablesFolder);
    changes = whatTheDeploymentDid(fizzly);
    const org = describedOrg(describesFolder, 'Fizzly Drinks');
    org.switches.deployFlowsActive = true;
    // The stock CLI looks at a bulk job every five seconds; its jobs are done when it first looks.
    org.switches.jobPolls = 0;
    ids = new FizzlyIds(org, fizzly.before);
    seedTables(org, fizzly.before, ids);
    metadataSideOf(org).seed({ flows: FLOWS.map((flow) => historyOf(flowsFolder, flow)) });
    touched = [...changes.map(({ object }) => object), 'Product2'];
    running = await startPracticeOrg({ org });

    writeProject(project, flowsFolder, FLOWS);
    for (const folder of ['before', 'after', 'loads']) mkdirSync(join(home.path, folder));
    sf = stockSf({ home: home.path, cwd: project, env: { NODE_COMPILE_CACHE: join(home.path, 'compiled') } });
    await sf.login(running.url, tokenOf('Ada Admin'), ADMIN);
    await sf.login(running.url, tokenOf('Dov Deployer'), DEPLOYER);
    await sf.linkPlugin();
  });

  after(async () => {
    await running?.close();
    home.dispose();
  });

  it('starts with a snapshot of the configuration and all flows', async () => {
    const result = await rollback('snapshot', '--records', 'cpq', '--flows', 'all');
    asItWas = await exportObjects(sf, ADMIN, running.org, touched, join(home.path, 'before'));
    expect(result.complete, JSON.stringify(result.gaps)).to.equal(true);
    expect(result.counts.flows).to.equal(FLOWS.length);
    for (const [object, rows] of asItWas) expect(rows.size, object).to.equal(fizzly.before.get(object)?.size);
  });

  it('goes wrong: 56 rows deleted, 16 inserted and one changed, over 11 objects, as it happened in 2021', async () => {
    const count = (of: (change: ObjectChange) => readonly unknown[]): number =>
      changes.reduce((n, change) => n + of(change).length, 0);
    const counts = {
      deleted: count((c) => c.deleted),
      inserted: count((c) => c.inserted),
      updated: count((c) => c.updated),
      objects: changes.length,
    };
    console.log(`      ${JSON.stringify(counts)}`);
    for (const { object, deleted, inserted, updated } of changes)
      console.log(`      ${object}: ${deleted.length} deleted, ${inserted.length} inserted, ${updated.length} updated`);
    expect(counts).to.deep.equal({ deleted: 56, inserted: 16, updated: 1, objects: 11 });

    const before = running.org.opLog.entries.length;
    await loadRows(sf, DEPLOYER, [...deletions(), ...insertions(), ...updates()], join(home.path, 'loads'));
    const writes = recordWrites(running.org.opLog.entries.slice(before));
    const gone = writes.filter(({ operation }) => operation === 'delete' || operation === 'cascadeDelete');
    console.log(
      `      deleted by name ${gone.filter((w) => w.operation === 'delete').length}, with their parent ${gone.filter((w) => w.operation === 'cascadeDelete').length}`
    );
    expect(gone.map(({ id }) => id)).to.have.members(
      changes.flatMap(({ deleted }) => deleted.map((guid) => ids.of(guid)))
    );
    expect(writes.filter(({ operation }) => operation === 'insert')).to.have.length(16 + PRODUCTS_ADDED);
    expect(writes.filter(({ operation }) => operation === 'update')).to.have.length(1 + RULES_EDITED);
    expect(new Set(writes.map(({ user }) => running.org.userById(user).name))).to.deep.equal(new Set(['Dov Deployer']));
  });

  it('and brings new versions of two flows', async () => {
    const result = await succeeds(sf, ['project', 'deploy', 'start', '-o', DEPLOYER, '-d', 'force-app', '--json']);
    expect(result.status).to.equal('Succeeded');
    expect(await activeVersions()).to.deep.equal(FLOWS.map(({ name, active }) => [name, active + 1]));
  });

  it('is planned back without conflict, manual work or an open question', async () => {
    plan = await rollback('plan');
    console.log(`      ${JSON.stringify(plan.summary)}`);
    expect(plan.deployers).to.deep.equal(['dov.deployer@brightcup.example']);
    expect(plan.conflicts).to.deep.equal([]);
    expect(plan.manual).to.deep.equal([]);
    expect(plan).to.include({ applicable: true, complete: true, empty: false });
    expect(plan.summary).to.deep.equal({
      activateFlowVersion: FLOWS.length,
      undeleteRecords: 56,
      deleteRecords: 16 + PRODUCTS_ADDED,
      updateRecords: 1 + RULES_EDITED,
    });
    // Rules with a Custom expression are looked at once more when their conditions are back.
    const steps = plan.steps as ReadonlyArray<{ readonly onlyChecked?: number }>;
    const looks = steps.reduce((n, step) => n + (step.onlyChecked ?? 0), 0);
    expect(looks).to.equal(rulesWithExpression());
  });

  it('is taken back, and the org is restored', async () => {
    const before = running.org.opLog.entries.length;
    const run = await rollback('apply', '--plan', plan.id, '--confirm', ADMIN);
    logOfApply = running.org.opLog.entries.slice(before);
    expect(run.status).to.equal('succeeded');
    expect(run.totals).to.deep.equal({
      restored: FLOWS.length + 56 + 16 + PRODUCTS_ADDED + 1 + RULES_EDITED,
      // The bin gave them back with their expression: nothing is written a second time.
      alreadyRestored: rulesWithExpression(),
    });
    const validation = await rollback('validate');
    expect(validation, JSON.stringify(validation.findings)).to.include({ verdict: 'restored', valid: true });
  });

  it('has every row of every touched object back, with its Id and its values, by what the stock CLI exports', async () => {
    const asItIs = await exportObjects(sf, ADMIN, running.org, touched, join(home.path, 'after'));
    for (const object of touched) {
      expect(Object.fromEntries(asItIs.get(object) ?? []), object).to.deep.equal(
        Object.fromEntries(asItWas.get(object) ?? [])
      );
    }
  });

  it('has both flows on their old version', async () => {
    expect(await activeVersions()).to.deep.equal(FLOWS.map(({ name, active }) => [name, active]));
  });

  it('wrote nothing but what the plan lists, and what the org does by itself on an undelete', () => {
    const items = plannedRows();
    const writes = recordWrites(logOfApply).filter(({ operation }) => operation !== 'restoreLookup');
    expect(writes).to.have.length.of.at.least(56 + 16 + PRODUCTS_ADDED + 1 + RULES_EDITED);
    for (const { operation, object, id, fields } of writes) {
      const planned = items.get(`${ownOperation[operation] ?? operation} ${object} ${id}`);
      expect(planned, `${operation} of ${object} ${id}`).to.not.equal(undefined);
      if (operation === 'update') expect(planned).to.include.members([...(fields ?? [])]);
    }
    const others = logOfApply.filter(({ kind }) => kind === 'componentWrite' || kind === 'permissionWrite');
    expect(others).to.deep.equal([]);
    const pointers = logOfApply.flatMap((entry) =>
      entry.kind === 'flowPointer' ? [[entry.flow, entry.from, entry.to]] : []
    );
    expect(pointers).to.have.deep.members(FLOWS.map(({ name, active }) => [name, active + 1, active]));
  });

  it('is not taken back twice', async () => {
    const before = running.org.opLog.entries.length;
    const run = await rollback('apply', '--plan', plan.id, '--confirm', ADMIN);
    expect(run.status).to.equal('alreadyApplied');
    const written = running.org.opLog.entries.slice(before).filter(({ kind }) => kind !== 'request');
    expect(written).to.deep.equal([]);
  });

  function tokenOf(user: string): string {
    return running.org.user(user).token;
  }

  /** Our command, through the stock CLI, with exit code 0; the org's jobs take their time for it. */
  async function rollback(command: string, ...flags: string[]): Promise<any> {
    running.org.switches.jobPolls = 1;
    const result = await succeeds(sf, ['rollback', command, '-o', ADMIN, ...flags, '--json']);
    running.org.switches.jobPolls = 0;
    return result;
  }

  /** Deleted price rules with Custom logic: ten in the tables. */
  function rulesWithExpression(): number {
    const before = fizzly.before.get('SBQQ__PriceRule__c');
    const deleted = changes.find(({ object }) => object === 'SBQQ__PriceRule__c')?.deleted ?? [];
    return deleted.filter((guid) => before?.get(guid)?.SBQQ__ConditionsMet__c === 'Custom').length;
  }

  /** Rows that go with their rule are not named: their rule's deletion takes them. */
  function deletions(): Load[] {
    const gone = new Set(changes.flatMap(({ deleted }) => deleted));
    return changes.flatMap(({ object, deleted }) => {
      const named = deleted.filter(
        (guid) =>
          !Object.entries(fizzly.before.get(object)?.get(guid) ?? {}).some(
            ([field, text]) => gone.has(text) && fieldOf(running.org, object, field).cascadeDelete === true
          )
      );
      return named.length === 0
        ? []
        : [{ verb: 'delete' as const, object, rows: named.map((guid) => ({ Id: ids.of(guid) })) }];
    });
  }

  function insertions(): Load[] {
    const real = changes
      .filter(({ inserted }) => inserted.length > 0)
      .map(({ object, inserted }) => ({
        verb: 'import' as const,
        object,
        rows: inserted.map((guid) => loadable(object, fizzly.after.get(object)?.get(guid) ?? {})),
      }));
    const products = Array.from({ length: PRODUCTS_ADDED }, (_, at) => ({
      Name: `Sandbox Seltzer ${at + 1}`,
      ProductCode: `SEL-${at + 1}`,
      IsActive: 'true',
      Family: 'BEV',
    }));
    return [...real, { verb: 'import', object: 'Product2', rows: products }];
  }

  /** The one real update, and rules that a careless load renumbered and switched over. */
  function updates(): Load[] {
    const real = changes
      .filter(({ updated }) => updated.length > 0)
      .map(({ object, updated }) => ({
        verb: 'update' as const,
        object,
        // In an update, no text leaves the old value alone.
        rows: updated.map(({ guid, cells }) => ({ Id: ids.of(guid), ...loadable(object, cells, NO_VALUE) })),
      }));
    const left = [...(fizzly.after.get('SBQQ__PriceRule__c') ?? [])].slice(0, RULES_EDITED);
    const rules = left.map(([guid, cells], at) => ({
      Id: ids.of(guid),
      SBQQ__EvaluationOrder__c: String(900 + at),
      SBQQ__Active__c: String(cells.SBQQ__Active__c !== 'true'),
    }));
    return [...real, { verb: 'update', object: 'SBQQ__PriceRule__c', rows: rules }];
  }

  function loadable(object: string, cells: Cells, empty = ''): Record<string, string> {
    return Object.fromEntries(
      Object.entries(cells).map(([field, text]) => [
        field,
        ids.loadable(fieldOf(running.org, object, field), text) || empty,
      ])
    );
  }

  async function activeVersions(): Promise<Array<[name: string, active: number]>> {
    const soql = 'SELECT DeveloperName, ActiveVersion.VersionNumber FROM FlowDefinition ORDER BY DeveloperName';
    const { records } = await succeeds(sf, ['data', 'query', '-o', ADMIN, '--use-tooling-api', '-q', soql, '--json']);
    const found = new Map<string, number>(
      records.map((row: any) => [row.DeveloperName, row.ActiveVersion.VersionNumber])
    );
    return FLOWS.map(({ name }) => [name, found.get(name) ?? 0]);
  }

  /** `operation object id` to the fields the plan sets, from the plan's own files. */
  function plannedRows(): Map<string, string[]> {
    const folder = join(project, plan.path);
    const { steps } = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as { steps: any[] };
    return new Map(
      steps
        .filter(({ detail }) => detail.kind === 'records')
        .flatMap(({ operation, detail }) =>
          readFileSync(join(folder, detail.items.path), 'utf8')
            .split('\n')
            .filter(Boolean)
            .map((line): [string, string[]] => {
              const item = JSON.parse(line) as { id: string; after: Record<string, unknown> | null };
              return [`${operation} ${detail.object} ${item.id}`, Object.keys(item.after ?? {})];
            })
        )
    );
  }
});

/** The org's word for a write to the plan's operation that asks for it. */
const ownOperation: Partial<Record<RecordWrite['operation'], string>> = {
  insert: 'insertRecords',
  update: 'updateRecords',
  delete: 'deleteRecords',
  undelete: 'undeleteRecords',
  cascadeUndelete: 'undeleteRecords',
};

function recordWrites(log: readonly OpLogEntry[]): RecordWrite[] {
  return log.filter((entry): entry is RecordWrite => entry.kind === 'recordWrite');
}
