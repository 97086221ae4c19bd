import { expect } from 'chai';
import { OrgError, type OrgUser } from '../../org/engine/contracts.js';
import { PracticeOrg } from '../../org/engine/practiceOrg.js';
import type { WriteRequest } from '../../org/engine/records/recordDoor.js';

/** An org with a price rule, two conditions and a summary variable one condition tests. */
function anOrg(): { org: PracticeOrg; ada: OrgUser; rule: string; first: string; second: string; variable: string } {
  const org = new PracticeOrg();
  const ada = org.user('Ada Admin');
  const insert = (object: string, values: Record<string, unknown>): string =>
    org.records.writeOne(ada, { operation: 'insert', object, values }).id;
  const variable = insert('SBQQ__SummaryVariable__c', { Name: 'Machines' });
  const rule = insert('SBQQ__PriceRule__c', { Name: 'Fleet', SBQQ__ConditionsMet__c: 'All' });
  const first = insert('SBQQ__PriceCondition__c', { SBQQ__Rule__c: rule, SBQQ__Index__c: 1 });
  const second = insert('SBQQ__PriceCondition__c', {
    SBQQ__Rule__c: rule,
    SBQQ__Index__c: 2,
    SBQQ__TestedVariable__c: variable,
  });
  return { org, ada, rule, first, second, variable };
}

function refusalOf(org: PracticeOrg, user: OrgUser, request: WriteRequest): OrgError {
  const [result] = org.records.write(user, [request]);
  if (result === undefined || result.success) throw new Error('the org did not refuse');
  return result.error;
}

