import { expect } from 'chai';
import { accessFile, profileLeftovers, withoutEntries, withoutRows } from '../../../src/metadata/accessFile.js';
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
    const type = (visible: boolean): string =>
      `<recordTypeVisibilities><default>false</default><recordType>A.B</recordType><visible>${visible}</visible></recordTypeVisibilities>`;
    expect(seen(`<label>A</label>${type(false)}`)).to.deep.equal(seen('<label>A</label>'));
    expect(seen(`<label>A</label>${type(true)}`)).to.not.deep.equal(seen('<label>A</label>'));
    expect(withoutRows('Layout', layout)).to.equal(layout);
  });

  it('take log-in hours away that a profile got since, and name what cannot be taken away', () => {
    const hours = '<loginHours><mondayEnd>1020</mondayEnd><mondayStart>480</mondayStart></loginHours>';
    const range = (start: string): string =>
      `<loginIpRanges><endAddress>10.0.0.9</endAddress><startAddress>${start}</startAddress></loginIpRanges>`;
    const layout = (name: string): string => `<layoutAssignments><layout>${name}</layout></layoutAssignments>`;
    const before = file('Profile', '<custom>true</custom>');
    expect(accessFile('Profile', before, file('Profile', `<custom>true</custom>${hours}`))).to.match(
      /<loginHours><\/loginHours>|<loginHours\/>/
    );
    expect(accessFile('Profile', file('Profile', hours), file('Profile', hours.replace('480', '0')))).to.include('480');
    const more = (body: string, now: string): string[] => profileLeftovers(file('Profile', body), file('Profile', now));
    expect(more(range('10.0.0.1'), range('10.0.0.1'))).to.deep.equal([]);
    expect(more('', `${range('10.0.0.1')}${range('10.0.0.2')}${layout('A-One')}`)).to.deep.equal([
      'log-in IP ranges',
      'page layout assignments',
    ]);
    // Another layout in the place of one goes back by the deployment.
    expect(more(layout('A-One'), layout('A-Two'))).to.deep.equal([]);
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
