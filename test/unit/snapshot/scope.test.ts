import { expect } from 'chai';
import fc from 'fast-check';
import {
  EMPTY_SCOPE,
  isEmptyScope,
  mergeScopes,
  parseObjectScope,
  scopeOfComponents,
  type Scope,
} from '../../../src/snapshot/scope.js';

const flowNames = fc.subarray(['A', 'B', 'C']).map((names) => [...names].sort());
const scope: fc.Arbitrary<Scope> = fc.record({
  flows: fc.oneof(fc.constant('all' as const), flowNames),
  metadata: fc.uniqueArray(
    fc.record({ type: fc.constantFrom('ApexClass', 'Layout'), fullName: fc.constantFrom('X', 'Y', '*') }),
    { selector: ({ type, fullName }) => `${type}:${fullName}` }
  ),
  records: fc.uniqueArray(
    fc.oneof(
      fc.record({ object: fc.constantFrom('Product2', 'Asset') }),
      fc.record({ object: fc.constantFrom('Product2', 'Asset'), where: fc.constantFrom('a = 1', 'b = 2') })
    ),
    { selector: ({ object }) => object }
  ),
});

describe('two scopes as one', () => {
  it('cover what each covers', () => {
    fc.assert(
      fc.property(scope, scope, (a, b) => {
        const both = mergeScopes(a, b);
        for (const one of [a, b]) {
          if (both.flows !== 'all') expect(both.flows).to.include.members([...one.flows]);
          expect(both.metadata).to.deep.include.members([...one.metadata]);
          for (const { object } of one.records) expect(both.records.map((entry) => entry.object)).to.include(object);
        }
        if (a.flows === 'all' || b.flows === 'all') expect(both.flows).to.equal('all');
        else expect(both.flows).to.have.lengthOf(new Set([...a.flows, ...b.flows]).size);
        expect(new Set(both.metadata.map((key) => `${key.type}:${key.fullName}`)).size).to.equal(both.metadata.length);
        expect(new Set(both.records.map((entry) => entry.object)).size).to.equal(both.records.length);
      })
    );
  });

  it('are the one itself when they are the same or the other is empty', () => {
    fc.assert(
      fc.property(scope, (one) => {
        for (const merged of [mergeScopes(one, one), mergeScopes(one, EMPTY_SCOPE), mergeScopes(EMPTY_SCOPE, one)])
          expect(merged).to.deep.equal(one);
      })
    );
  });

  it('take an object whole when either does, else by both conditions', () => {
    const of = (where?: string): Scope => ({
      ...EMPTY_SCOPE,
      records: [where ? { object: 'Product2', where } : { object: 'Product2' }],
    });
    expect(mergeScopes(of('a = 1'), of()).records).to.deep.equal([{ object: 'Product2' }]);
    expect(mergeScopes(of(), of('a = 1')).records).to.deep.equal([{ object: 'Product2' }]);
    expect(mergeScopes(of('a = 1'), of('b = 2')).records).to.deep.equal([
      { object: 'Product2', where: '(a = 1) OR (b = 2)' },
    ]);
  });
});

describe('the scope of components', () => {
  it('puts flows and flow definitions into the flow lane, by flow', () => {
    expect(
      scopeOfComponents([
        { type: 'Flow', fullName: 'B-3' },
        { type: 'FlowDefinition', fullName: 'A' },
        { type: 'Flow', fullName: 'B' },
        { type: 'ApexClass', fullName: 'C-3' },
      ])
    ).to.deep.equal({
      flows: ['A', 'B'],
      metadata: [{ type: 'ApexClass', fullName: 'C-3' }],
    });
  });

  it('is every flow with *', () => {
    expect(
      scopeOfComponents([
        { type: 'Flow', fullName: '*' },
        { type: 'Flow', fullName: 'A' },
      ]).flows
    ).to.equal('all');
    expect(scopeOfComponents([{ type: 'ApexClass', fullName: '*' }])).to.deep.equal({
      flows: [],
      metadata: [{ type: 'ApexClass', fullName: '*' }],
    });
  });
});

describe('a scope', () => {
  it('is empty only when no lane holds anything', () => {
    expect(isEmptyScope(EMPTY_SCOPE)).to.equal(true);
    expect(isEmptyScope({ ...EMPTY_SCOPE, flows: 'all' })).to.equal(false);
    expect(isEmptyScope({ ...EMPTY_SCOPE, flows: ['A'] })).to.equal(false);
    expect(isEmptyScope({ ...EMPTY_SCOPE, metadata: [{ type: 'Layout', fullName: '*' }] })).to.equal(false);
    expect(isEmptyScope({ ...EMPTY_SCOPE, records: [{ object: 'Product2' }] })).to.equal(false);
  });

  it('of records is an object with an optional condition', () => {
    expect(parseObjectScope('Product2')).to.deep.equal({ object: 'Product2' });
    expect(parseObjectScope('Product2:IsActive = true')).to.deep.equal({
      object: 'Product2',
      where: 'IsActive = true',
    });
    expect(parseObjectScope("Product2: Name = 'a:b' ")).to.deep.equal({ object: 'Product2', where: "Name = 'a:b'" });
    for (const text of ['', ':x = 1', 'Product2:', 'Product2: ', '2x', 'a b', 'Product2;'])
      expect(parseObjectScope(text), text).to.equal(undefined);
  });
});
