import type { ObjectSchema } from '../contracts.js';
import type { PracticeField } from './fieldNotation.js';

export interface ChildRelationship {
  readonly child: ObjectSchema;
  readonly field: PracticeField;
  /** `SBQQ__PriceConditions__r`; null when the parent has no list for it. */
  readonly name: string | null;
}

const auditOrOwner = new Set(['CreatedById', 'LastModifiedById', 'OwnerId']);

/** Every field of any object that points to this one. Names of lists are unique per parent. */
export function childRelationships(objects: readonly ObjectSchema[], parent: string): ChildRelationship[] {
  const taken = new Set<string>();
  const found: ChildRelationship[] = [];
  for (const child of objects) {
    for (const field of child.fields as readonly PracticeField[]) {
      if (field.type !== 'reference' || field.referenceTo?.includes(parent) !== true) continue;
      found.push({ child, field, name: listName(child, field, taken) });
    }
  }
  return found;
}

function listName(child: ObjectSchema, field: PracticeField, taken: Set<string>): string | null {
  if (auditOrOwner.has(field.name)) return null;
  const plain = field.childRelationshipName ?? plural(child.name);
  for (const candidate of [plain, plain.replace(/(__r)?$/, `By${bareName(field.name)}$1`)]) {
    if (taken.has(candidate.toLowerCase())) continue;
    taken.add(candidate.toLowerCase());
    return candidate;
  }
  return null;
}

/** `SBQQ__PriceCondition__c` → `SBQQ__PriceConditions__r`; `Opportunity` → `Opportunities`. */
function plural(objectName: string): string {
  const custom = objectName.endsWith('__c');
  const base = custom ? objectName.slice(0, -3) : objectName.replace(/\d$/, '');
  const many = /[^aeiou]y$/.test(base) ? `${base.slice(0, -1)}ies` : `${base}s`;
  return custom ? `${many}__r` : many;
}

function bareName(fieldName: string): string {
  return fieldName
    .replace(/^[A-Za-z0-9]+?__(?=.+__)/, '')
    .replace(/__c$/, '')
    .replace(/Id$/, '');
}
