import { expect } from 'chai';
import fc from 'fast-check';
import { clip, columns, plural, wrap } from '../../../src/report/table.js';

const word = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,30}$/);
const words = fc.array(word, { minLength: 1, maxLength: 20 }).map((list) => list.join(' '));
const width = fc.integer({ min: 60, max: 140 });

describe('text for a terminal', () => {
  it('is clipped to the width, with a sign that something is missing', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 60 }), (text, room) => {
        const clipped = clip(text, room);
        expect(clipped.length).to.be.at.most(room);
        if (text.length <= room) expect(clipped).to.equal(text);
        else if (room > 1) expect(clipped).to.equal(`${text.slice(0, room - 1)}…`);
      })
    );
  });

  it('is broken at blanks: no line wider than the width, no word lost or broken', () => {
    fc.assert(
      fc.property(words, width, fc.constantFrom('', '  ', '    '), (text, room, indent) => {
        const lines = wrap(text, room, indent);
        expect(lines.every((line) => line.length <= room && line.startsWith(indent))).to.equal(true);
        expect(lines.map((line) => line.slice(indent.length)).join(' ')).to.equal(text);
        for (const [at, line] of lines.slice(0, -1).entries()) {
          const next = (lines[at + 1] ?? '').trim().split(' ')[0] ?? '';
          expect(line.length + 1 + next.length).to.be.greaterThan(room);
        }
      })
    );
  });

  it('keeps an unbreakable word whole', () => {
    expect(wrap(`a ${'x'.repeat(90)} b`, 80)).to.deep.equal(['a', 'x'.repeat(90), 'b']);
    expect(wrap('x'.repeat(90), 80, '  ')).to.deep.equal([`  ${'x'.repeat(90)}`]);
    expect(wrap('', 80)).to.deep.equal([]);
    expect(wrap('a\n  b\tc', 80, '  ')).to.deep.equal(['  a b c']);
  });

  it('counts in words', () => {
    expect([
      plural(0, 'row'),
      plural(1, 'row'),
      plural(2, 'row'),
      plural(12_345, 'row'),
      plural(2, 'child', 'children'),
    ]).to.deep.equal(['0 rows', '1 row', '2 rows', '12,345 rows', '2 children']);
  });
});

describe('columns', () => {
  it('never grow wider than the terminal, whatever stands in them', () => {
    const rows = fc
      .integer({ min: 1, max: 4 })
      .chain((count) =>
        fc.array(fc.array(fc.string({ maxLength: 120 }), { minLength: count, maxLength: count }), { maxLength: 6 })
      );
    fc.assert(
      fc.property(rows, width, (list, room) => {
        const lines = columns(list, room);
        expect(lines).to.have.lengthOf(list.length);
        for (const line of lines) expect(line.length, line).to.be.at.most(room);
      })
    );
  });

  it('are as wide as their content and stand below each other', () => {
    expect(
      columns(
        [
          ['s001', 'Pricing', 'restore'],
          ['s002', 'A', 'delete'],
        ],
        80
      )
    ).to.deep.equal(['  s001  Pricing  restore', '  s002  A        delete']);
  });

  it('give the last one what is left', () => {
    expect(columns([['s001', 'x'.repeat(100)]], 20)).to.deep.equal([`  s001  ${'x'.repeat(11)}…`]);
  });

  it('end without blanks, also where a cell is missing', () =>
    expect(columns([['s001', ''], ['s002'], ['s003', 'd']], 80)).to.deep.equal(['  s001', '  s002', '  s003  d']));

  it('of nothing are nothing', () => expect(columns([], 80)).to.deep.equal([]));
});
