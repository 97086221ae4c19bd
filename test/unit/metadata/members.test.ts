import { expect } from 'chai';
import fc from 'fast-check';
import { containerOf, membersOf, onlyMembers } from '../../../src/metadata/members.js';
import { style, xmlOf, type Element } from '../support/xml.js';

const CONTAINERS = {
  CustomObject: ['fields', 'validationRules', 'listViews', 'recordTypes'],
  CustomLabels: ['labels'],
  Workflow: ['rules', 'alerts', 'fieldUpdates'],
  SharingRules: ['sharingCriteriaRules', 'sharingOwnerRules'],
  MatchingRules: ['matchingRules'],
} as const;

const text = fc.string({ unit: fc.constantFrom(...'ab <>&"\'é', '\n'), maxLength: 10 }).map((value) => value.trim());

/** A container file with members, and things at its top that belong to the container itself. */
const container = fc.constantFrom(...(Object.keys(CONTAINERS) as Array<keyof typeof CONTAINERS>)).chain((type) =>
  fc.record({
    type: fc.constant(type),
    root: fc
      .record({
        members: fc.uniqueArray(
          fc.tuple(
            fc.constantFrom(...CONTAINERS[type]),
            fc.stringMatching(/^[A-Z][A-Za-z0-9_]{0,6}$/),
            text,
            fc.array(text, { maxLength: 2 })
          ),
          {
            selector: ([element, name]) => `${element}:${name}`,
            maxLength: 6,
          }
        ),
        own: fc.array(text, { maxLength: 2 }),
      })
      .map(({ members, own }): Element => ({
        name: type,
        content: [
          ...members.map(([name, fullName, description, values]) => ({
            name,
            content: [
              { name: 'description', content: description },
              { name: 'fullName', content: fullName },
              ...values.map((value) => ({ name: 'values', content: [{ name: 'label', content: value }] })),
            ],
          })),
          ...own.map((content) => ({ name: 'sharingModel', content })),
          { name: 'label', content: 'Thing' },
        ],
      })),
    how: style,
  })
);

const OBJECT = `<?xml version="1.0" encoding="UTF-8"?>
<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
    <fields>
        <fullName>Origin__c</fullName>
        <formula>IF(A &lt; B, &quot;x&quot;, &apos;y&apos;) &amp; &quot;é&quot;</formula>
        <type>Text</type>
    </fields>
    <fields><fullName>Other__c</fullName></fields>
    <validationRules><fullName>Other__c</fullName><active>true</active></validationRules>
    <sharingModel>Private</sharingModel>
</CustomObject>
`;

describe('the members of a container file', () => {
  it('are its fields, rules and so on, by full name', () => {
    expect(
      membersOf('CustomObject', 'Product2', OBJECT)?.map(({ type, fullName }) => `${type}:${fullName}`)
    ).to.have.members([
      'CustomField:Product2.Origin__c',
      'CustomField:Product2.Other__c',
      'ValidationRule:Product2.Other__c',
    ]);
  });

  it('of custom labels are known by their own name', () => {
    const xml = '<CustomLabels><labels><fullName>Hello</fullName><value>Hi</value></labels></CustomLabels>';
    expect(membersOf('CustomLabels', 'CustomLabels', xml)?.map(({ fullName }) => fullName)).to.deep.equal(['Hello']);
  });

  it('without a name are no members', () => {
    expect(
      membersOf('CustomObject', 'A', '<CustomObject><fields><type>Text</type></fields><fields/></CustomObject>')
    ).to.deep.equal([]);
    expect(membersOf('CustomObject', 'A', '<CustomObject/>')).to.deep.equal([]);
  });

  it('do not exist in a file that is one component', () => {
    expect(membersOf('ApexClass', 'A', '<ApexClass/>')).to.equal(undefined);
    expect(membersOf('Layout', 'A', '<Layout/>')).to.equal(undefined);
  });

  it('have a type that names its container', () => {
    expect(containerOf('CustomField')).to.equal('CustomObject');
    expect(containerOf('CustomLabel')).to.equal('CustomLabels');
    expect(containerOf('WorkflowRule')).to.equal('Workflow');
    expect(containerOf('SharingOwnerRule')).to.equal('SharingRules');
    expect(containerOf('MatchingRule')).to.equal('MatchingRules');
    expect(containerOf('ApexClass')).to.equal(undefined);
    expect(containerOf('CustomObject')).to.equal(undefined);
  });

  it('each keep their canonical form, whatever stands beside them in the file', () => {
    const alone = '<CustomObject><fields><fullName>Other__c</fullName></fields></CustomObject>';
    const inCompany = membersOf('CustomObject', 'Product2', OBJECT)?.find(
      ({ type, fullName }) => type === 'CustomField' && fullName === 'Product2.Other__c'
    );
    expect(membersOf('CustomObject', 'Product2', alone)?.[0]).to.deep.equal(inCompany);
  });
});

