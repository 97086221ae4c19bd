import type { FieldSchema, FieldValue, ObjectSchema, OrgUser, Row } from '../org/engine/contracts.js';
import { PracticeOrg } from '../org/engine/practiceOrg.js';
import type { WriteRequest } from '../org/engine/records/recordDoor.js';
import { cpqObjects } from '../org/engine/schema/cpq.js';
import { declareObject } from '../org/engine/schema/declareObject.js';
import { Dice } from './dice.js';

/**
 * Random orgs and random bad deployments, as plain data drawn from one seed. Every choice is a number that is resolved
 * when the case is played (the n-th living row, modulo how many there are), so a case stays playable whatever part of it
 * is taken out: that is how a failing case is made small.
 */
export interface CaseSpec {
  readonly seed: number;
  readonly objects: readonly ObjectPlan[];
  /** A rule and its conditions with Custom logic, by the name of the rule; one of the package's families. */
  readonly family: Family | undefined;
  readonly rows: readonly RowPlan[];
  /** Lookups that are set once all rows are there: they make cycles. */
  readonly links: readonly LinkPlan[];
  /** Seconds between the last row and the snapshot. */
  readonly pause: number;
  readonly acts: readonly Act[];
  readonly bin: BinPlan;
}

/** Kinds of hardship that can be left out of all cases. */
export const FEATURES = ['emptiedBin', 'customLogic', 'uniqueSwap', 'notUndeletable', 'colleague'] as const;
export type Feature = (typeof FEATURES)[number];

export interface ObjectPlan {
  readonly name: string;
  readonly keyPrefix: string;
  readonly nameField: 'text' | 'auto:N-{0000}';
  /** In the notation of `declareObject`. */
  readonly fields: readonly string[];
  readonly undeletable: boolean;
}

export interface Family {
  readonly rule: string;
  readonly condition: string;
  readonly link: string;
}

const FAMILIES: readonly Family[] = [
  { rule: 'SBQQ__PriceRule__c', condition: 'SBQQ__PriceCondition__c', link: 'SBQQ__Rule__c' },
  { rule: 'SBQQ__ProductRule__c', condition: 'SBQQ__ErrorCondition__c', link: 'SBQQ__Rule__c' },
  { rule: 'SBQQ__QuoteTerm__c', condition: 'SBQQ__TermCondition__c', link: 'SBQQ__QuoteTerm__c' },
];

/** A row by object; values and lookups come from `salt`. */
export type RowPlan =
  | { readonly kind: 'plain'; readonly object: number; readonly salt: number }
  | { readonly kind: 'rule'; readonly conditions: number; readonly custom: boolean };

export interface LinkPlan {
  readonly row: number;
  readonly field: number;
  readonly target: number;
}

export type Who = 'Dov Deployer' | 'Cleo Colleague';

export type Act = { readonly who: Who } & (
  | { readonly kind: 'insert'; readonly object: number; readonly salt: number; readonly underNew: boolean }
  | {
      readonly kind: 'update';
      readonly row: number;
      readonly changes: ReadonlyArray<{ readonly field: number; readonly salt: number; readonly blank: boolean }>;
    }
  | { readonly kind: 'delete'; readonly row: number; readonly parents: boolean }
  /** Two rows exchange their keys (or three, in a ring). */
  | { readonly kind: 'swapKeys'; readonly object: number; readonly first: number; readonly ring: boolean }
  /** Two rows that point to each other go, or come. */
  | { readonly kind: 'ring'; readonly first: number; readonly how: 'delete' | 'insert'; readonly salt: number }
  /** A row lets go of its key, by a delete or a new key, and a new row takes it. */
  | {
      readonly kind: 'takeKey';
      readonly object: number;
      readonly first: number;
      readonly byDelete: boolean;
      readonly salt: number;
    }
  | {
      readonly kind: 'rule';
      readonly row: number;
      readonly how: 'delete' | 'simplify' | 'renumber' | 'grow' | 'new' | 'rewrite';
      readonly salt: number;
    }
);

