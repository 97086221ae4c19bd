import { expect } from 'chai';
import fc from 'fast-check';
import { keyText, type ComponentsPart } from '../../../src/metadata/component.js';
import { diffComponents } from '../../../src/metadata/diffComponents.js';
import { shuffled } from '../support/arbitraries.js';
import { aState } from '../support/worlds.js';

function part(more: Partial<ComponentsPart>): ComponentsPart {
  return { components: [], absent: [], wholeTypes: [], ...more };
}

describe('components against the baseline', () => {
  it('are changed, deleted, or the same', () => {
    const baseline = part({
      components: [
        aState('ApexClass', 'Changed', '1'),
        aState('ApexClass', 'Gone', '1'),
        aState('ApexClass', 'Same', '1'),
      ],
    });
    const now = [aState('ApexClass', 'Same', '1', { lastModifiedAt: 'later' }), aState('ApexClass', 'Changed', '2')];
    expect(diffComponents(baseline, now).map(({ fullName, kind }) => [fullName, kind])).to.deep.equal([
      ['Changed', 'changed'],
      ['Gone', 'deleted'],
    ]);
  });

  it('are created only where the baseline proves that they were not there', () => {
    const fresh = aState('ApexClass', 'New', '1');
    expect(diffComponents(part({}), [fresh])).to.deep.equal([]);
    expect(diffComponents(part({ absent: [{ type: 'ApexClass', fullName: 'New' }] }), [fresh])[0]).to.include({
      kind: 'created',
      now: fresh,
      baseline: undefined,
    });
    expect(diffComponents(part({ wholeTypes: ['ApexClass'] }), [fresh])[0]?.kind).to.equal('created');
    expect(diffComponents(part({ wholeTypes: ['ApexTrigger'] }), [fresh])).to.deep.equal([]);
  });

  it('hold both sides where both exist', () => {
    const before = aState('ApexClass', 'A', '1');
    const now = aState('ApexClass', 'A', '2');
    expect(diffComponents(part({ components: [before] }), [now])[0]).to.deep.equal({
      type: 'ApexClass',
      fullName: 'A',
      kind: 'changed',
      baseline: before,
      now,
    });
    expect(diffComponents(part({ components: [before] }), [])[0]).to.deep.equal({
      type: 'ApexClass',
      fullName: 'A',
      kind: 'deleted',
      baseline: before,
      now: undefined,
    });
  });

  it('come in the same order whatever order they are read in', () => {
    const states = fc.uniqueArray(
      fc.record({
        type: fc.constantFrom('ApexClass', 'Layout'),
        fullName: fc.constantFrom('A', 'B', 'C', 'D'),
        content: fc.constantFrom('1', '2'),
      }),
      { selector: keyText }
    );
    const world = fc.tuple(states, states).chain(([before, now]) => {
      const sides = [before, now].map((side) =>
        side.map(({ type, fullName, content }) => aState(type, fullName, content))
      );
      return fc.tuple(
        fc.constant(sides[0] ?? []),
        fc.constant(sides[1] ?? []),
        shuffled(sides[0] ?? []),
        shuffled(sides[1] ?? [])
      );
    });
    fc.assert(
      fc.property(world, ([before, now, otherBefore, otherNow]) => {
        const changes = diffComponents(part({ components: before, wholeTypes: ['Layout', 'ApexClass'] }), now);
        expect(
          diffComponents(part({ components: otherBefore, wholeTypes: ['ApexClass', 'Layout'] }), otherNow)
        ).to.deep.equal(changes);
        const same = before.filter((state) =>
          now.some((other) => keyText(other) === keyText(state) && other.digest === state.digest)
        );
        expect(changes).to.have.lengthOf(new Set([...before, ...now].map(keyText)).size - same.length);
      })
    );
  });
});

describe('the members of a container', () => {
  const object = aState('CustomObject', 'Trip__c', 'own');
  const field = aState('CustomField', 'Trip__c.Fee__c', '1');
  const kinds = (baseline: ComponentsPart, now: Parameters<typeof diffComponents>[1]): string[] =>
    diffComponents(baseline, now).map((change) => `${keyText(change)} ${change.kind}`);

  it('that is in scope are created when they were not there', () => {
    expect(kinds(part({ components: [object] }), [object, field])).to.deep.equal([
      'CustomField:Trip__c.Fee__c created',
    ]);
  });

  it('come and go with it', () => {
    expect(kinds(part({ components: [object, field] }), [])).to.deep.equal(['CustomObject:Trip__c deleted']);
    const absent = [
      { type: 'CustomObject', fullName: 'Trip__c' },
      { type: 'CustomField', fullName: 'Trip__c.Fee__c' },
    ];
    expect(kinds(part({ absent }), [object, field])).to.deep.equal(['CustomObject:Trip__c created']);
  });
});
