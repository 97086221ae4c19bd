import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalXml } from '../../../src/model/canonicalXml.js';
import { keyText } from '../../../src/metadata/component.js';
import { manifestXml } from '../../../src/metadata/manifest.js';
import { shuffled } from '../support/arbitraries.js';

const keys = fc.uniqueArray(
  fc.record({
    type: fc.constantFrom('ApexClass', 'Layout', 'CustomField'),
    fullName: fc.string({ unit: fc.constantFrom(...'AbZ9_-&<>."'), minLength: 1, maxLength: 6 }),
  }),
  { selector: keyText, maxLength: 12 }
);

/** What a manifest names, read back. */
function named(xml: string): string[] {
  const [, , types] = canonicalXml(xml);
  if (typeof types === 'string') return [];
  return types.flatMap(([element, , content]) => {
    if (element !== 'types' || typeof content === 'string') return [];
    const type = content.find(([name]) => name === 'name')?.[2] as string;
    return content.filter(([name]) => name === 'members').map(([, , member]) => `${type}:${member as string}`);
  });
}

describe('a manifest', () => {
  it('looks like the ones the official tools write', () => {
    expect(
      manifestXml(
        [
          { type: 'ApexClass', fullName: 'B' },
          { type: 'ApexClass', fullName: 'A' },
          { type: 'ApexClass', fullName: 'A' },
        ],
        '65.0'
      )
    ).to.equal(
      `<?xml version="1.0" encoding="UTF-8"?>
<Package xmlns="http://soap.sforce.com/2006/04/metadata">
    <types>
        <members>A</members>
        <members>B</members>
        <name>ApexClass</name>
    </types>
    <version>65.0</version>
</Package>
`
    );
  });

  it('names exactly what it was given, also where names hold characters that XML uses', () => {
    fc.assert(
      fc.property(keys, (list) => void expect(named(manifestXml(list, '65.0'))).to.have.members(list.map(keyText))),
      { numRuns: 60 }
    );
  });

  it('has the same bytes whatever order the components come in', () => {
    fc.assert(
      fc.property(
        keys.chain((list) => fc.tuple(fc.constant(list), shuffled(list))),
        ([list, other]) => void expect(manifestXml(other, '65.0')).to.equal(manifestXml(list, '65.0'))
      ),
      { numRuns: 60 }
    );
  });

  it('may be empty but for the version', () => {
    expect(named(manifestXml([], '65.0'))).to.deep.equal([]);
    expect(manifestXml([], '65.0')).to.include('<version>65.0</version>');
  });
});
