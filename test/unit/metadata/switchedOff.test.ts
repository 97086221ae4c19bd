import { expect } from 'chai';
import type { RetrievedComponent } from '../../../src/metadata/component.js';
import { digestOff, isOff, switchedOff } from '../../../src/metadata/switchedOff.js';

const NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"';
const component = (type: string, fullName: string, path: string, xml: string): RetrievedComponent => ({
  type,
  fullName,
  files: [{ path, content: Buffer.from(xml) }],
});
const OBJECT = component(
  'CustomObject',
  'Account',
  'objects/Account.object',
  `<CustomObject ${NS}><recordTypes><fullName>Trade</fullName><active>true</active><label>R &amp; D</label></recordTypes><recordTypes><fullName>Own</fullName><active>true</active><label>Own</label></recordTypes></CustomObject>`
);
const TRADE = { type: 'RecordType', fullName: 'Account.Trade' };
const textOf = (each: RetrievedComponent | undefined): string => each?.files[0]?.content.toString() ?? '';

describe('a component that cannot be deleted, switched off', () => {
  it('is changed in nothing else, and its neighbours are not', () => {
    const text = textOf(switchedOff([OBJECT], TRADE));
    expect(text.match(/<active>false</g)).to.have.length(1);
    expect(text.match(/<active>true</g)).to.have.length(1);
    expect(text).to.include('R &amp; D');
    expect(text.indexOf('<active>false')).to.be.lessThan(text.indexOf('<fullName>Own'));
  });

  it('is known to be so, and has the digest it then has', () => {
    const off = switchedOff([OBJECT], TRADE) as RetrievedComponent;
    expect([isOff([OBJECT], TRADE), isOff([off], TRADE)]).to.deep.equal([false, true]);
    expect(digestOff([OBJECT], TRADE)).to.equal(digestOff([off], TRADE));
  });

  it('with a file of its own: the element is set, or added', () => {
    const site = (inner: string): RetrievedComponent =>
      component('CustomSite', 'Help', 'sites/Help.site', `<CustomSite ${NS}>${inner}</CustomSite>`);
    const help = { type: 'CustomSite', fullName: 'Help' };
    for (const inner of ['<active>true</active><masterLabel>Help</masterLabel>', '<masterLabel>Help</masterLabel>'])
      expect(textOf(switchedOff([site(inner)], help)).replace(/\s*\n\s*/g, '')).to.include(
        '<active>false</active><masterLabel>Help</masterLabel>'
      );
  });

  it('is not made up where its type has no switch, or it was not read', () => {
    expect(switchedOff([], TRADE)).to.equal(undefined);
    expect(switchedOff([OBJECT], { type: 'RecordType', fullName: 'Account.Gone' })).to.equal(undefined);
    expect(switchedOff([OBJECT], { type: 'CustomObject', fullName: 'Account' })).to.equal(undefined);
  });
});
