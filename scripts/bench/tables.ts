import type { OrgShape } from './benchTalk.js';
import { wideObject } from './wideObject.js';

/** So many tables of 30 columns, each with rows of its own. */
export const tablesOf = (objects: number, rows: number): OrgShape['tables'] =>
  Array.from({ length: objects }, (_, n) => ({
    object: objects === 1 ? 'Reading__c' : `Reading_${n}__c`,
    prefix: `a${String.fromCharCode(65 + Math.floor(n / 10))}${n % 10}`,
    rows,
  }));

export const FIELDS = wideObject().fields.map((field) => field.name);
