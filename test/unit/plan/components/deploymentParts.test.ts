import { expect } from 'chai';
import fc from 'fast-check';
import { deploymentParts, type DeployUnit } from '../../../../src/plan/components/deploymentParts.js';

const LIMITS = { files: 10_000, zipBytes: 39_000_000, bytes: 400_000_000 };
/** `package.xml` and two manifests of deletions. */
const MANIFESTS = 3;
const most = (files: number): typeof LIMITS => ({ ...LIMITS, files: files + MANIFESTS });
const unit = (name: string, uses: readonly number[] = [], size: Partial<DeployUnit> = {}): DeployUnit => ({
  steps: [name],
  files: 1,
  zipBytes: 1,
  bytes: 1,
  uses,
  ...size,
});

describe('a way back in several deployments', () => {
  it('is one deployment where all of it fits', () => {
    expect(deploymentParts([unit('a'), unit('b', [0]), unit('c')], most(3)).parts).to.deep.equal([[0, 1, 2]]);
  });

  it('keeps together what has to do with each other, as far as it fits', () => {
    const units = [unit('a'), unit('b', [3]), unit('c'), unit('d')];
    expect(deploymentParts(units, most(2)).parts).to.deep.equal([
      [0, 2],
      [1, 3],
    ]);
  });

  it('puts what is used before what uses it where they do not fit together', () => {
    const chain = [unit('layout', [1]), unit('field', [2]), unit('object')];
    expect(deploymentParts(chain, most(1)).parts).to.deep.equal([[2], [1], [0]]);
    expect(deploymentParts(chain, most(2)).parts).to.deep.equal([[1, 2], [0]]);
  });

  it('never tears a circle apart, and says when that is too much', () => {
    const circle = [unit('a', [1]), unit('b', [0]), unit('c', [0])];
    expect(deploymentParts(circle, most(2))).to.deep.equal({ parts: [[0, 1], [2]], tooMuch: [] });
    expect(deploymentParts(circle, most(1))).to.deep.equal({ parts: [[0, 1], [2]], tooMuch: [0, 1] });
  });

  it('counts files, the zip and what it unpacks to', () => {
    for (const size of [{ files: 6_000 }, { zipBytes: 20_000_000 }, { bytes: 201_000_000 }])
      expect(deploymentParts([unit('a', [], size), unit('b', [], size)], LIMITS).parts).to.deep.equal([[0], [1]]);
  });

  it('loses nothing, exceeds no limit it can keep, and goes from used to using, whatever uses what', () => {
    const world = fc
      .array(fc.record({ files: fc.integer({ min: 1, max: 3 }), uses: fc.array(fc.nat(19), { maxLength: 3 }) }), {
        minLength: 1,
        maxLength: 20,
      })
      .map((list) =>
        list.map(({ files, uses }, at) =>
          unit(
            String(at),
            uses.filter((used) => used < list.length && used !== at),
            { files }
          )
        )
      );
    fc.assert(
      fc.property(world, fc.integer({ min: 3, max: 12 }), (units, files) => {
        const { parts, tooMuch } = deploymentParts(units, most(files));
        expect(parts.flat().sort((a, b) => a - b)).to.deep.equal([...units.keys()]);
        const partOf = new Map(parts.flatMap((part, at) => part.map((place) => [place, at] as const)));
        for (const part of parts) {
          const used = part.reduce((total, place) => total + (units[place]?.files ?? 0), 0);
          if (!part.some((place) => tooMuch.includes(place))) expect(used).to.be.at.most(files);
        }
        for (const [place, { uses }] of units.entries())
          for (const other of uses) expect(partOf.get(other)).to.be.at.most(partOf.get(place) as number);
      }),
      { numRuns: 300 }
    );
  });
});
