import { expect } from 'chai';
import { compareKeys, componentStates, keyText, type RetrievedComponent } from '../../../src/metadata/component.js';
import { DEPLOYER } from '../support/worlds.js';

function aComponent(
  type: string,
  fullName: string,
  ...files: ReadonlyArray<readonly [path: string, content: string | Buffer]>
): RetrievedComponent {
  return { type, fullName, files: files.map(([path, content]) => ({ path, content: Buffer.from(content as string) })) };
}

function stateOf(component: RetrievedComponent): ReturnType<typeof componentStates>[number] {
  const [state] = componentStates([component], new Set([keyText(component)]), new Map());
  if (!state) throw new Error('no state');
  return state;
}

const META =
  '<?xml version="1.0"?><ApexClass xmlns="x"><apiVersion>65.0</apiVersion><status>Active</status></ApexClass>';
const META_TURNED = '<ApexClass>\n  <status>Active</status>\n  <apiVersion>65.0</apiVersion>\n</ApexClass>';

describe('the state of a component', () => {
  it('has a digest that is the same exactly when the component means the same', () => {
    const one = stateOf(
      aComponent('ApexClass', 'A', ['classes/A.cls', 'class A {}\n'], ['classes/A.cls-meta.xml', META])
    );
    const turned = stateOf(
      aComponent('ApexClass', 'A', ['classes/A.cls-meta.xml', META_TURNED], ['classes/A.cls', 'class A {}\r\n'])
    );
    const edited = stateOf(
      aComponent('ApexClass', 'A', ['classes/A.cls', 'class A { }\n'], ['classes/A.cls-meta.xml', META])
    );
    const older = stateOf(
      aComponent(
        'ApexClass',
        'A',
        ['classes/A.cls', 'class A {}\n'],
        ['classes/A.cls-meta.xml', META.replace('65', '60')]
      )
    );
    const moved = stateOf(
      aComponent('ApexClass', 'A', ['classes/B.cls', 'class A {}\n'], ['classes/A.cls-meta.xml', META])
    );
    expect(turned.digest).to.equal(one.digest);
    expect(new Set([one, edited, older, moved].map((state) => state.digest)).size).to.equal(4);
  });

  it('of a file in Metadata API format does not depend on how it is printed', () => {
    const layout = (xml: string): string => stateOf(aComponent('Layout', 'A', ['layouts/A.layout', xml])).digest;
    const open = '<Layout xmlns="http://soap.sforce.com/2006/04/metadata">';
    expect(layout(`<?xml version="1.0"?>\n${open}<a>1</a><b>2</b></Layout>`)).to.equal(
      layout(`${open}\n  <b>2</b>\n  <a>1</a>\n</Layout>\n`)
    );
    expect(layout(`${open}<a>1</a></Layout>`)).to.not.equal(layout(`${open}<a>2</a></Layout>`));
  });

  it('of code that looks like XML is its text: words and order count', () => {
    const page = (type: string, path: string, text: string): string =>
      stateOf(aComponent(type, 'A', [path, text])).digest;
    for (const [type, path, open, close] of [
      ['ApexPage', 'pages/A.page', '<apex:page>', '</apex:page>'],
      ['AuraDefinitionBundle', 'aura/A/A.cmp', '<aura:component>', '</aura:component>'],
      ['LightningComponentBundle', 'lwc/a/a.html', '<template>', '</template>'],
      ['StaticResource', 'staticresources/A.resource', '<?xml version="1.0"?><page>', '</page>'],
    ] as const) {
      const digests = ['Hello <b>you</b>', 'Good-bye <b>you</b>', '<i>1</i><b>2</b>', '<b>2</b><i>1</i>'].map((body) =>
        page(type, path, `${open}${body}${close}`)
      );
      expect(new Set(digests).size, type).to.equal(4);
    }
  });

  it('of code that is no well-formed XML can be told', () => {
    expect(stateOf(aComponent('ApexPage', 'A', ['pages/A.page', '<html><br><p>x</html>'])).digest).to.be.a('string');
  });

  it('keeps every byte of a file that is no text', () => {
    const image = (last: number): RetrievedComponent => ({
      type: 'StaticResource',
      fullName: 'Logo',
      files: [{ path: 'staticresources/Logo.resource', content: Buffer.from([0x89, 0x50, 0xff, 0xfe, last]) }],
    });
    expect(stateOf(image(1)).digest).to.not.equal(stateOf(image(2)).digest);
    expect(stateOf(image(0xc3)).digest).to.not.equal(stateOf(image(0xc4)).digest);
  });

  it('names its files in one order', () => {
    expect(stateOf(aComponent('ApexClass', 'A', ['b', '1'], ['a', '2'])).paths).to.deep.equal(['a', 'b']);
  });

  it('carries who made it and when, from the file properties', () => {
    const properties = new Map([
      ['ApexClass:A', { lastModifiedById: DEPLOYER, createdAt: '2026-11-21T00:00:00.000Z' }],
    ]);
    const [state] = componentStates([aComponent('ApexClass', 'A', ['a', 'x'])], new Set(['ApexClass:A']), properties);
    expect(state).to.include({ lastModifiedById: DEPLOYER, createdAt: '2026-11-21T00:00:00.000Z' });
    expect(state).to.not.have.property('files');
  });
});