export type BinPlan =
  | { readonly kind: 'kept' }
  | { readonly kind: 'emptied'; readonly by: 'purge' | 'switch' }
  | { readonly kind: 'single'; readonly picks: readonly number[] };

const PLAIN_FIELDS = [
  'Num__c:num(10,2)',
  'Flag__c:check',
  'Note__c:area(255)',
  'Kind__c:pick(Red|Green|Blue)',
  'Day__c:date',
  'At__c:datetime',
  'Mail__c:email',
] as const;

/** A case drawn from its seed. */
export function drawCase(seed: number, features: ReadonlySet<Feature>): CaseSpec {
  const dice = new Dice(seed);
  const family = features.has('customLogic') && dice.chance(0.35) ? dice.one(FAMILIES) : undefined;
  const objects = drawObjects(dice, family ? dice.between(2, 5) : dice.between(4, 7), features);
  const rows: RowPlan[] = Array.from({ length: dice.between(10, 45) }, (_row, at) => ({
    kind: 'plain',
    // One row of each object before any has two, so that parents are there.
    object: at < objects.length ? at : dice.below(objects.length),
    salt: dice.salt(),
  }));
  if (family)
    for (let n = dice.between(1, 3); n > 0; n -= 1)
      rows.push({ kind: 'rule', conditions: dice.between(1, 4), custom: dice.chance(0.8) });
  const links = Array.from({ length: dice.between(0, rows.length) }, () => ({
    row: dice.salt(),
    field: dice.salt(),
    target: dice.salt(),
  }));
  const acts: Act[] = Array.from({ length: dice.between(2, 12) }, () =>
    drawAct(dice, 'Dov Deployer', objects.length, family, features)
  );
  if (features.has('colleague') && dice.chance(0.35))
    for (let n = dice.between(1, 3); n > 0; n -= 1)
      acts.splice(
        dice.below(acts.length + 1),
        0,
        drawAct(dice, 'Cleo Colleague', objects.length, undefined, new Set<Feature>())
      );
  const rings = new Dice(seed + 0x5eed);
  if (rings.chance(0.12)) {
    const act: Act = {
      who: 'Dov Deployer',
      kind: 'ring',
      first: rings.salt(),
      how: rings.one(['delete', 'insert'] as const),
      salt: rings.salt(),
    };
    acts.splice(rings.below(acts.length + 1), 0, act);
  }
  return {
    seed,
    objects,
    family,
    rows,
    links,
    pause: dice.one([0, 30, 3600, 86_400]),
    acts,
    bin: drawBin(dice, features),
  };
}

function drawObjects(dice: Dice, count: number, features: ReadonlySet<Feature>): ObjectPlan[] {
  const names = Array.from({ length: count }, (_object, at) => `Thing${at}__c`);
  const depth: number[] = [];
  const objects = names.map((name, at) => {
    const fields: string[] = dice.some(PLAIN_FIELDS, dice.between(1, 4));
    const masters = names.slice(0, at).filter((_master, index) => (depth[index] ?? 0) < 2);
    depth[at] = 0;
    if (masters.length > 0 && dice.chance(0.5)) {
      const master = dice.one(masters);
      depth[at] = (depth[names.indexOf(master)] ?? 0) + 1;
      fields.push(`Master__c:md(${master})`);
    }
    if (at > 0 && dice.chance(0.35))
      fields.push(`Must__c!:ref(${dice.one(names.slice(0, at))}${dice.chance(0.5) ? ',restrict' : ''})`);
    if (dice.chance(0.5)) fields.push(`Look__c:ref(${dice.one(names)})`);
    if (dice.chance(0.3)) fields.push(`Hold__c:ref(${dice.one(names)},restrict)`);
    if (at > 0 && dice.chance(0.1)) fields.push(`With__c:ref(${dice.one(names.slice(0, at))},cascade)`);
    if (dice.chance(0.3)) fields.push(`Self__c:ref(${name})`);
    if (dice.chance(0.6)) fields.push(dice.chance(0.3) ? 'Key__c!#:text(40)' : 'Key__c#:text(40)');
    if (dice.chance(0.3)) fields.push('Trace__c:text(18)');
    return {
      name,
      keyPrefix: `q0${at}`,
      nameField: dice.chance(0.3) ? ('auto:N-{0000}' as const) : ('text' as const),
      fields,
      undeletable: !(features.has('notUndeletable') && dice.chance(0.12)),
    };
  });
  // Two objects that point to each other.
  const [a, b] = dice.some([...names.keys()], 2);
  if (a !== undefined && b !== undefined) {
    objects[a]?.fields.push(`Ring__c:ref(${names[b] ?? ''})`);
    objects[b]?.fields.push(`Ring__c:ref(${names[a] ?? ''}${dice.chance(0.3) ? ',restrict' : ''})`);
  }
  return objects;
}

