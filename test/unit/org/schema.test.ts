import { expect } from 'chai';
import { IdSource, to18 } from '../../org/engine/ids.js';
import { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { declareObject } from '../../org/engine/schema/declareObject.js';
import { describeObject } from '../../org/engine/schema/describe.js';
import { fromDescribeJson } from '../../org/engine/schema/fromDescribeJson.js';

describe('practice org: ids', () => {
  it('give the case-safe form of 15 characters and refuse what is no id', () => {
    expect(to18('001000000000001')).to.equal('001000000000001AAA');
    expect(to18('0055g000001AdaQ')).to.equal('0055g000001AdaQAAS');
    expect(to18('0055g000001AdaQaas')).to.equal('0055g000001AdaQAAS');
    expect([to18('nope'), to18('0055g000001AdaQAAA'), to18('0055g000001Ada-')]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('never repeat within an org nor between two', () => {
    const [one, two] = [new IdSource('aB1'), new IdSource('aB2')];
    const ids = Array.from({ length: 500 }, (_, index) => (index % 2 === 0 ? one : two).issue('a0A'));
    expect(new Set(ids.map((id) => id.toLowerCase().slice(0, 15))).size).to.be.greaterThan(400);
    expect(new Set(ids).size).to.equal(500);
  });
});

describe('practice org: schema', () => {
  it('declares objects in a few words', () => {
    const object = declareObject({
      name: 'Zone__c',
      keyPrefix: 'aZ1',
      nameField: 'auto:Z-{000}',
      fields:
        'Rate__c!:percent(1) Kind__c:rpick(Near_by|Far)=Near_by Parent__c:md(Account) Key__c#@:text(20) Copy__c~:text=Parent__r.Name',
    });
    const field = (name: string): unknown => object.fields.find((candidate) => candidate.name === name);
    expect(object.fields.map(({ name }) => name).slice(0, 3)).to.deep.equal(['Id', 'IsDeleted', 'Name']);
    expect(field('OwnerId')).to.equal(undefined);
    expect(field('Rate__c')).to.include({ type: 'percent', scale: 1, nillable: false });
    expect(field('Kind__c')).to.include({ restrictedPicklist: true, defaultValue: 'Near by' });
    expect(field('Parent__c')).to.include({ cascadeDelete: true, updateable: false, relationshipName: 'Parent__r' });
    expect(field('Key__c')).to.include({ unique: true, externalId: true });
    expect(field('Copy__c')).to.include({ calculated: true, createable: false });
  });

  it('describes hidden fields and objects as absent, for the one user only', () => {
    const org = new PracticeOrg({
      users: [
        { name: 'Ada Admin', username: 'a@x.example' },
        {
          name: 'Lee Limited',
          username: 'l@x.example',
          rights: { hiddenFields: new Set(['Account.Phone']), hiddenObjects: new Set(['Contact']) },
        },
      ],
    });
    const seen = (name: string): { fields: string[]; children: string[] } => {
      const account = org.schema.get('Account');
      const described = describeObject(org, org.user(name), account as NonNullable<typeof account>, '66.0') as {
        fields: Array<{ name: string }>;
        childRelationships: Array<{ childSObject: string }>;
      };
      return {
        fields: described.fields.map((field) => field.name),
        children: described.childRelationships.map((child) => child.childSObject),
      };
    };
    expect(seen('Ada Admin').fields).to.include('Phone');
    expect(seen('Ada Admin').children).to.include('Contact');
    expect(seen('Lee Limited').fields).to.not.include('Phone');
    expect(seen('Lee Limited').children).to.not.include('Contact');
  });

  it('takes objects from describe answers, such as its own', () => {
    const org = new PracticeOrg();
    const object = org.schema.get('SBQQ__PriceCondition__c') as NonNullable<ReturnType<typeof org.schema.get>>;
    const again = fromDescribeJson(
      JSON.parse(JSON.stringify(describeObject(org, org.firstUser, object, '66.0'))),
      'aZ9'
    );
    expect(again).to.include({ name: object.name, keyPrefix: object.keyPrefix, undeletable: true });
    expect(
      again.fields.map((field) => [
        field.name,
        field.type,
        field.nillable,
        field.createable,
        field.updateable,
        field.cascadeDelete,
        field.restrictedDelete,
      ])
    ).to.deep.equal(
      object.fields.map((field) => [
        field.name,
        field.type,
        field.nillable ?? false,
        field.createable ?? false,
        field.updateable ?? false,
        field.cascadeDelete ?? false,
        field.restrictedDelete ?? false,
      ])
    );
  });
});