describe('what was retrieved', () => {
  const object = aComponent('CustomObject', 'Product2', [
    'objects/Product2.object',
    '<CustomObject><fields><fullName>B__c</fullName></fields><fields><fullName>A__c</fullName></fields><label>P</label></CustomObject>',
  ]);

  it('is taken apart into the members that are in scope', () => {
    const states = componentStates(
      [object],
      new Set(['CustomField:Product2.A__c', 'CustomField:Product2.B__c']),
      new Map()
    );
    expect(states.map(keyText)).to.deep.equal(['CustomField:Product2.A__c', 'CustomField:Product2.B__c']);
    expect(states[0]?.paths).to.deep.equal(['objects/Product2.object']);
    expect(componentStates([object], new Set(['CustomField:Product2.A__c']), new Map()).map(keyText)).to.deep.equal([
      'CustomField:Product2.A__c',
    ]);
  });

  it('is a whole with all its members when the whole is in scope', () => {
    expect(componentStates([object], new Set(['CustomObject:Product2']), new Map()).map(keyText)).to.deep.equal([
      'CustomField:Product2.A__c',
      'CustomField:Product2.B__c',
      'CustomObject:Product2',
    ]);
    expect(componentStates([object], new Set(['CustomObject:Other']), new Map())).to.deep.equal([]);
  });

  it('has a whole whose own state does not depend on its members', () => {
    const digestOfWhole = (xml: string): string | undefined =>
      componentStates(
        [aComponent('CustomObject', 'Product2', ['objects/Product2.object', xml])],
        new Set(['CustomObject:Product2']),
        new Map()
      ).find(({ type }) => type === 'CustomObject')?.digest;
    const before = digestOfWhole(
      '<CustomObject><fields><fullName>A__c</fullName></fields><label>P</label></CustomObject>'
    );
    expect(digestOfWhole('<CustomObject><label>P</label></CustomObject>')).to.equal(before);
    expect(digestOfWhole('<CustomObject><label>Q</label></CustomObject>')).to.not.equal(before);
  });

  it('gives a member the properties of the member', () => {
    const properties = new Map([['CustomField:Product2.A__c', { lastModifiedById: DEPLOYER }]]);
    expect(componentStates([object], new Set(['CustomField:Product2.A__c']), properties)[0]?.lastModifiedById).to.equal(
      DEPLOYER
    );
  });

  it('survives a component without a file', () => {
    expect(
      componentStates([aComponent('CustomObject', 'Empty')], new Set(['CustomField:Empty.A__c']), new Map())
    ).to.deep.equal([]);
  });
});

describe('component keys', () => {
  it('sort by type and name, and a key equals itself', () => {
    const a = { type: 'ApexClass', fullName: 'B' };
    const b = { type: 'ApexClass', fullName: 'C' };
    expect([compareKeys(a, b), compareKeys(b, a), compareKeys(a, { ...a })]).to.deep.equal([-1, 1, 0]);
  });
});
