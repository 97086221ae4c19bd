import { expect } from 'chai';
import { diffContent, type ContentFile } from '../../../src/metadata/diffContent.js';

const file = (path: string, content: string | Buffer): ContentFile => ({
  path,
  content: Buffer.from(content as string),
});
const xml = (root: string, content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://soap.sforce.com/2006/04/metadata">${content}</${root}>`;
const field = (name: string, length: number): string =>
  `<fields><fullName>${name}</fullName><length>${length}</length></fields>`;

describe('the content of a component, before and after', () => {
  it('is compared by its own member where the file holds several', () => {
    const path = 'objects/Product2.object';
    const diff = diffContent(
      { type: 'CustomField', fullName: 'Product2.Size__c' },
      [file(path, xml('CustomObject', field('Size__c', 4) + field('Other__c', 4)))],
      [file(path, xml('CustomObject', field('Other__c', 80) + field('Size__c', 8)))]
    );
    expect(diff).to.deep.equal({
      properties: [{ path: 'length', before: '4', after: '8' }],
      texts: [],
      binaries: [],
    });
  });

  it('is compared by line where it is code, and by property beside it', () => {
    const diff = diffContent(
      { type: 'ApexClass', fullName: 'A' },
      [
        file('classes/A.cls', 'one\r\ntwo\r\n'),
        file('classes/A.cls-meta.xml', xml('ApexClass', '<apiVersion>64.0</apiVersion>')),
      ],
      [
        file('classes/A.cls', 'one\n2\n'),
        file('classes/A.cls-meta.xml', xml('ApexClass', '<apiVersion>66.0</apiVersion>')),
      ]
    );
    expect(diff.properties).to.deep.equal([
      { path: 'classes/A.cls-meta.xml: apiVersion', before: '64.0', after: '66.0' },
    ]);
    expect(diff.texts).to.deep.equal([
      {
        path: 'classes/A.cls',
        added: 1,
        removed: 1,
        hunks: [{ before: 1, after: 1, lines: [' one', '-two', '+2', ' '] }],
      },
    ]);
  });

  it('names files that are neither, and files that came or went', () => {
    const key = { type: 'StaticResource', fullName: 'Logo' };
    const bytes = (last: number): Buffer => Buffer.from([0, 1, last]);
    expect(
      diffContent(key, [file('s/Logo.resource', bytes(1))], [file('s/Logo.resource', bytes(2))]).binaries
    ).to.deep.equal(['s/Logo.resource']);
    expect(
      diffContent(key, [file('s/Logo.resource', bytes(1))], [file('s/Logo.resource', bytes(1))]).binaries
    ).to.deep.equal([]);
    const lwc = diffContent(
      { type: 'LightningComponentBundle', fullName: 'x' },
      [file('lwc/x/x.js', 'a')],
      [file('lwc/x/x.js', 'a'), file('lwc/x/y.js', 'b')]
    );
    expect(lwc.texts.map(({ path, added }) => [path, added])).to.deep.equal([['lwc/x/y.js', 1]]);
  });
});
