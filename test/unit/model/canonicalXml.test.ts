import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalXml, isMetadataXml } from '../../../src/model/canonicalXml.js';
import { digestOf } from '../../../src/model/digest.js';
import { PLAIN, reordered, rootOf, style, xmlOf, type Element } from '../support/xml.js';

const canonicalText = (root: Element, how = PLAIN): string => JSON.stringify(canonicalXml(xmlOf(root, how)));

function sections(...labels: readonly string[]): Element {
  return {
    name: 'Layout',
    content: labels.map((label) => ({ name: 'layoutSections', content: [{ name: 'label', content: label }] })),
  };
}

describe('the canonical form of a metadata file', () => {
  it('does not depend on white space, comments, declaration or namespace', () => {
    fc.assert(
      fc.property(rootOf('Layout'), style, style, (root, one, other) => {
        expect(canonicalText(root, one)).to.equal(canonicalText(root, other));
      }),
      { numRuns: 60 }
    );
  });

  it('does not depend on the order in which elements of different names stand', () => {
    fc.assert(
      fc.property(fc.constantFrom('Layout', 'Flow').chain(rootOf), fc.nat(6), (root, turn) => {
        expect(canonicalText(reordered(root, turn))).to.equal(canonicalText(root));
      }),
      { numRuns: 60 }
    );
  });

  it('keeps the order of elements of one name: sections of a layout, values of a picklist', () => {
    expect(canonicalText(sections('Prices', 'Terms'))).to.not.equal(canonicalText(sections('Terms', 'Prices')));
  });

  it('has no order at the top of a file that is a set of named things', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom('CustomObject', 'CustomLabels', 'Flow', 'PermissionSet', 'Profile', 'SharingRules', 'Workflow')
          .chain(rootOf),
        fc.context(),
        (root, log) => {
          const backwards: Element = { ...root, content: [...(root.content as readonly Element[])].reverse() };
          log.log(xmlOf(backwards));
          expect(canonicalText(backwards)).to.equal(canonicalText(root));
        }
      ),
      { numRuns: 60 }
    );
  });

  it('keeps the order of one name below the top also in a set of named things', () => {
    const flow = (...values: readonly string[]): Element => ({
      name: 'Flow',
      content: [{ name: 'decisions', content: values.map((value) => ({ name: 'rules', content: value })) }],
    });
    expect(canonicalText(flow('a', 'b'))).to.not.equal(canonicalText(flow('b', 'a')));
  });

  it('tells two files apart that differ in one text, name or attribute', () => {
    const texts = [
      '<Layout><a>1</a></Layout>',
      '<Layout><a>2</a></Layout>',
      '<Layout><b>1</b></Layout>',
      '<Layout><a x="1">1</a></Layout>',
      '<Layout><a x="2">1</a></Layout>',
      '<Layout><a>1</a><a>1</a></Layout>',
      '<Layout><a><b>1</b></a></Layout>',
      '<Layout><a/></Layout>',
      '<Layout/>',
    ].map((xml) => digestOf(canonicalXml(xml)));
    expect(new Set(texts).size).to.equal(texts.length);
  });

  it('reads an empty element and one without content alike, and entities as what they stand for', () => {
    expect(canonicalXml('<L><a/></L>')).to.deep.equal(canonicalXml('<L><a></a></L>'));
    expect(canonicalXml('<L><a>&lt;&amp;&gt;&quot;&apos;</a></L>')).to.deep.equal(['L', {}, [['a', {}, '<&>"\'']]]);
    expect(canonicalXml('<L><a><![CDATA[x < y]]></a></L>')).to.deep.equal(canonicalXml('<L><a>x &lt; y</a></L>'));
  });

  it('keeps text as text: no numbers, no booleans, line ends of one kind', () => {
    expect(canonicalXml('<L><a>1.10</a><b>true</b><c>x\r\ny</c></L>')).to.deep.equal([
      'L',
      {},
      [
        ['a', {}, '1.10'],
        ['b', {}, 'true'],
        ['c', {}, 'x\ny'],
      ],
    ]);
  });

  it('reads a file with thousands of entities, as large formulas have', () => {
    const [, , content] = canonicalXml(`<Flow><a>${'&quot;'.repeat(5_000)}</a></Flow>`);
    expect((content as ReadonlyArray<readonly [string, object, string]>)[0]?.[2]).to.have.lengthOf(5_000);
  });

  it('is refused for what is no file with one root', () => {
    expect(() => canonicalXml('')).to.throw('exactly one root element');
    expect(() => canonicalXml('<a/><b/>')).to.throw('exactly one root element');
  });
});

describe('a file in Metadata API format', () => {
  const NAMESPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"';
  for (const [text, is] of [
    [`<CustomObject ${NAMESPACE}>`, true],
    [`<?xml version="1.0"?>\n<Layout ${NAMESPACE}/>`, true],
    [`\uFEFF  <Flow xmlns:xsi="x" ${NAMESPACE}>`, true],
    [`<?xml version="1.0"?>\n<!-- by hand -->\n<!-- twice -->\n<Flow ${NAMESPACE}>`, true],
    [`<Flow xmlns='http://soap.sforce.com/2006/04/metadata'>`, true],
    ['<?xml version="1.0"?>', false],
    ['<CustomObject xmlns="x">', false],
    ['<apex:page controller="Quotes"><p>Hello</p></apex:page>', false],
    [`<aura:component><p ${NAMESPACE}/></aura:component>`, false],
    ['<template><p>Hello</p></template>', false],
    [`<!-- never ends ${NAMESPACE}>`, false],
    ['public class A {}', false],
    ['', false],
  ] as const) {
    it(`is ${is ? '' : 'not '}${JSON.stringify(text)}`, () => expect(isMetadataXml(Buffer.from(text))).to.equal(is));
  }
});
