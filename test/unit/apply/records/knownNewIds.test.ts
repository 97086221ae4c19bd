import { expect } from 'chai';
import { newIdsFor, type Renewal } from '../../../../src/apply/records/knownNewIds.js';

const A = '01t5g0000000001AAA';
const B = '01t5g0000000002AAA';
const C = '01t5g0000000003AAA';
const ORG = '00D5g00000Cup01EAB';

const at = (minute: number): string => `2026-11-21T12:${String(minute).padStart(2, '0')}:00.000Z`;
const snapshot = (minute: number, undoOf?: string): Parameters<typeof newIdsFor>[0] => ({
  snapshotId: `taken-${minute}`,
  orgId: ORG,
  takenAt: at(minute),
  ...(undoOf === undefined ? {} : { undoOf }),
});
const renewal = (minute: number, old: string, fresh: string, run: Partial<Renewal['run']> = {}): Renewal => ({
  run: { runId: `run-${minute}`, orgId: ORG, snapshotId: 'another', ...run },
  ...{ old, fresh, at: at(minute) },
});
const idsFor = (...args: Parameters<typeof newIdsFor>): string[] =>
  [...newIdsFor(...args)].map(([old, fresh]) => `${old.slice(14, 15)}${fresh.slice(14, 15)}`).sort();

describe('what the rows of a snapshot are called now', () => {
  it('counts every run that gave a new Id since, back to whatever snapshot', () => {
    expect(idsFor(snapshot(1), [renewal(5, A, B)])).to.deep.equal(['12']);
    expect(idsFor(snapshot(5), [renewal(5, A, B)]), 'in the same second').to.deep.equal(['12']);
  });

  it('leaves alone what a later snapshot holds: it has the new Ids, and text with an old one is as it was', () => {
    expect(idsFor(snapshot(9), [renewal(5, A, B)])).to.deep.equal([]);
  });

  it('counts no run of another org', () => {
    expect(idsFor(snapshot(1), [renewal(5, A, B, { orgId: '00D5g00000Cup02EAB' })])).to.deep.equal([]);
  });

  it('calls a row that came back twice by its last Id', () => {
    const renewals = [renewal(5, A, B), renewal(8, B, C)];
    expect(idsFor(snapshot(1), renewals)).to.deep.equal(['13', '23']);
    expect(idsFor(snapshot(6), renewals), 'taken in between').to.deep.equal(['23']);
    expect(idsFor(snapshot(1), renewals.toReversed()), 'in whatever order they are read').to.deep.equal(['13', '23']);
  });

  it('knows the one in between also where an older plan named the row by its first Id', () => {
    const renewals = [renewal(5, A, B), renewal(8, A, C)];
    expect(idsFor(snapshot(1), renewals)).to.deep.equal(['13', '23']);
    expect(idsFor(snapshot(6), renewals)).to.include('23');
  });

  it('takes a run for no part of its own undo point, and every run that took it back for one', () => {
    const undone = renewal(5, A, B);
    expect(idsFor(snapshot(4, 'run-5'), [undone])).to.deep.equal([]);
    expect(idsFor(snapshot(4, 'run-5'), [undone, renewal(8, B, C, { undoes: 'run-5' })])).to.deep.equal(['23']);
  });

  it('does not go round in a circle', () => {
    expect(newIdsFor(snapshot(1), [renewal(5, A, B), renewal(6, B, A)]).size).to.be.above(0);
  });

  it('of a snapshot that cannot be read counts runs that went back to it', () => {
    const target = { snapshotId: 'another' };
    expect(idsFor(target, [renewal(5, A, B), renewal(6, B, C, { snapshotId: 'a third' })])).to.deep.equal(['12']);
  });
});