describe('a container file cut down to some members', () => {
  it('holds exactly these, each the same as before, and nothing of the container itself', () => {
    fc.assert(
      fc.property(container, fc.infiniteStream(fc.boolean()), ({ type, root, how }, coins) => {
        const xml = xmlOf(root, how);
        const all = membersOf(type, 'Thing', xml) ?? [];
        const kept = all.filter(() => coins.next().value);
        const cut = onlyMembers(type, 'Thing', xml, new Set(kept.map((member) => `${member.type}:${member.fullName}`)));
        const key = (member: { readonly type: string; readonly fullName: string }): string =>
          `${member.type}:${member.fullName}`;
        const sorted = (members: typeof all): typeof all => [...members].sort((a, b) => (key(a) < key(b) ? -1 : 1));
        expect(sorted(membersOf(type, 'Thing', cut) ?? [])).to.deep.equal(sorted(kept));
        expect(cut).to.not.include('sharingModel');
        expect(
          cut.startsWith(
            `<?xml version="1.0" encoding="UTF-8"?>\n<${type} xmlns="http://soap.sforce.com/2006/04/metadata">\n`
          )
        ).to.equal(true);
      }),
      { numRuns: 80 }
    );
  });

  it('leaves entities as they were written', () => {
    const cut = onlyMembers('CustomObject', 'Product2', OBJECT, new Set(['CustomField:Product2.Origin__c']));
    expect(cut).to.include('<formula>IF(A &lt; B, &quot;x&quot;, &apos;y&apos;) &amp; &quot;é&quot;</formula>');
    expect(cut).to.not.include('Other__c');
  });

  it('leaves numbers, empty elements and attributes as they were written', () => {
    const field =
      '<fields><fullName>A__c</fullName><scale>02.10</scale><flag>TRUE</flag><none/><value type="01.0">1e3</value></fields>';
    const cut = onlyMembers(
      'CustomObject',
      'X',
      `<CustomObject>${field}</CustomObject>`,
      new Set(['CustomField:X.A__c'])
    );
    expect(cut).to.include('<scale>02.10</scale><flag>TRUE</flag>').and.to.include('<value type="01.0">1e3</value>');
    expect(cut).to.match(/<none\/>|<none><\/none>/);
  });

  it('finds a member whose name has entities, as it is called everywhere else', () => {
    const xml =
      '<SharingRules><sharingCriteriaRules><fullName>Sales &amp; Co &lt;&apos;1&apos;&gt;</fullName><accessLevel>Read</accessLevel></sharingCriteriaRules><sharingCriteriaRules><fullName>Other</fullName></sharingCriteriaRules></SharingRules>';
    const [member] = (membersOf('SharingRules', 'Account', xml) ?? []).filter(({ fullName }) => fullName.includes('&'));
    expect(member?.fullName).to.equal("Account.Sales & Co <'1'>");
    const cut = onlyMembers('SharingRules', 'Account', xml, new Set([`${member?.type}:${member?.fullName}`]));
    expect(membersOf('SharingRules', 'Account', cut)).to.deep.equal([member]);
    expect(cut).to.include('<fullName>Sales &amp; Co').and.to.not.include('Other');
  });

  it('keeps what stands in CDATA as it was written', () => {
    const xml =
      '<CustomObject><fields><fullName>A__c</fullName><formula><![CDATA[IF(A < B && C > 1, "x", "y")]]></formula></fields></CustomObject>';
    const cut = onlyMembers('CustomObject', 'X', xml, new Set(['CustomField:X.A__c']));
    expect(cut).to.include('<![CDATA[IF(A < B && C > 1, "x", "y")]]>');
    expect(membersOf('CustomObject', 'X', cut)).to.deep.equal(membersOf('CustomObject', 'X', xml));
    const named = '<CustomObject><fields><fullName><![CDATA[A__c]]></fullName></fields></CustomObject>';
    expect(onlyMembers('CustomObject', 'X', named, new Set(['CustomField:X.A__c']))).to.include('A__c');
  });

  it('keeps the namespaces and attributes of the root, on which members may rely', () => {
    const xml =
      '<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" note=\'"1" &amp; 2\'><fields><fullName>A__c</fullName><value xsi:type="xsd:string">x</value></fields></CustomObject>';
    expect(onlyMembers('CustomObject', 'X', xml, new Set(['CustomField:X.A__c']))).to.include(
      '<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" note="&quot;1&quot; &amp; 2">'
    );
  });

  it('tells a field from a rule of the same name', () => {
    const cut = onlyMembers('CustomObject', 'Product2', OBJECT, new Set(['ValidationRule:Product2.Other__c']));
    expect(cut).to.include('<active>true</active>').and.to.not.include('<fields>');
  });

  it('is not made of a file of another type', () => {
    expect(() => onlyMembers('CustomObject', 'A', '<Workflow/>', new Set())).to.throw(
      'no <CustomObject> in the file of A'
    );
  });
});
