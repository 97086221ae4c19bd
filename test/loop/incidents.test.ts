import { expect } from 'chai';
import { AUDIT_FIELDS } from '../../src/records/objectDescribe.js';
import { presetNamed } from '../../src/records/presets/presets.js';
import type { ObjectScope } from '../../src/snapshot/scope.js';
import { describedOrg } from '../e2e/support/describedOrg.js';
import { FizzlyIds, fieldOf, readFizzly, seedTables } from '../e2e/support/fizzly.js';
import { sharedData } from '../e2e/support/sharedData.js';
import { loadAgain, readSmartbytes, seedSmartbytes } from '../e2e/support/smartbytes.js';
import { OrgError, type FieldValue } from '../org/engine/contracts.js';
import type { PracticeOrg } from '../org/engine/practiceOrg.js';
import { World } from '../support/world.js';

const CPQ: readonly ObjectScope[] = (presetNamed('cpq')?.objects ?? []).map((entry) => ({ ...entry, preset: 'cpq' }));
const OBJECTS = CPQ.map(({ object }) => object);
const PASSES_OF_IMPORT = 2;

const describes = sharedData('cpq', 'describes');
const fizzlyFolder = sharedData('cpq', 'records', 'prodly-fizzly');
const smartbytesFolder = sharedData('cpq', 'records', 'sfdmu-smartbytes');

describe('accidents with data nobody here wrote', function () {
  this.timeout(180_000);
  let world: World | undefined;

  before(function () {
    if (describes !== undefined && fizzlyFolder !== undefined && smartbytesFolder !== undefined) return;
    console.log('      skipped: the data lies beside the checkout, and this machine does not have it');
    this.skip();
  });
  afterEach(async () => {
    await world?.close();
    world = undefined;
  });

  it('a catalogue tripled by a careless re-import is its old self again, row by row, by deletions alone', async () => {
    const org = describedOrg(describes ?? '', 'Fizzly');
    const { before } = readFizzly(fizzlyFolder ?? '');
    seedTables(org, before, new FizzlyIds(org, before));
    world = await World.serving(org);
    const was = stateOf(org);
    const snapshot = await world.snapshot({ records: CPQ });
    let copies = 0;
    for (let pass = 1; pass <= PASSES_OF_IMPORT; pass += 1) copies += importAgain(org, [...before.keys()]);
    expect(copies).to.be.greaterThan(was.size);
    const plan = await world.plan(snapshot);
    expect(plan.conflicts).to.deep.equal([]);
    const log = await world.writesDuring(async () => {
      const run = await (world as World).apply(plan);
      expect(run.totals, JSON.stringify(run.steps.flatMap(({ errors }) => errors).slice(0, 3))).to.deep.equal({
        restored: copies,
      });
      expect((await (world as World).validate(snapshot, run)).verdict).to.equal('restored');
    });
    console.log(`      ${was.size} rows, ${copies} copies deleted`);
    expect(stateOf(org)).to.deep.equal(was);
    const kinds = new Set(log.map((entry) => (entry.kind === 'recordWrite' ? entry.operation : entry.kind)));
    expect(
      [...kinds].every((kind) => ['delete', 'cascadeDelete', 'setNull'].includes(kind)),
      [...kinds].join()
    ).to.equal(true);
  });

  for (const emptied of [false, true]) {
    it(`a catalogue loaded over by an export without Ids goes back${emptied ? ', also with an emptied recycle bin' : ''}`, async () => {
      const org = describedOrg(describes ?? '', 'Smartbytes');
      const data = readSmartbytes(smartbytesFolder ?? '');
      seedSmartbytes(org, data, OBJECTS);
      world = await World.serving(org);
      const was = stateOf(org);
      const snapshot = await world.snapshot({ records: CPQ });
      const done = loadAgain(org, data, OBJECTS, 'Dov Deployer');
      expect(Math.min(done.updated, done.deleted, done.inserted)).to.be.greaterThan(5);
      org.switches.binEmptied = emptied;
      const plan = await world.plan(snapshot);
      expect([plan.conflicts, plan.manual]).to.deep.equal([[], []]);
      const run = await world.apply(plan);
      expect(run.status, JSON.stringify(run.steps.flatMap(({ errors }) => errors).slice(0, 5))).to.equal('succeeded');
      const { verdict, findings } = await world.validate(snapshot, run);
      expect(verdict, JSON.stringify(findings.slice(0, 5))).to.equal('restored');
      console.log(`      ${was.size} rows; ${JSON.stringify(done)}; ${Object.keys(run.idMap).length} new Ids`);
      expect(stateOf(org)).to.deep.equal(renamed(was, run.idMap));
      expect((await world.plan(snapshot)).empty).to.equal(true);
    });
  }
});

