import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalXml, type Canonical } from '../../../src/model/canonicalXml.js';
import { commonParts, diffCanonical } from '../../../src/model/diffCanonical.js';
import { diffLines } from '../../../src/model/diffLines.js';

const diff = (before: string, after: string): string[] =>
  diffCanonical(canonicalXml(`<X>${before}</X>`), canonicalXml(`<X>${after}</X>`)).map(
    (change) => `${change.path}: ${change.before} -> ${change.after}`
  );
const rule = (name: string, label: string): string => `<rules><name>${name}</name><label>${label}</label></rules>`;

describe('two elements of metadata, property by property', () => {
  it('names what came, what went and what changed, and where', () => {
    expect(diff('<label>A</label><length>4</length>', '<label>B</label><help>H</help>')).to.deep.equal([
      'help: null -> H',
      'label: A -> B',
      'length: 4 -> null',
    ]);
  });

  it('knows siblings by their name, not by their place, and says when the order changed', () => {
    expect(diff(rule('a', '1') + rule('b', '2'), rule('b', '2') + rule('c', '3') + rule('a', '9'))).to.deep.equal([
      'order of rules: a, b -> b, a',
      'rules[a].label: 1 -> 9',
      'rules[c]: null -> label: 3, name: c',
    ]);
  });

  it('pairs nameless siblings so that one in the middle does not change all that follow', () => {
    const item = (text: string): string => `<item><a>${text}</a></item>`;
    expect(diff(item('1') + item('2') + item('3'), item('1') + item('9') + item('2') + item('3'))).to.deep.equal([
      'item[2]: null -> a: 9',
    ]);
  });

  it('sees text that became elements, and attributes', () => {
    expect(diff('<v>1</v>', '<v><w>1</w></v>')).to.deep.equal(['v: 1 -> w: 1']);
    expect(diff('<v nil="true"></v>', '<v></v>')).to.deep.equal(['v@: nil="true" -> ']);
  });

  it('finds nothing exactly where the canonical forms are the same', () => {
    const name = fc.constantFrom('a', 'b', 'name', 'field', 'rules');
    const tree: fc.Arbitrary<string> = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.tuple(name, fc.constantFrom('', '1', '2')).map(([tag, text]) => `<${tag}>${text}</${tag}>`),
        fc
          .tuple(name, fc.array(tie('node') as fc.Arbitrary<string>, { maxLength: 4 }))
          .map(([tag, children]) => `<${tag}>${children.join('')}</${tag}>`)
      ),
    })).node;
    const parse = (nodes: readonly string[]): Canonical => canonicalXml(`<X>${nodes.join('')}</X>`);
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 4 }), fc.array(tree, { maxLength: 4 }), (one, other) => {
        const [before, after] = [parse(one), parse(other)];
        expect(diffCanonical(before, after).length === 0).to.equal(JSON.stringify(before) === JSON.stringify(after));
      }),
      { numRuns: 500 }
    );
  });
});

describe('two texts line by line', () => {
  it('pairs as many lines as can be, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c')), fc.array(fc.constantFrom('a', 'b', 'c')), (one, other) => {
        const pairs = commonParts(one, other);
        let [i, j] = [-1, -1];
        for (const [left, right] of pairs) {
          expect([one[left], left > i, right > j]).to.deep.equal([other[right], true, true]);
          [i, j] = [left, right];
        }
      })
    );
    expect(commonParts(['a', 'b', 'c', 'd'], ['b', 'x', 'd'])).to.deep.equal([
      [1, 0],
      [3, 2],
    ]);
  });

  it('shows the lines around each change once, and counts', () => {
    const before = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12'];
    const after = before.map((line) => (line === '2' ? 'two' : line)).concat('13');
    expect(diffLines(before.join('\r\n'), after.join('\n'))).to.deep.equal({
      added: 2,
      removed: 1,
      hunks: [
        { before: 1, after: 1, lines: [' 1', '-2', '+two', ' 3', ' 4'] },
        { before: 11, after: 11, lines: [' 11', ' 12', '+13'] },
      ],
    });
    expect(diffLines('a\n', 'a\r\n').hunks).to.deep.equal([]);
  });
});