function drawAct(
  dice: Dice,
  who: Who,
  objects: number,
  family: Family | undefined,
  features: ReadonlySet<Feature>
): Act {
  if (family && dice.chance(0.35))
    return {
      who,
      kind: 'rule',
      row: dice.salt(),
      how: dice.one(['delete', 'delete', 'simplify', 'renumber', 'grow', 'new', 'rewrite'] as const),
      salt: dice.salt(),
    };
  if (features.has('uniqueSwap') && dice.chance(0.15))
    return dice.chance(0.6)
      ? { who, kind: 'swapKeys', object: dice.salt(), first: dice.salt(), ring: dice.chance(0.3) }
      : {
          who,
          kind: 'takeKey',
          object: dice.salt(),
          first: dice.salt(),
          byDelete: dice.chance(0.6),
          salt: dice.salt(),
        };
  const what = dice.below(10);
  if (what < 3)
    return { who, kind: 'insert', object: dice.below(objects), salt: dice.salt(), underNew: dice.chance(0.5) };
  if (what < 7)
    return {
      who,
      kind: 'update',
      row: dice.salt(),
      changes: Array.from({ length: dice.between(1, 3) }, () => ({
        field: dice.salt(),
        salt: dice.salt(),
        blank: dice.chance(0.25),
      })),
    };
  return { who, kind: 'delete', row: dice.salt(), parents: dice.chance(0.5) };
}

function drawBin(dice: Dice, features: ReadonlySet<Feature>): BinPlan {
  if (!features.has('emptiedBin') || !dice.chance(0.25)) return { kind: 'kept' };
  if (dice.chance(0.5)) return { kind: 'emptied', by: dice.chance(0.7) ? 'purge' : 'switch' };
  return { kind: 'single', picks: Array.from({ length: dice.between(1, 3) }, () => dice.salt()) };
}

const familySchemas = new Map(
  cpqObjects()
    .filter((object) => FAMILIES.some(({ rule, condition }) => rule === object.name || condition === object.name))
    .map((object) => [object.name, object])
);

/** A case being played: its org, with its rows laid in, and a bad deployment that waits for the snapshot. */
export class RandomWorld {
  public readonly org: PracticeOrg;
  /** Every object of the case. */
  public readonly objects: readonly string[];
  /** Rows that Dov or Cleo made. */
  private readonly made: string[] = [];
  private keys = 0;

  public constructor(public readonly spec: CaseSpec) {
    this.org = new PracticeOrg({ cpq: false });
    this.org.switches.jobPolls = 0;
    const family = spec.family ? [spec.family.rule, spec.family.condition] : [];
    for (const object of spec.objects)
      this.org.schema.addObject(declareObject({ ...object, fields: object.fields.join(' ') }));
    for (const name of family) this.org.schema.addObject(familySchemas.get(name) as ObjectSchema);
    this.objects = [...spec.objects.map((object) => object.name), ...family];
    for (const row of spec.rows) this.layRow(row);
    for (const link of spec.links) this.layLink(link);
    this.layRing();
    this.org.clock.advance(spec.pause * 1000);
  }