/** Every living configuration row with what people can set on it, by Id. */
function stateOf(org: PracticeOrg): Map<string, Record<string, FieldValue>> {
  return new Map(
    OBJECTS.filter((object) => org.schema.get(object) !== undefined).flatMap((object) =>
      [...org.store.rows(object)]
        .filter((row) => row.IsDeleted !== true)
        .map((row): [string, Record<string, FieldValue>] => [
          String(row.Id),
          Object.fromEntries(
            (org.schema.get(object)?.fields ?? [])
              .filter((field) => (field.createable || field.updateable) && !AUDIT_FIELDS.has(field.name))
              .map(({ name }) => [name, row[name] ?? null])
          ),
        ])
    )
  );
}

/** The state with new Ids in the place of old ones. */
function renamed(
  state: ReadonlyMap<string, Record<string, FieldValue>>,
  ids: Readonly<Record<string, string>>
): Map<string, Record<string, FieldValue>> {
  const fresh = (value: FieldValue): FieldValue => (typeof value === 'string' ? (ids[value] ?? value) : value);
  return new Map(
    [...state].map(([id, row]) => [
      String(fresh(id)),
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, fresh(value)])),
    ])
  );
}

/**
 * Inserts every row once more, with references to the copies of this pass, as an import without an external id does. Rules
 * come in as All: their expression would name conditions that are not there yet. Says how many rows it made.
 */
function importAgain(org: PracticeOrg, objects: readonly string[]): number {
  const user = org.user('Dov Deployer');
  const originals = objects.flatMap((object) =>
    [...org.store.rows(object)]
      .filter((row) => row.IsDeleted !== true && row.CreatedById !== user.id && row.IsStandard !== true)
      .map((row) => ({ object, row: { ...row } }))
  );
  const copyOf = new Map<string, string>();
  const ids = new Set(originals.map(({ row }) => String(row.Id)));
  let due = originals;
  for (let left = Infinity; due.length > 0 && due.length < left;) {
    left = due.length;
    due = due.filter(({ object, row }) => {
      const targets = Object.entries(row).flatMap(([name, value]) => (name === 'Id' ? [] : [String(value)]));
      if (targets.some((target) => ids.has(target) && !copyOf.has(target))) return true;
      const values = Object.entries(row).flatMap(([name, value]): Array<[string, FieldValue]> => {
        const field = fieldOf(org, object, name);
        if (field.createable !== true || value === null || name === 'OwnerId') return [];
        if (name.endsWith('AdvancedCondition__c')) return [];
        if (name.endsWith('ConditionsMet__c') && value === 'Custom') return [[name, 'All']];
        return [[name, field.type === 'reference' ? (copyOf.get(String(value)) ?? value) : value]];
      });
      try {
        const written = org.records.writeOne(user, {
          operation: 'insert',
          object,
          values: Object.fromEntries(values),
        });
        copyOf.set(String(row.Id), written.id);
        return false;
      } catch (error) {
        if (!(error instanceof OrgError)) throw error;
        return true;
      }
    });
  }
  return copyOf.size;
}
