import { expect } from 'chai';
import { accessFile, withoutEntries, withoutRows } from '../../../src/metadata/accessFile.js';
import { canonicalXml } from '../../../src/model/canonicalXml.js';

const file = (type: string, body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${type} xmlns="http://soap.sforce.com/2006/04/metadata">${body}</${type}>`;
const field = (name: string): string =>
  `<fieldPermissions><editable>true</editable><field>${name}</field><readable>true</readable></fieldPermissions>`;
const app = (name: string, visible: boolean): string =>
  `<applicationVisibilities><application>${name}</application><default>false</default><visible>${visible}</visible></applicationVisibilities>`;

describe('files of profiles and permission sets', () => {
  it('say the same when only their rows differ', () => {
    const seen = (body: string): unknown => withoutRows('PermissionSet', canonicalXml(file('PermissionSet', body)));
    expect(seen(`<label>A</label>${field('Lead.X__c')}`)).to.deep.equal(seen('<label>A</label>'));
    expect(seen('<label>A</label>')).not.to.deep.equal(seen('<label>B</label>'));
    const layout = canonicalXml(file('Layout', field('Lead.X__c')));
    expect(withoutRows('Layout', layout)).to.equal(layout);
  });

  it('can leave out single rows, by what they are about', () => {
    const all = `<label>A</label><classAccesses><apexClass>X</apexClass><enabled>true</enabled></classAccesses>${field('Lead.X')}${field('Lead.Y')}<permissionSets>X</permissionSets>`;
    const asked: string[] = [];
    const text = withoutEntries('PermissionSet', file('PermissionSet', all), ({ kind, target }) => {
      asked.push(`${kind} ${target}`);
      return target === 'Lead.X' || kind === 'ApexClass';
    });
    expect(asked).to.deep.equal(['ApexClass X', 'Field Lead.X', 'Field Lead.Y', 'Member X']);
    expect(canonicalXml(text)).to.deep.equal(
      canonicalXml(file('PermissionSet', `<label>A</label>${field('Lead.Y')}<permissionSets>X</permissionSets>`))
    );
  });

  it('go back in their settings and keep the rows they have now', () => {
    const before = file('PermissionSet', `${field('Lead.Old__c')}<label>A &amp; B</label>`);
    const now = file(
      'PermissionSet',
      `${app('Sales', true)}${field('Lead.New__c')}<label>C</label>${field('Lead.Newer__c')}`
    );
    expect(canonicalXml(accessFile('PermissionSet', before, now))).to.deep.equal(
      canonicalXml(file('PermissionSet', `${field('Lead.New__c')}${field('Lead.Newer__c')}<label>A &amp; B</label>`))
    );
  });

  it('hold of a profile no rows, what it said of apps, and a no to apps that it got since', () => {
    const before = file('Profile', `${app('Sales', true)}<custom>true</custom>${field('Lead.Old__c')}`);
    const now = file(
      'Profile',
      `${app('Sales', false)}${app('Service', true)}<custom>true</custom>${field('Lead.New__c')}`
    );
    expect(canonicalXml(accessFile('Profile', before, now))).to.deep.equal(
      canonicalXml(file('Profile', `${app('Sales', true)}${app('Service', false)}<custom>true</custom>`))
    );
  });

  it('put elements of one name side by side, as the org wants them', () => {
    const text = accessFile(
      'PermissionSet',
      file('PermissionSet', '<label>A</label>'),
      file(
        'PermissionSet',
        `${field('Lead.A__c')}<userPermissions><enabled>true</enabled><name>X</name></userPermissions>${field('Lead.B__c')}`
      )
    );
    const order = [...text.matchAll(/^ {4}<(\w+)>/gm)].map(([, name]) => name);
    expect(order).to.deep.equal(['fieldPermissions', 'fieldPermissions', 'label', 'userPermissions']);
  });
});