  /** The bad deployment, with what the colleague did meanwhile. Acts that the org refuses did not happen. */
  public deployBadly(): void {
    for (const act of this.spec.acts) this.play(act);
    const { bin } = this.spec;
    if (bin.kind === 'emptied' && bin.by === 'switch') this.org.switches.binEmptied = true;
    else if (bin.kind === 'emptied')
      for (const id of this.binRoots()) this.write(this.user('Dov Deployer'), { operation: 'purge', id });
    else if (bin.kind === 'single')
      for (const pick of bin.picks) {
        const roots = this.binRoots();
        const id = roots[pick % Math.max(1, roots.length)];
        if (id) this.write(this.user('Dov Deployer'), { operation: 'purge', id });
      }
  }

  public user(name: Who | 'Ada Admin'): OrgUser {
    return this.org.user(name);
  }

  /** Living rows of an object, oldest first. */
  public rows(object: string): Row[] {
    return [...this.org.store.rows(object)].filter((row) => row['IsDeleted'] !== true);
  }

  private binRoots(): string[] {
    return [...this.org.store.binEntries()]
      .filter(([id, entry]) => entry.root === id && !entry.purged)
      .map(([id]) => id);
  }

  /** One write; undefined when the org refuses it. */
  private write(user: OrgUser, request: WriteRequest): string | undefined {
    const [result] = this.org.records.write(user, [request]);
    return result?.success ? result.id : undefined;
  }

  private update(user: OrgUser, object: string, id: string, values: Record<string, FieldValue>): boolean {
    return this.write(user, { operation: 'update', object, id, values }) !== undefined;
  }

  private schema(name: string): ObjectSchema {
    return this.org.schema.get(name) as ObjectSchema;
  }

  // --- the state before ----------------------------------------------------------------------------------------------

  private layRow(plan: RowPlan): void {
    const ada = this.user('Ada Admin');
    if (plan.kind === 'rule') {
      this.layRule(ada, plan.conditions, plan.custom);
      return;
    }
    const object = this.spec.objects[plan.object % this.spec.objects.length]?.name ?? '';
    this.insert(ada, object, plan.salt, false);
  }

  /** A rule as a careful person makes it: plain first, then its conditions, then the logic that names them. */
  private layRule(user: OrgUser, conditions: number, custom: boolean): string | undefined {
    const { family } = this.spec;
    if (!family) return undefined;
    const values = {
      Name: `Rule ${(this.keys += 1)}`,
      SBQQ__Active__c: true,
      ...(family.rule === 'SBQQ__QuoteTerm__c' ? { SBQQ__PrintOrder__c: this.keys } : {}),
    };
    const { Name: name, ...others } = values;
    const hasName = this.schema(family.rule).fields.some((field) => field.name === 'Name' && field.createable === true);
    const rule = this.write(user, {
      operation: 'insert',
      object: family.rule,
      values: hasName ? { Name: name, ...others } : others,
    });
    if (rule === undefined) return undefined;
    for (let index = 1; index <= conditions; index += 1) this.layCondition(user, rule, index);
    if (custom) this.setCustom(user, rule);
    return rule;
  }

  private layCondition(user: OrgUser, rule: string, index: number): string | undefined {
    const { condition, link } = this.spec.family as Family;
    return this.write(user, {
      operation: 'insert',
      object: condition,
      values: { [link]: rule, SBQQ__Index__c: index, SBQQ__Operator__c: 'equals' },
    });
  }

  private conditionsOf(rule: string): Row[] {
    const { condition, link } = this.spec.family as Family;
    return this.rows(condition).filter((row) => row[link] === rule);
  }

  private setCustom(user: OrgUser, rule: string): boolean {
    const numbers = this.conditionsOf(rule).map((row) => Number(row['SBQQ__Index__c']));
    return this.update(user, (this.spec.family as Family).rule, rule, {
      SBQQ__ConditionsMet__c: 'Custom',
      SBQQ__AdvancedCondition__c: numbers.join(numbers.length % 2 === 0 ? ' AND ' : ' OR ') || '1',
    });
  }