describe('practice org: saving records', () => {
  it('gives a new record an id, a number, an owner and one stamp', () => {
    const { org, ada, rule, first } = anOrg();
    const row = org.row('SBQQ__PriceRule__c', rule);
    expect(rule).to.have.lengthOf(18);
    expect(row).to.include({ OwnerId: ada.id, CreatedById: ada.id, SBQQ__Active__c: false });
    expect(row?.['CreatedDate'])
      .to.equal(row?.['SystemModstamp'])
      .and.to.match(/\.000\+0000$/);
    expect(org.row('SBQQ__PriceCondition__c', first)?.['Name']).to.equal('1');
  });

  it('stamps all rows of one transaction alike and later ones later', () => {
    const { org, first, second, rule } = anOrg();
    const cleo = org.user('Cleo Colleague');
    org.records.write(
      cleo,
      [first, second].map((id) => ({ operation: 'update', id, values: { SBQQ__Value__c: 'x' } }))
    );
    const [a, b, untouched] = [
      org.row('SBQQ__PriceCondition__c', first),
      org.row('SBQQ__PriceCondition__c', second),
      org.row('SBQQ__PriceRule__c', rule),
    ];
    expect(a?.['SystemModstamp']).to.equal(b?.['SystemModstamp']);
    expect(String(a?.['SystemModstamp']) > String(untouched?.['SystemModstamp'])).to.equal(true);
    expect(a?.['LastModifiedById']).to.equal(cleo.id);
    expect(a?.['CreatedById']).to.equal(org.user('Ada Admin').id);
  });

  const refusals: ReadonlyArray<
    [what: string, request: (world: ReturnType<typeof anOrg>) => WriteRequest, code: string, text: string | RegExp]
  > = [
    [
      'an insert with an id',
      ({ rule }) => ({ operation: 'insert', object: 'SBQQ__PriceRule__c', values: { Id: rule, Name: 'x' } }),
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      'cannot specify Id in an insert call',
    ],
    [
      'a missing required field',
      () => ({ operation: 'insert', object: 'SBQQ__QuoteTerm__c', values: {} }),
      'REQUIRED_FIELD_MISSING',
      'Required fields are missing: [SBQQ__PrintOrder__c]',
    ],
    [
      'an unknown field',
      () => ({ operation: 'insert', object: 'Account', values: { Name: 'a', Nope__c: 1 } }),
      'INVALID_FIELD',
      "No such column 'Nope__c' on sobject of type Account",
    ],
    [
      'a formula field',
      ({ first }) => ({ operation: 'update', id: first, values: { SBQQ__ParentRuleIsActive__c: true } }),
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      /Unable to create\/update fields: SBQQ__ParentRuleIsActive__c\./,
    ],
    [
      'an auto-number',
      ({ first }) => ({ operation: 'update', id: first, values: { Name: '7' } }),
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      /Unable to create\/update fields: Name\./,
    ],
    [
      'another master',
      ({ first, rule }) => ({ operation: 'update', id: first, values: { SBQQ__Rule__c: rule } }),
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      /SBQQ__Rule__c/,
    ],
    [
      'a text that is too long',
      ({ rule }) => ({ operation: 'update', id: rule, values: { Name: 'x'.repeat(81) } }),
      'STRING_TOO_LONG',
      /max length=80/,
    ],
    [
      'a value outside a restricted picklist',
      ({ rule }) => ({ operation: 'update', id: rule, values: { SBQQ__ConditionsMet__c: 'Some' } }),
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      /bad value for restricted picklist field: Some/,
    ],
    [
      'a number out of range',
      ({ first }) => ({ operation: 'update', id: first, values: { SBQQ__Index__c: 100000 } }),
      'NUMBER_OUTSIDE_VALID_RANGE',
      /value outside of valid range/,
    ],
    [
      'a text that is no id',
      ({ second }) => ({ operation: 'update', id: second, values: { SBQQ__TestedVariable__c: 'nope' } }),
      'MALFORMED_ID',
      /id value of incorrect type: nope/,
    ],
    [
      'an id of the wrong object',
      ({ second, rule }) => ({ operation: 'update', id: second, values: { SBQQ__TestedVariable__c: rule } }),
      'FIELD_INTEGRITY_EXCEPTION',
      /id value of incorrect type/,
    ],
    [
      'a reference to nothing',
      ({ second, variable }) => ({
        operation: 'update',
        id: second,
        values: { SBQQ__TestedVariable__c: `${variable.slice(0, 12)}zzz` },
      }),
      'INVALID_CROSS_REFERENCE_KEY',
      'invalid cross reference id',
    ],
    [
      'an update of nothing',
      ({ rule }) => ({ operation: 'update', id: `${rule.slice(0, 12)}zzz`, values: {} }),
      'INVALID_CROSS_REFERENCE_KEY',
      'invalid cross reference id',
    ],
  ];
  for (const [what, request, code, text] of refusals) {
    it(`refuses ${what}`, () => {
      const world = anOrg();
      const before = world.org.opLog.entries.length;
      const error = refusalOf(world.org, world.ada, request(world));
      expect(error.code).to.equal(code);
      if (typeof text === 'string') expect(error.message).to.equal(text);
      else expect(error.message).to.match(text);
      expect(world.org.opLog.entries).to.have.lengthOf(before);
    });
  }

  it('keeps empty text as null and cuts numbers to their scale', () => {
    const { org, ada, first } = anOrg();
    org.records.writeOne(ada, { operation: 'update', id: first, values: { SBQQ__Value__c: '', sbqq__index__c: '4' } });
    expect(org.row('SBQQ__PriceCondition__c', first)).to.include({ SBQQ__Value__c: null, SBQQ__Index__c: 4 });
    const cost = org.records.writeOne(ada, {
      operation: 'insert',
      object: 'SBQQ__Cost__c',
      values: { SBQQ__UnitCost__c: 1.005 },
    }).id;
    expect(org.row('SBQQ__Cost__c', cost)?.['SBQQ__UnitCost__c']).to.equal(1.01);
  });

  it('takes ids of 15 characters and keeps 18', () => {
    const { org, ada, second, variable } = anOrg();
    org.records.writeOne(ada, {
      operation: 'update',
      id: second.slice(0, 15),
      values: { SBQQ__TestedVariable__c: variable.slice(0, 15) },
    });
    expect(org.row('SBQQ__PriceCondition__c', second)?.['SBQQ__TestedVariable__c']).to.equal(variable);
  });

  it('refuses a value that a living record has in a unique field, but not one from the bin', () => {
    const { org, ada } = anOrg();
    const make = (): WriteRequest => ({
      operation: 'insert',
      object: 'SBQQ__FieldSetMetadata__c',
      values: { SBQQ__FieldSet__c: 'f', SBQQ__ObjectType__c: 'Quote', SBQQ__FieldSetValidation__c: 'Key' },
    });
    const id = org.records.writeOne(ada, make()).id;
    expect(refusalOf(org, ada, make()).message).to.equal(
      `duplicate value found: SBQQ__FieldSetValidation__c duplicates value on record with id: ${id.slice(0, 15)}`
    );
    org.records.writeOne(ada, { operation: 'delete', id });
    org.records.writeOne(ada, make());
    expect(refusalOf(org, ada, { operation: 'undelete', id }).code).to.equal('DUPLICATE_VALUE');
  });

  it('takes everything back when all must succeed and one does not', () => {
    const { org, ada, rule } = anOrg();
    const results = org.records.write(
      ada,
      [
        { operation: 'update', id: rule, values: { Name: 'New' } },
        { operation: 'insert', object: 'SBQQ__QuoteTerm__c', values: {} },
      ],
      true
    );
    expect(results.map((result) => (result.success ? 'ok' : result.error.code))).to.deep.equal([
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'REQUIRED_FIELD_MISSING',
    ]);
    expect(org.row('SBQQ__PriceRule__c', rule)?.['Name']).to.equal('Fleet');
  });

  it('does not mix setup records with others in one transaction', () => {
    const { org, ada, rule } = anOrg();
    const results = org.records.write(ada, [
      { operation: 'update', id: rule, values: { Name: 'New' } },
      { operation: 'update', id: ada.id, values: { FirstName: 'A.' } },
    ]);
    expect(results[1]?.success === false && results[1].error.code).to.equal('MIXED_DML_OPERATION');
  });

  it('lets a hook change a row or refuse it, as a trigger would', () => {
    const { org, ada, rule } = anOrg();
    const off = org.beforeSave('SBQQ__PriceRule__c', ({ row }) => {
      if (row['Name'] === 'bad') throw new OrgError('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'not that name');
      row['SBQQ__EvaluationOrder__c'] = 99;
    });
    org.records.writeOne(ada, { operation: 'update', id: rule, values: { Name: 'good' } });
    expect(org.row('SBQQ__PriceRule__c', rule)?.['SBQQ__EvaluationOrder__c']).to.equal(99);
    expect(refusalOf(org, ada, { operation: 'update', id: rule, values: { Name: 'bad' } }).message).to.equal(
      'not that name'
    );
    off();
    org.records.writeOne(ada, { operation: 'update', id: rule, values: { Name: 'bad' } });
  });

  it('hides fields the user may not see from writes', () => {
    const org = new PracticeOrg({
      users: [
        {
          name: 'Lee Limited',
          username: 'lee@brightcup.example',
          rights: { hiddenFields: new Set(['Account.Phone']) },
        },
      ],
    });
    expect(
      refusalOf(org, org.firstUser, { operation: 'insert', object: 'Account', values: { Name: 'a', Phone: '1' } }).code
    ).to.equal('INVALID_FIELD');
  });

  it('wants the standard price before any other and one price per book', () => {
    const org = new PracticeOrg();
    const ada = org.firstUser;
    org.seed('Pricebook2', [
      { Id: '01s5g00000Std01', Name: 'Standard', IsStandard: true },
      { Id: '01s5g00000Oth01', Name: 'Partners' },
    ]);
    const product = org.records.writeOne(ada, { operation: 'insert', object: 'Product2', values: { Name: 'Cup' } }).id;
    const price = (book: string): WriteRequest => ({
      operation: 'insert',
      object: 'PricebookEntry',
      values: { Pricebook2Id: book, Product2Id: product, UnitPrice: 3 },
    });
    expect(refusalOf(org, ada, price('01s5g00000Oth01')).code).to.equal('STANDARD_PRICE_NOT_DEFINED');
    org.records.writeOne(ada, price('01s5g00000Std01'));
    org.records.writeOne(ada, price('01s5g00000Oth01'));
    expect(refusalOf(org, ada, price('01s5g00000Oth01')).code).to.equal('DUPLICATE_VALUE');
  });

  it('updates by external key and inserts when there is none', () => {
    const { org, ada } = anOrg();
    const upsert = (value: string): WriteRequest => ({
      operation: 'upsert',
      object: 'SBQQ__FieldSetMetadata__c',
      keyField: 'SBQQ__FieldSetValidation__c',
      key: 'K1',
      values: { SBQQ__FieldSet__c: value, SBQQ__ObjectType__c: 'Quote' },
    });
    const first = org.records.writeOne(ada, upsert('a'));
    const second = org.records.writeOne(ada, upsert('b'));
    expect([first.created, second.created, second.id]).to.deep.equal([true, false, first.id]);
  });
});

describe('practice org: custom condition logic', () => {
  const custom = (id: string, expression: string | null): WriteRequest => ({
    operation: 'update',
    id,
    values: { SBQQ__ConditionsMet__c: 'Custom', SBQQ__AdvancedCondition__c: expression },
  });

  it('refuses a custom rule without an expression or before its conditions', () => {
    const { org, ada, rule } = anOrg();
    expect(refusalOf(org, ada, custom(rule, null)).code).to.equal('FIELD_CUSTOM_VALIDATION_EXCEPTION');
    expect(refusalOf(org, ada, custom(rule, '1 OR 3')).message).to.contain('3');
    expect(
      refusalOf(org, ada, {
        operation: 'insert',
        object: 'SBQQ__PriceRule__c',
        values: { Name: 'x', SBQQ__ConditionsMet__c: 'Custom', SBQQ__AdvancedCondition__c: '1' },
      }).code
    ).to.equal('FIELD_CUSTOM_VALIDATION_EXCEPTION');
    org.records.writeOne(ada, custom(rule, '1 OR 2'));
  });

  it('refuses to delete a condition the expression names, until the rule is set to All', () => {
    const { org, ada, rule, first } = anOrg();
    org.records.writeOne(ada, custom(rule, '1 OR 2'));
    expect(refusalOf(org, ada, { operation: 'delete', id: first }).code).to.equal('FIELD_CUSTOM_VALIDATION_EXCEPTION');
    org.records.writeOne(ada, { operation: 'update', id: rule, values: { SBQQ__ConditionsMet__c: 'All' } });
    org.records.writeOne(ada, { operation: 'delete', id: first });
  });

  it('deletes a whole custom rule with its conditions', () => {
    const { org, ada, rule, first } = anOrg();
    org.records.writeOne(ada, custom(rule, '1 AND 2'));
    org.records.writeOne(ada, { operation: 'delete', id: rule });
    expect(org.row('SBQQ__PriceCondition__c', first)).to.equal(undefined);
  });

  it('holds in the approvals family too', () => {
    const { org, ada } = anOrg();
    const request: WriteRequest = {
      operation: 'insert',
      object: 'sbaa__ApprovalRule__c',
      values: { Name: 'a', sbaa__ConditionsMet__c: 'Custom', sbaa__AdvancedCondition__c: '1' },
    };
    expect(refusalOf(org, ada, request).code).to.equal('FIELD_CUSTOM_VALIDATION_EXCEPTION');
  });
});
