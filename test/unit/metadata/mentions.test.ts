import { expect } from 'chai';
import { mentions } from '../../../src/metadata/mentions.js';

const FIELD = { type: 'CustomField', fullName: 'Quote.Discount__c' };
const of = (type: string, fullName: string): { type: string; fullName: string } => ({ type, fullName });

describe('whether a text names a component', () => {
  for (const [what, text] of [
    ['by object and field', '<field>Quote.Discount__c</field>'],
    ['in another case, as Apex allows', 'update new Quote(discount__C = 1);'],
    ['of a record of its object', '<object>Quote</object><field>Discount__c</field>'],
    ['of a variable of its object', '<objectType>Quote</objectType>{!myQuote.Discount__c}'],
    ['by way of a lookup', '<object>Opportunity</object>{!$Record.Main_Quote__r.Discount__c}'],
    ['by way of a standard lookup', '<object>Task</object>{!$Record.What.Discount__c}'],
    ['where nothing says of which object', 'Decimal d = row.Discount__c;'],
  ] as const)
    it(`a field ${what}`, () => expect(mentions(text, FIELD)).to.equal(true));

  for (const [what, text] of [
    ['with a longer name', '<object>Quote</object><field>My_Discount__c</field><field>Discount__cX</field>'],
    ['of another custom object', '<object>Quote</object><field>Trip__c.Discount__c</field>'],
    ['of another object of a flow', '<object>Opportunity</object><field>Discount__c</field>'],
    ['of another record of a flow', '<object>Opportunity</object>{!$Record.Discount__c}'],
  ] as const)
    it(`not a field ${what}`, () => expect(mentions(text, FIELD)).to.equal(false));

  it('a field in a part of its own object, and not the same name in a part of another', () => {
    const text = '["errorConditionFormula",{},"Discount__c > 5"]';
    expect(mentions(text, FIELD, of('ValidationRule', 'Quote.Not_Too_Much'))).to.equal(true);
    expect(mentions(text, FIELD, of('ValidationRule', 'Order.Not_Too_Much'))).to.equal(false);
    const path = text.replace('Discount__c', 'Quote__r.Discount__c');
    expect(mentions(path, FIELD, of('ValidationRule', 'Order.Not_Too_Much'))).to.equal(true);
  });

  it('a label only as a label', () => {
    const label = of('CustomLabel', 'Welcome');
    for (const text of ['Label.Welcome', '$Label.c.Welcome', '@salesforce/label/c.Welcome', '{!$Label.welcome}'])
      expect(mentions(text, label), text).to.equal(true);
    for (const text of ['<label>Welcome</label>', 'Label.Welcome_Back'])
      expect(mentions(text, label), text).to.equal(false);
  });

  it('a class as a whole word; a rule never, for nothing can use one', () => {
    expect(mentions('springpromotion.run();', of('ApexClass', 'SpringPromotion'))).to.equal(true);
    expect(mentions('MySpringPromotion.run();', of('ApexClass', 'SpringPromotion'))).to.equal(false);
    expect(mentions('Has_Goal', of('ValidationRule', 'Trip__c.Has_Goal'))).to.equal(false);
  });
});