  private layLink(link: LinkPlan): void {
    const ada = this.user('Ada Admin');
    const rows = this.spec.objects.flatMap((object) =>
      this.rows(object.name).map((row) => ({ object: object.name, row }))
    );
    const entry = rows[link.row % Math.max(1, rows.length)];
    if (!entry) return;
    const lookups = this.schema(entry.object).fields.filter(
      (field) => isLookup(field) && field.updateable === true && field.name !== 'OwnerId'
    );
    const field = lookups[link.field % Math.max(1, lookups.length)];
    if (!field) return;
    const targets = this.rows(field.referenceTo?.[0] ?? '');
    const target = targets[link.target % Math.max(1, targets.length)];
    if (target) this.update(ada, entry.object, String(entry.row['Id']), { [field.name]: String(target['Id']) });
  }

  /** Where a ring is to be deleted, there is one. */
  private layRing(): void {
    const ada = this.user('Ada Admin');
    const act = this.spec.acts.find((candidate) => candidate.kind === 'ring' && candidate.how === 'delete');
    const [a, b] = this.spec.objects
      .filter((object) => object.fields.some((field) => field.startsWith('Ring__c')))
      .map(({ name }) => name);
    if (act?.kind !== 'ring' || a === undefined || b === undefined) return;
    const [left, right] = [this.rows(a), this.rows(b)].map(
      (rows) => rows[act.first % Math.max(1, rows.length)]?.['Id']
    );
    if (typeof left !== 'string' || typeof right !== 'string') return;
    this.update(ada, a, left, { Ring__c: right });
    this.update(ada, b, right, { Ring__c: left });
  }

  private insert(user: OrgUser, objectName: string, salt: number, underNew: boolean, key?: string): string | undefined {
    const dice = new Dice(salt);
    const values: Record<string, FieldValue> = {};
    for (const field of this.schema(objectName).fields) {
      if (field.createable !== true) continue;
      if (field.name === 'OwnerId') {
        if (dice.chance(0.2)) values[field.name] = this.user('Cleo Colleague').id;
        continue;
      }
      const leaveOut = dice.chance(0.25) && field.nillable === true;
      const value = this.valueFor(field, dice, underNew);
      if (!leaveOut && value !== undefined) values[field.name] = value;
    }
    if (key !== undefined) values['Key__c'] = key;
    const id = this.write(user, { operation: 'insert', object: objectName, values });
    if (id !== undefined && user.name !== 'Ada Admin') this.made.push(id);
    return id;
  }

  /** A value that fits the field; undefined where there is none (a lookup without a row to point to). */
  private valueFor(field: FieldSchema, dice: Dice, underNew = false): FieldValue | undefined {
    if (field.name === 'Key__c') return `K${(this.keys += 1)}`;
    if (field.name === 'Trace__c') {
      const ids = this.spec.objects.flatMap((object) => this.rows(object.name).map((row) => String(row['Id'])));
      return ids.length === 0 ? undefined : dice.one(ids).slice(0, dice.chance(0.5) ? 15 : 18);
    }
    if (isLookup(field)) {
      const all = this.rows(field.referenceTo?.[0] ?? '').map((row) => String(row['Id']));
      const fresh = underNew ? all.filter((id) => this.made.includes(id)) : [];
      const ids = fresh.length > 0 ? fresh : all;
      return ids.length === 0 ? undefined : dice.one(ids);
    }
    switch (field.type) {
      case 'double':
        return dice.below(100_000) / 100;
      case 'boolean':
        return dice.chance(0.5);
      case 'date':
        return `2026-0${dice.between(1, 9)}-1${dice.below(10)}`;
      case 'datetime':
        return `2026-0${dice.between(1, 9)}-11T0${dice.below(10)}:30:00.000+0000`;
      case 'email':
        return `p${dice.below(50)}@brightcup.example`;
      case 'picklist':
        return dice.one((field.picklistValues ?? []).map((choice) => choice.value));
      case 'textarea':
        return dice.one(['#N/A', 'two\nlines', 'a "quote", a comma', 'grüße ☕', `note ${dice.below(20)}`]);
      default:
        return `${field.name === 'Name' ? 'Row' : 'text'} ${dice.below(1000)}`;
    }
  }

