import { declareObject } from '../../test/org/engine/schema/declareObject.js';
import type { ObjectSchema } from '../../test/org/engine/contracts.js';

/** An object of 30 columns, of the kinds that configuration objects have. Each name gets a key prefix of its own. */
export function wideObject(name = 'Reading__c', prefix = 'aZ9'): ObjectSchema {
  return declareObject({
    name,
    label: name.replace('__c', ''),
    keyPrefix: prefix,
    fields: `Key__c@#:text(40) Machine__c:text(80) Site__c:text(120) Note__c:area(255) Remark__c:long(2000) Mail__c:email Phone__c:phone Link__c:url
      Status__c:pick(Planned|Confirmed|Done) Level__c:rpick(Low|Middle|High) Tags__c:multi(Beans|Milk|Water) Active__c:check Checked__c:check
      Cups__c:int Beans__c:num(12,3) Price__c:money Discount__c:percent(2) Taken_On__c:date Seen_At__c:datetime Code__c:text(20) Owner_Note__c:text(255)`,
  });
}
