import { Dice } from '../dice.js';
import {
  FAMILIES,
  type Act,
  type BinPlan,
  type CaseSpec,
  type Family,
  type Feature,
  type ObjectPlan,
  type RowPlan,
  type Who,
} from './caseSpec.js';

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