  // --- the bad deployment --------------------------------------------------------------------------------------------

  private play(act: Act): void {
    const user = this.user(act.who);
    switch (act.kind) {
      case 'insert': {
        const object = this.spec.objects[act.object % this.spec.objects.length]?.name ?? '';
        this.insert(user, object, act.salt, act.underNew);
        return;
      }
      case 'update':
        this.change(user, act.row, act.changes);
        return;
      case 'delete': {
        const rows = this.plainRows();
        const parents = act.parents ? rows.filter(({ row }) => this.hasChildren(String(row['Id']))) : [];
        const pool = parents.length > 0 ? parents : rows;
        const entry = pool[act.row % Math.max(1, pool.length)];
        if (entry) this.write(user, { operation: 'delete', id: String(entry.row['Id']) });
        return;
      }
      case 'swapKeys':
        this.swapKeys(user, act.object, act.first, act.ring);
        return;
      case 'takeKey':
        this.takeKey(user, act);
        return;
      case 'ring':
        this.ring(user, act);
        return;
      case 'rule':
        this.changeRule(user, act.row, act.how, act.salt);
        return;
    }
  }

  private plainRows(): Array<{ readonly object: string; readonly row: Row }> {
    return this.spec.objects.flatMap(({ name }) => this.rows(name).map((row) => ({ object: name, row })));
  }

  private hasChildren(id: string): boolean {
    return this.spec.objects.some(({ name }) =>
      this.schema(name).fields.some(
        (field) =>
          isLookup(field) && field.name !== 'OwnerId' && this.org.store.rowsWith(name, field.name, id).length > 0
      )
    );
  }

  private change(
    user: OrgUser,
    pick: number,
    changes: ReadonlyArray<{ readonly field: number; readonly salt: number; readonly blank: boolean }>
  ): void {
    const rows = this.plainRows();
    const entry = rows[pick % Math.max(1, rows.length)];
    if (!entry) return;
    const fields = this.schema(entry.object).fields.filter(
      (field) => field.updateable === true && field.calculated !== true
    );
    const values: Record<string, FieldValue> = {};
    for (const change of changes) {
      const field = fields[change.field % Math.max(1, fields.length)];
      if (!field) continue;
      const value =
        field.name === 'OwnerId'
          ? this.user('Cleo Colleague').id
          : change.blank && field.nillable === true
            ? null
            : this.valueFor(field, new Dice(change.salt), change.salt % 2 === 0);
      if (value !== undefined) values[field.name] = value;
    }
    if (Object.keys(values).length > 0) this.update(user, entry.object, String(entry.row['Id']), values);
  }

  /** Rows with a key, of one of the objects that have such. */
  private keyed(pick: number): { readonly object: string; readonly rows: Row[] } | undefined {
    const objects = this.spec.objects.filter(({ name }) =>
      this.rows(name).some((row) => typeof row['Key__c'] === 'string')
    );
    const object = objects[pick % Math.max(1, objects.length)]?.name;
    if (object === undefined) return undefined;
    return { object, rows: this.rows(object).filter((row) => typeof row['Key__c'] === 'string') };
  }

  private swapKeys(user: OrgUser, objectPick: number, first: number, ring: boolean): void {
    const found = this.keyed(objectPick);
    if (!found || found.rows.length < 2) return;
    const size = ring && found.rows.length > 2 ? 3 : 2;
    const members = Array.from({ length: size }, (_member, at) => found.rows[(first + at) % found.rows.length] as Row);
    const keys = members.map((row) => String(row['Key__c']));
    const set = (row: Row | undefined, key: string): boolean =>
      this.update(user, found.object, String(row?.['Id']), { Key__c: key });
    set(members[0], `K${(this.keys += 1)}`);
    for (let at = 1; at < size; at += 1) set(members[at], keys[at - 1] ?? '');
    set(members[0], keys[size - 1] ?? '');
  }

