import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { declareObject } from '../../org/engine/schema/declareObject.js';
import { fromDescribeJson } from '../../org/engine/schema/fromDescribeJson.js';

/** Standard objects of which the describes hold the packages' fields only, and which the practice org does not have. */
const BARE_STANDARD_OBJECTS = { Asset: '02i', Contract: '800', OpportunityLineItem: '00k' };

/**
 * An org with the packages as they really are: every object of a folder of describe-like JSON, in place of the practice
 * org's own slim versions. Standard objects keep their standard fields and get the packages' fields.
 */
export function describedOrg(describes: string, name: string): PracticeOrg {
  const org = new PracticeOrg({ name });
  for (const [object, keyPrefix] of Object.entries(BARE_STANDARD_OBJECTS)) {
    org.schema.addObject(declareObject({ name: object, keyPrefix, nameField: 'none' }));
  }
  for (const file of readdirSync(describes).sort()) {
    const json = JSON.parse(readFileSync(join(describes, file), 'utf8')) as { readonly name: string };
    const known = org.schema.get(json.name);
    const object = fromDescribeJson(json, known?.keyPrefix ?? org.schema.freeKeyPrefix());
    if (object.name.endsWith('__c')) org.schema.addObject(object);
    else
      for (const field of object.fields.filter((one) => one.name.endsWith('__c')))
        org.schema.putField(object.name, field);
  }
  return org;
}
