import { expect } from 'chai';
import { keyText, type ComponentKey } from '../../../../src/metadata/component.js';
import { notGiven } from '../../../../src/plan/components/notRead.js';

const A: ComponentKey = { type: 'ApexClass', fullName: 'A' };
const OBJECT: ComponentKey = { type: 'CustomObject', fullName: 'X__c' };
const FIELD: ComponentKey = { type: 'CustomField', fullName: 'X__c.Y__c' };

describe('a component that was asked for and not given', () => {
  const doubt = (
    asked: ComponentKey[],
    said: { before?: ComponentKey[]; given?: ComponentKey[]; missing?: ComponentKey[]; listed?: ComponentKey[] }
  ): Record<string, string[]> => {
    const names = (keys: ComponentKey[] = []): Set<string> => new Set(keys.map(keyText));
    const { unread, doubted } = notGiven(
      asked,
      { components: (said.before ?? []).map((key) => ({ ...key, digest: '', paths: [] })) },
      { given: names(said.given), saidMissing: names(said.missing), listed: names(said.listed) }
    );
    return { unread: unread.map(keyText), doubted: doubted.map(keyText) };
  };

  it('is read when it is given', () =>
    expect(doubt([A], { before: [A], given: [A] })).to.deep.equal({ unread: [], doubted: [] }));

  it('is not read where the org does not say that it is gone', () =>
    expect(doubt([A], { before: [A] })).to.deep.equal({ unread: ['ApexClass:A'], doubted: [] }));

  it('is not read where it is new and listed', () => {
    expect(doubt([A], { listed: [A] }).unread).to.deep.equal(['ApexClass:A']);
    expect(doubt([A], { listed: [A], missing: [A] }).unread).to.deep.equal(['ApexClass:A']);
  });

  it('takes a second witness where it was there before', () =>
    expect(doubt([A], { before: [A], missing: [A] })).to.deep.equal({ unread: [], doubted: ['ApexClass:A'] }));

  it('is as before where it was absent and the org says that it still is', () =>
    expect(doubt([A], { missing: [A] })).to.deep.equal({ unread: [], doubted: [] }));

  it('is gone with its container, or when that is given without it', () => {
    const asked = [OBJECT, FIELD];
    expect(doubt(asked, { before: asked, missing: [OBJECT] }).unread).to.deep.equal([]);
    expect(doubt(asked, { before: asked, given: [OBJECT] })).to.deep.equal({ unread: [], doubted: [keyText(FIELD)] });
    expect(doubt(asked, { before: asked }).unread).to.deep.equal(asked.map(keyText));
  });
});