  private takeKey(user: OrgUser, act: Extract<Act, { kind: 'takeKey' }>): void {
    const found = this.keyed(act.object);
    const row = found?.rows[act.first % found.rows.length];
    if (!found || !row) return;
    const id = String(row['Id']);
    const gone = act.byDelete
      ? this.write(user, { operation: 'delete', id }) !== undefined
      : this.update(user, found.object, id, { Key__c: `K${(this.keys += 1)}` });
    if (gone) this.insert(user, found.object, act.salt, false, String(row['Key__c']));
  }

  /** The two objects that point to each other, or two rows of one object that points to itself. */
  private ring(user: OrgUser, act: Extract<Act, { kind: 'ring' }>): void {
    const [a, b] = this.spec.objects
      .filter((object) => object.fields.some((field) => field.startsWith('Ring__c')))
      .map(({ name }) => name);
    if (a === undefined || b === undefined) return;
    if (act.how === 'insert') {
      const first = this.insert(user, a, act.salt, false);
      const second = first === undefined ? undefined : this.insert(user, b, act.salt + 1, false);
      if (first === undefined || second === undefined) return;
      this.update(user, a, first, { Ring__c: second });
      this.update(user, b, second, { Ring__c: first });
      return;
    }
    for (const row of this.rows(a)) {
      const other = this.rows(b).find(
        (candidate) => candidate['Id'] === row['Ring__c'] && candidate['Ring__c'] === row['Id']
      );
      // One that holds the other by a restricting lookup goes first.
      for (const found of other ? [other, row] : []) this.write(user, { operation: 'delete', id: String(found['Id']) });
      if (other) return;
    }
  }

  private changeRule(user: OrgUser, pick: number, how: Extract<Act, { kind: 'rule' }>['how'], salt: number): void {
    const { family } = this.spec;
    if (!family) return;
    const dice = new Dice(salt);
    if (how === 'new') {
      this.layRule(user, dice.between(1, 3), dice.chance(0.8));
      return;
    }
    const rules = this.rows(family.rule);
    const rule = rules[pick % Math.max(1, rules.length)];
    if (!rule) return;
    const id = String(rule['Id']);
    const conditions = this.conditionsOf(id);
    switch (how) {
      case 'delete':
        this.write(user, { operation: 'delete', id });
        return;
      case 'simplify':
        this.update(user, family.rule, id, {
          SBQQ__ConditionsMet__c: dice.one(['All', 'Any']),
          SBQQ__AdvancedCondition__c: dice.chance(0.5)
            ? null
            : String(rule['SBQQ__AdvancedCondition__c'] ?? '') || null,
        });
        for (const condition of dice.some(conditions, dice.between(1, 3)))
          this.write(user, { operation: 'delete', id: String(condition['Id']) });
        return;
      case 'renumber':
        for (const condition of conditions)
          this.update(user, family.condition, String(condition['Id']), {
            SBQQ__Index__c: Number(condition['SBQQ__Index__c']) + 10,
          });
        this.setCustom(user, id);
        return;
      case 'grow':
        this.layCondition(user, id, conditions.length + 20);
        this.setCustom(user, id);
        return;
      case 'rewrite':
        this.update(user, family.rule, id, {
          SBQQ__ConditionsMet__c: 'Custom',
          SBQQ__AdvancedCondition__c: String(conditions.length > 0 ? dice.one(conditions)['SBQQ__Index__c'] : 1),
        });
    }
  }
}

export function isLookup(field: FieldSchema): boolean {
  return field.type === 'reference' && field.referenceTo?.includes('User') !== true;
}
