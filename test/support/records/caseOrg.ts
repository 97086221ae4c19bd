import type { FieldSchema, FieldValue, ObjectSchema, OrgUser, Row } from '../../org/engine/contracts.js';
import { PracticeOrg } from '../../org/engine/practiceOrg.js';
import type { WriteRequest } from '../../org/engine/records/recordDoor.js';
import { cpqObjects } from '../../org/engine/schema/cpq.js';
import { declareObject } from '../../org/engine/schema/declareObject.js';
import { Dice } from '../dice.js';
import { FAMILIES, type CaseSpec, type Who } from './caseSpec.js';

const familySchemas = new Map(
  cpqObjects()
    .filter((object) => FAMILIES.some(({ rule, condition }) => rule === object.name || condition === object.name))
    .map((object) => [object.name, object])
);

/** The org of a case with its objects, empty at first, and ways to fill it. What the org refuses did not happen. */
export class CaseOrg {
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
  }

  public user(name: Who | 'Ada Admin'): OrgUser {
    return this.org.user(name);
  }

  /** Living rows of an object, oldest first. */
  public rows(object: string): Row[] {
    return [...this.org.store.rows(object)].filter((row) => row['IsDeleted'] !== true);
  }

  /** A number that no key of the case has. */
  public nextKey(): number {
    return (this.keys += 1);
  }

  /** One write; undefined when the org refuses it. */
  public write(user: OrgUser, request: WriteRequest): string | undefined {
    const [result] = this.org.records.write(user, [request]);
    return result?.success ? result.id : undefined;
  }

  public update(user: OrgUser, object: string, id: string, values: Record<string, FieldValue>): boolean {
    return this.write(user, { operation: 'update', object, id, values }) !== undefined;
  }

  public schema(name: string): ObjectSchema {
    return this.org.schema.get(name) as ObjectSchema;
  }

  public insert(user: OrgUser, objectName: string, salt: number, underNew: boolean, key?: string): string | undefined {
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
  public valueFor(field: FieldSchema, dice: Dice, underNew = false): FieldValue | undefined {
    if (field.name === 'Key__c') return `K${this.nextKey()}`;
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
}

export function isLookup(field: FieldSchema): boolean {
  return field.type === 'reference' && field.referenceTo?.includes('User') !== true;
}
