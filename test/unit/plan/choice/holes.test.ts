import { expect } from 'chai';
import type { Gap } from '../../../../src/model/finding.js';
import { leftOut, NO_CHOICE } from '../../../../src/plan/choice/choice.js';
import { holesOf } from '../../../../src/plan/choice/holes.js';

const hole = (kind: Gap['kind'], name: string, object?: string): Gap => ({
  kind,
  name,
  severity: 'hole',
  reason: 'not read',
  ...(object ? { object } : {}),
});

/** A hole, what it keeps from going back, and what it does not. */
const CASES: ReadonlyArray<readonly [Gap, readonly string[], readonly string[]]> = [
  [
    hole('rows', 'Product2'),
    ['record:Product2:01t5g00000Br001AAB'],
    ['record:Pricebook2:01s5g00000Br001AAB', 'flow:A'],
  ],
  [hole('rows', 'all objects'), ['record:Product2:01t5g00000Br001AAB'], ['flow:A', 'metadata:ApexClass:A']],
  [hole('flow', 'Quote_Tier-3'), ['flow:Quote_Tier'], ['flow:Quote', 'metadata:ApexClass:Quote_Tier']],
  [hole('component', 'ApexClass:A'), ['metadata:ApexClass:A'], ['metadata:ApexClass:AB', 'metadata:ApexTrigger:A']],
  [
    hole('component', 'CustomObject:X__c'),
    ['metadata:CustomObject:X__c', 'metadata:CustomField:X__c.Y__c'],
    ['metadata:CustomField:XX__c.Y__c', 'record:X__c:a005g00000Br001AAB'],
  ],
  [hole('permission', 'permissions'), ['permission:Sales:Product2'], ['metadata:PermissionSet:Sales']],
  [hole('permission', 'Profile:Admin'), ['permission:Admin (profile):Product2'], ['permission:Admin:Product2']],
  [hole('inFlight', '7505g00000Br001AAB', 'Product2'), ['record:Product2:01t5g00000Br001AAB'], ['flow:A']],
  [
    hole('inFlight', '0Af5g00000Br001AAB'),
    ['flow:A', 'metadata:ApexClass:A', 'permission:Sales:Product2'],
    ['record:Product2:01t5g00000Br001AAB'],
  ],
];

describe('a hole of a snapshot', () => {
  for (const [gap, touched, others] of CASES)
    it(`${gap.kind} ${gap.name}${gap.object ? ` of ${gap.object}` : ''} keeps what it touches from going back, and nothing else`, () => {
      const choice = { ...NO_CHOICE, holes: holesOf([gap]) };
      for (const target of touched)
        expect(leftOut(choice, target), target).to.deep.equal({
          target,
          why: `the snapshot is incomplete there: ${gap.name}: not read`,
        });
      for (const target of others) expect(leftOut(choice, target), target).to.equal(undefined);
    });

  it('is not what a limit is: that was never in the scope', () =>
    expect(holesOf([{ ...hole('rows', 'Product2'), severity: 'limit' }])).to.deep.equal([]));
});
