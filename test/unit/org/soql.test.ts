import { expect } from 'chai';
import { OrgError } from '../../org/engine/contracts.js';
import { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { declareObject } from '../../org/engine/schema/declareObject.js';
import { runQuery } from '../../org/engine/soql/runQuery.js';
import { seedCatalogue } from '../../org/seed/catalogue.js';

const org = new PracticeOrg();
seedCatalogue(org);

function query(soql: string, all = false): Array<Record<string, any>> {
  return runQuery(org, org.firstUser, 'data', soql, { all }).records;
}

function names(soql: string): string[] {
  return query(soql)
    .map((record) => String(record['Name']))
    .sort();
}

function refusal(soql: string, user = org.firstUser): OrgError {
  try {
    runQuery(org, user, 'data', soql);
  } catch (error) {
    if (error instanceof OrgError) return error;
    throw error;
  }
  throw new Error('the org did not refuse');
}

describe('practice org: SOQL', () => {
  it('answers fields in schema spelling, whatever the query writes', () => {
    const [record] = query(
      "select id, sbqq__active__c, SBQQ__LOOKUPOBJECT__C from sbqq__pricerule__c where name = 'TRADE-IN'"
    );
    expect(Object.keys(record ?? {})).to.deep.equal(['attributes', 'Id', 'SBQQ__Active__c', 'SBQQ__LookupObject__c']);
    expect(record?.['attributes']).to.include({ type: 'SBQQ__PriceRule__c' });
  });

  it('follows parents, and formulas that copy from them', () => {
    const [record] = query(
      "SELECT SBQQ__Rule__r.Name, SBQQ__Rule__r.Owner.Name, SBQQ__TestedVariable__r.Name, SBQQ__ParentRuleIsActive__c FROM SBQQ__PriceCondition__c WHERE SBQQ__Rule__r.Name = 'Trade-in' AND SBQQ__Index__c = 10"
    );
    expect(record?.['SBQQ__Rule__r']).to.deep.include({ Name: 'Trade-in' });
    expect(record?.['SBQQ__Rule__r'].Owner).to.deep.include({ Name: 'Ada Admin' });
    expect(record?.['SBQQ__TestedVariable__r']).to.equal(null);
    expect(record?.['SBQQ__ParentRuleIsActive__c']).to.equal(true);
  });

  it('nests children and gives null for none', () => {
    const records = query(
      "SELECT Name, (SELECT Name, SBQQ__Index__c FROM SBQQ__PriceConditions__r ORDER BY SBQQ__Index__c DESC) FROM SBQQ__PriceRule__c WHERE Name = 'Two-year care'"
    );
    expect(
      records[0]?.['SBQQ__PriceConditions__r'].records.map((child: Record<string, unknown>) => child['SBQQ__Index__c'])
    ).to.deep.equal([333, 222, 111]);
    expect(
      query("SELECT Id, (SELECT Id FROM SBQQ__LookupQueries__r) FROM SBQQ__PriceRule__c WHERE Name = 'Trade-in'")[0]?.[
        'SBQQ__LookupQueries__r'
      ]
    ).to.equal(null);
  });

  const filters: ReadonlyArray<[what: string, where: string, expected: readonly string[]]> = [
    ['equality without case', "Family = 'beans'", ['Decaf 1 kg', 'Highland Arabica 1 kg', 'House Blend 1 kg']],
    ['LIKE with wildcards', "ProductCode LIKE 'cm-_00'", ['Crema Duo', 'Crema Grande', 'Crema Uno']],
    [
      'unequal, which includes nulls',
      "SBQQ__SubscriptionPricing__c != 'Fixed Price' AND Family = 'Service'",
      ['Installation'],
    ],
    ['null', "SBQQ__SubscriptionPricing__c = null AND Family = 'Service'", ['Installation']],
    [
      'IN and NOT IN',
      "ProductCode IN ('BN-001', 'BN-002') AND Name NOT IN ('decaf 1 kg')",
      ['Highland Arabica 1 kg', 'House Blend 1 kg'],
    ],
    [
      'parentheses and NOT',
      "Family = 'Service' AND (NOT (ProductCode = 'SV-100' OR ProductCode = 'SV-200'))",
      ['Installation'],
    ],
    [
      'semi-joins',
      'Id IN (SELECT SBQQ__OptionalSKU__c FROM SBQQ__ProductOption__c WHERE SBQQ__Required__c = true)',
      ['Crema Duo', 'House Blend 1 kg', 'Milk Fridge', 'Water Filter Kit'],
    ],
    [
      'anti-joins',
      "Family = 'Service' AND Id NOT IN (SELECT SBQQ__OptionalSKU__c FROM SBQQ__ProductOption__c)",
      ['Installation'],
    ],
    ['date-times', 'CreatedDate >= 2025-09-14T00:00:00Z AND CreatedDate < 2025-09-15T00:00:00+02:00', ['Full Care']],
    ['date literals', "CreatedDate = LAST_N_DAYS:3 OR Name = 'Installation'", ['Installation']],
  ];
  for (const [what, where, expected] of filters) {
    it(`filters by ${what}`, () => expect(names(`SELECT Name FROM Product2 WHERE ${where}`)).to.deep.equal(expected));
  }

  it('looks into multi-select picklists', () => {
    expect(
      query(
        "SELECT Id FROM SBQQ__PriceRule__c WHERE SBQQ__EvaluationEvent__c INCLUDES ('On Calculate;Before Calculate', 'After Calculate')"
      )
    ).to.have.lengthOf(12);
    expect(
      query("SELECT Id FROM SBQQ__PriceRule__c WHERE SBQQ__EvaluationEvent__c EXCLUDES ('On Calculate')")
    ).to.have.lengthOf(0);
  });

  it('takes ids of 15 characters in filters', () => {
    const id = String(query('SELECT Id FROM SBQQ__PriceRule__c LIMIT 1')[0]?.['Id']);
    expect(query(`SELECT Id FROM SBQQ__PriceRule__c WHERE Id = '${id.slice(0, 15)}'`)).to.have.lengthOf(1);
    expect(
      query(`SELECT Id FROM SBQQ__PriceCondition__c WHERE SBQQ__Rule__c IN ('${id.slice(0, 15)}')`)
    ).to.not.have.lengthOf(0);
  });

  it('sorts with nulls first unless told otherwise, and cuts by LIMIT and OFFSET', () => {
    const values = (order: string): unknown[] =>
      query(`SELECT SBQQ__UpperBound__c FROM SBQQ__DiscountTier__c ORDER BY SBQQ__UpperBound__c ${order}`).map(
        (record) => record['SBQQ__UpperBound__c']
      );
    expect(values('')[0]).to.equal(null);
    expect(values('DESC')[0]).to.equal(null);
    expect(values('DESC NULLS LAST')[0]).to.equal(200);
    expect(
      query('SELECT Name FROM Product2 ORDER BY Name LIMIT 2 OFFSET 1').map((record) => record['Name'])
    ).to.deep.equal(['Card Payment Module', 'Crema Duo']);
  });

  it('gives unordered rows in the same order every time, but in none that means anything', () => {
    const order = query('SELECT Id FROM Product2').map((record) => record['Id']);
    expect(order).to.deep.equal(query('SELECT Id FROM Product2').map((record) => record['Id']));
    expect(order).to.not.deep.equal([...order].sort());
  });

  it('counts and groups', () => {
    expect(runQuery(org, org.firstUser, 'data', 'SELECT COUNT() FROM Product2')).to.include({ totalSize: 14 });
    const groups = query(
      'SELECT Family, COUNT(Id), MAX(SBQQ__SortOrder__c) highest FROM Product2 GROUP BY Family HAVING COUNT(Id) > 3 ORDER BY Family'
    );
    expect(groups).to.deep.equal([
      { attributes: { type: 'AggregateResult' }, Family: 'Accessories', expr0: 4, highest: 80 },
      { attributes: { type: 'AggregateResult' }, Family: 'Machines', expr0: 4, highest: 40 },
    ]);
  });

  it('shows the bin to queryAll only', () => {
    const own = new PracticeOrg();
    const id = own.records.writeOne(own.firstUser, {
      operation: 'insert',
      object: 'Account',
      values: { Name: 'a' },
    }).id;
    own.records.writeOne(own.firstUser, { operation: 'delete', id });
    const found = (all: boolean): unknown[] =>
      runQuery(own, own.firstUser, 'data', 'SELECT Id, IsDeleted FROM Account', { all }).records.map(
        (record) => record['IsDeleted']
      );
    expect(found(false)).to.deep.equal([]);
    expect(found(true)).to.deep.equal([true]);
  });

  const refusals: ReadonlyArray<[soql: string, code: string, text: string]> = [
    ['SELECT Id FROM Nope', 'INVALID_TYPE', "sObject type 'Nope' is not supported."],
    ['SELECT Id, Nope FROM Account', 'INVALID_FIELD', "\nNo such column 'Nope' on entity 'Account'."],
    ['SELECT Nope__r.Name FROM Account', 'INVALID_FIELD', "Didn't understand relationship 'Nope__r' in field path."],
    ['SELECT Id FORM Account', 'MALFORMED_QUERY', 'unexpected token'],
    [
      "SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'",
      'MALFORMED_QUERY',
      "unexpected token: 'OR'",
    ],
    ['SELECT Id, Id FROM Account', 'MALFORMED_QUERY', 'duplicate field selected: Id'],
    [
      "SELECT Id FROM Account WHERE NumberOfEmployees = '3'",
      'INVALID_FIELD',
      'must be of type int and should not be enclosed in quotes',
    ],
    [
      "SELECT Id FROM Account WHERE CreatedDate > '2026-01-01T00:00:00Z'",
      'INVALID_FIELD',
      'must be of type dateTime and should not be enclosed in quotes',
    ],
    [
      "SELECT Id FROM Account WHERE Description = 'x'",
      'INVALID_FIELD',
      "field 'Description' can not be filtered in a query call",
    ],
    ["SELECT Id FROM Account WHERE Id = 'nope'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid ID field: nope'],
    ['SELECT Name, COUNT(Id) FROM Account', 'MALFORMED_QUERY', 'Field must be grouped or aggregated: Name'],
    ['SELECT FIELDS(ALL) FROM Account', 'MALFORMED_QUERY', 'LIMIT of at most 200'],
  ];
  for (const [soql, code, text] of refusals) {
    it(`refuses ${soql}`, () => {
      const error = refusal(soql);
      expect(error.code).to.equal(code);
      expect(error.message).to.contain(text);
    });
  }

  it('treats hidden fields and objects as if they were not there, and masks encrypted text', () => {
    const own = new PracticeOrg({
      users: [
        {
          name: 'Lee Limited',
          username: 'lee@brightcup.example',
          rights: {
            hiddenFields: new Set(['Account.Phone']),
            hiddenObjects: new Set(['Product2']),
            viewEncryptedData: false,
          },
        },
      ],
    });
    own.schema.putField('Account', {
      name: 'Pin__c',
      type: 'encryptedstring',
      custom: true,
      length: 20,
      nillable: true,
      createable: true,
      updateable: true,
    });
    own.seed('Account', [{ Id: '0015g0000000001', Name: 'a', Pin__c: '1234' }]);
    const attempt = (soql: string): string => {
      try {
        return JSON.stringify(runQuery(own, own.firstUser, 'data', soql).records[0]?.['Pin__c']);
      } catch (error) {
        return (error as OrgError).code;
      }
    };
    expect([
      attempt('SELECT Phone FROM Account'),
      attempt('SELECT Id FROM Product2'),
      attempt('SELECT Pin__c FROM Account'),
    ]).to.deep.equal(['INVALID_FIELD', 'INVALID_TYPE', '"****"']);
  });

  it('queries computed tables like stored ones, heavy fields only for one row', () => {
    const own = new PracticeOrg();
    own.tables.register({
      schema: declareObject({
        name: 'Flow',
        keyPrefix: '301',
        nameField: 'none',
        owned: false,
        systemFields: false,
        readOnly: true,
        fields: 'VersionNumber-:int Metadata-:complexvalue LastModifiedById-:ref(User)',
      }),
      api: ['tooling'],
      rows: () =>
        [1, 2].map((number) => ({
          Id: `3015g000000000${number}AAA`,
          VersionNumber: number,
          LastModifiedById: own.firstUser.id,
        })),
      heavy: (row) => ({ version: row['VersionNumber'] }),
      heavyFields: ['Metadata'],
    });
    const ask = (soql: string): unknown => runQuery(own, own.firstUser, 'tooling', soql).records[0];
    expect(() => ask('SELECT Id, Metadata FROM Flow')).to.throw(
      'the query qualifications must specify no more than one row for retrieval. Result size: 2'
    );
    expect(ask('SELECT Metadata, LastModifiedBy.Name FROM Flow WHERE VersionNumber = 2')).to.nested.include({
      'Metadata.version': 2,
      'LastModifiedBy.Name': 'Ada Admin',
    });
    expect(() => runQuery(own, own.firstUser, 'data', 'SELECT Id FROM Flow')).to.throw('is not supported');
  });

  it('tells which packages are installed and what the user may do', () => {
    const [installed] = runQuery(
      org,
      org.firstUser,
      'tooling',
      "SELECT SubscriberPackage.NamespacePrefix, SubscriberPackageVersion.MajorVersion FROM InstalledSubscriberPackage WHERE SubscriberPackage.NamespacePrefix = 'SBQQ'"
    ).records;
    expect(installed).to.nested.include({
      'SubscriberPackage.NamespacePrefix': 'SBQQ',
      'SubscriberPackageVersion.MajorVersion': 252,
    });
    expect(query("SELECT Status FROM PackageLicense WHERE NamespacePrefix = 'SBQQ'")).to.have.lengthOf(1);
    expect(
      query('SELECT PermissionsViewAllData, PermissionsBulkApiHardDelete FROM UserPermissionAccess')[0]
    ).to.include({ PermissionsViewAllData: true, PermissionsBulkApiHardDelete: false });
  });
});
