import { expect } from 'chai';
import fc from 'fast-check';
import {
  chain,
  GENESIS,
  isUnfinished,
  readJournal,
  runState,
  type JournalEntry,
  type RunState,
  type RunStatus,
} from '../../../../src/apply/journal/journal.js';
import { OUTCOMES } from '../../../../src/model/operation.js';

const at = '2026-11-21T06:31:00.000Z';
const OPENED: JournalEntry = {
  kind: 'runOpened',
  at,
  runId: 'run',
  planId: 'plan',
  planDigest: 'digest',
  snapshotId: 'snapshot',
  orgId: '00D000000000062EAA',
  username: 'olga@example.com',
};

const step = fc.constantFrom('s001', 's002', 's003');
const entry: fc.Arbitrary<JournalEntry> = fc.oneof(
  fc.record({ kind: fc.constant('stepIntended' as const), at: fc.constant(at), step }),
  fc.record({
    kind: fc.constant('jobCreated' as const),
    at: fc.constant(at),
    step,
    job: fc.stringMatching(/^750[0-9]{3}$/),
    what: fc.constantFrom('ingest' as const, 'deploy' as const, 'validation' as const),
  }),
  fc.record({
    kind: fc.constant('stepSettled' as const),
    at: fc.constant(at),
    step,
    counts: fc.dictionary(fc.constantFrom(...OUTCOMES), fc.nat(9)),
    outcomes: fc.constant('outcomes/s001.ndjson'),
  }),
  fc.record({
    kind: fc.constant('switchOff' as const),
    at: fc.constant(at),
    name: fc.constantFrom('CPQ triggers', 'é "漢"\n'),
    by: fc.constant('operator' as const),
  }),
  fc.record({
    kind: fc.constant('switchBack' as const),
    at: fc.constant(at),
    name: fc.constantFrom('CPQ triggers', 'é "漢"\n'),
    how: fc.constant('reminded' as const),
  }),
  fc.record({
    kind: fc.constant('runClosed' as const),
    at: fc.constant(at),
    status: fc.constantFrom('succeeded' as const, 'partial' as const),
  })
);
const entries = fc.array(entry, { maxLength: 8 }).map((list) => [OPENED, ...list]);

function linesOf(list: readonly JournalEntry[]): string[] {
  let hash = GENESIS;
  return list.map((each, n) => {
    const line = chain(hash, n, each);
    hash = line.hash;
    return JSON.stringify(line);
  });
}

function textOf(list: readonly JournalEntry[]): string {
  return linesOf(list)
    .map((line) => `${line}\n`)
    .join('');
}

describe('a journal', () => {
  it('is torn in its last line without a line break, or with zeros in it; whatever else is no line was edited', () => {
    const text = textOf([OPENED, { kind: 'stepIntended', at: OPENED.at, step: 's001' }]);
    const last = text.indexOf('\n') + 1;
    const kindOf = (changed: string): string => readJournal(changed).kind;
    expect(kindOf(text.slice(0, -1))).to.equal('whole');
    expect(kindOf(`${text.slice(0, last)}${'\0'.repeat(8)}${text.slice(last + 8)}`)).to.equal('whole');
    expect(kindOf(`${text.slice(0, last)}x${text.slice(last + 1)}`)).to.equal('edited');
    // Two lines that lost the break between them are not one torn line.
    expect(kindOf(`${text.slice(0, last - 1)}K${text.slice(last)}`)).to.equal('edited');
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const reading = readJournal(textOf(list));
        const last = JSON.parse(linesOf(list).at(-1) as string) as { hash: string };
        expect(reading).to.deep.equal({ kind: 'whole', entries: list, lastHash: last.hash, droppedTail: false });
      })
    );
  });

  it('that is empty holds nothing, and begins where the chain begins', () => {
    expect(readJournal('')).to.deep.equal({ kind: 'whole', entries: [], lastHash: GENESIS, droppedTail: false });
  });

  it('cut anywhere recovers to the lines that were whole', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (list, where) => {
        const text = textOf(list);
        const cut = text.slice(0, where % (text.length + 1));
        const whole = cut.split('\n').length - 1;
        const reading = readJournal(cut);
        expect(reading.kind).to.equal('whole');
        if (reading.kind !== 'whole') return;
        expect(reading.entries).to.deep.equal(list.slice(0, whole));
        expect(reading.droppedTail).to.equal(!(cut === '' || cut.endsWith('\n')));
        expect(reading.lastHash).to.equal(
          whole === 0 ? GENESIS : (JSON.parse(linesOf(list)[whole - 1] as string) as { hash: string }).hash
        );
      }),
      { numRuns: 200 }
    );
  });

  it('goes on after a cut as if nothing had been lost', () => {
    fc.assert(
      fc.property(entries, entry, (list, next) => {
        const reading = readJournal(textOf(list));
        if (reading.kind !== 'whole') throw new Error('damaged');
        const text = `${textOf(list)}${JSON.stringify(chain(reading.lastHash, reading.entries.length, next))}\n`;
        expect(readJournal(text)).to.deep.include({ kind: 'whole', entries: [...list, next] });
      })
    );
  });

  it('shows an edit of any entry, by its line', () => {
    fc.assert(
      fc.property(entries, fc.nat(), entry, (list, where, other) => {
        const n = where % list.length;
        fc.pre(JSON.stringify(list[n]) !== JSON.stringify(other));
        const lines = linesOf(list);
        lines[n] = JSON.stringify({ ...(JSON.parse(lines[n] as string) as object), entry: other });
        expect(readJournal(`${lines.join('\n')}\n`)).to.deep.equal({ kind: 'edited', line: n + 1 });
      })
    );
  });

  it('shows an edit of any character: what it reads was written, or it says so', () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.constantFrom(...'0a"}{,: \\x'), (list, where, character) => {
        const text = textOf(list);
        const place = where % text.length;
        fc.pre(text[place] !== '\n');
        const reading = readJournal(text.slice(0, place) + character + text.slice(place + 1));
        if (reading.kind === 'edited') {
          expect(reading.line).to.equal(text.slice(0, place).split('\n').length);
          return;
        }
        // Only a last line that is no line at all may pass for a torn one.
        const lastLine = text.slice(0, place).split('\n').length === list.length;
        expect(reading.entries).to.deep.equal(reading.droppedTail && lastLine ? list.slice(0, -1) : list);
      }),
      { numRuns: 300 }
    );
  });

  it('shows lines that were taken out, added again or changed places', () => {
    const list: JournalEntry[] = [
      OPENED,
      { kind: 'stepIntended', at, step: 's001' },
      { kind: 'stepIntended', at, step: 's002' },
    ];
    const [one = '', two = '', three = ''] = linesOf(list);
    const read = (...lines: readonly string[]): unknown => readJournal(`${lines.join('\n')}\n`);
    expect(read(one, three)).to.deep.equal({ kind: 'edited', line: 2 });
    expect(read(two, three)).to.deep.equal({ kind: 'edited', line: 1 });
    expect(read(one, three, two)).to.deep.equal({ kind: 'edited', line: 2 });
    expect(read(one, two, two)).to.deep.equal({ kind: 'edited', line: 3 });
    expect(read(one, '', two)).to.deep.equal({ kind: 'edited', line: 2 });
    expect(read(one, 'null')).to.deep.equal({ kind: 'edited', line: 2 });
    expect(read(one, two.replace('"n":1', '"n":2'))).to.deep.equal({ kind: 'edited', line: 2 });
  });

  it('does not take the journal of another run for the continuation of this one', () => {
    const mine = linesOf([OPENED]);
    const theirs = linesOf([
      { ...OPENED, runId: 'other' },
      { kind: 'stepIntended', at, step: 's001' },
    ]);
    expect(readJournal(`${mine[0]}\n${theirs[1]}\n`)).to.deep.equal({ kind: 'edited', line: 2 });
  });
});

describe('where a run stands', () => {
  const intended = (name: string): JournalEntry => ({ kind: 'stepIntended', at, step: name });
  const job = (name: string, id: string): JournalEntry => ({
    kind: 'jobCreated',
    at,
    step: name,
    job: id,
    what: 'ingest',
  });
  const settled = (name: string): JournalEntry => ({
    kind: 'stepSettled',
    at,
    step: name,
    counts: { restored: 2 },
    outcomes: `outcomes/${name}.ndjson`,
  });

  it('is unknown without its first line', () => {
    expect(runState([])).to.equal(undefined);
    expect(runState([intended('s001')])).to.equal(undefined);
  });

  it('names the run, the plan, the snapshot, the org and who began it', () => {
    expect(runState([OPENED])).to.deep.equal({
      runId: 'run',
      planId: 'plan',
      planDigest: 'digest',
      snapshotId: 'snapshot',
      orgId: '00D000000000062EAA',
      username: 'olga@example.com',
      openedAt: at,
      steps: new Map(),
      open: [],
      idMap: new Map(),
      inDoubt: new Set(),
      switchesOff: [],
      status: undefined,
    });
  });

  it('keeps a step open from its intention to its settlement, with the jobs that were created for it', () => {
    const state = runState([OPENED, intended('s001'), job('s001', '7501'), job('s001', '7502'), intended('s002')]);
    expect(state?.open).to.deep.equal(['s001', 's002']);
    expect(state?.steps.get('s001')?.jobs).to.deep.equal([
      { job: '7501', what: 'ingest', taken: false },
      { job: '7502', what: 'ingest', taken: false },
    ]);
    const later = runState([OPENED, intended('s001'), job('s001', '7501'), settled('s001')]);
    expect(later?.open).to.deep.equal([]);
    expect(later?.steps.get('s001')?.settled).to.deep.equal({
      counts: { restored: 2 },
      outcomes: 'outcomes/s001.ndjson',
    });
  });

  it('does not lose the jobs of a step that is intended again after a crash', () => {
    const state = runState([OPENED, intended('s001'), job('s001', '7501'), intended('s001')]);
    expect(state?.steps.get('s001')?.jobs).to.have.lengthOf(1);
  });

  it('opens a step again that is intended once more after it was left out', () => {
    expect(runState([OPENED, settled('s001'), intended('s001')])?.open).to.deep.equal(['s001']);
    expect(runState([OPENED, settled('s001'), intended('s001'), settled('s001')])?.open).to.deep.equal([]);
  });

  it('counts a job whose intention was cut off, and knows the new Ids it gave', () => {
    const mapped: JournalEntry = { kind: 'idsMapped', at, step: 's001', job: '7501', pairs: [['old', 'new']] };
    expect(runState([OPENED, job('s001', '7501')])?.open).to.deep.equal(['s001']);
    const state = runState([OPENED, job('s001', '7501'), job('s001', '7502'), mapped]);
    expect(state?.steps.get('s001')?.jobs.map(({ taken }) => taken)).to.deep.equal([true, false]);
    expect([...(state?.idMap ?? [])]).to.deep.equal([['old', 'new']]);
  });

  it('is unfinished when it was cut off, stopped, or has a step of which nobody knows', () => {
    const closed = (status: RunStatus): JournalEntry => ({ kind: 'runClosed', at, status });
    const resumed: JournalEntry = { kind: 'runResumed', at, username: 'olga@example.com' };
    const unfinished = (...more: readonly JournalEntry[]): boolean =>
      isUnfinished(runState([OPENED, ...more]) as RunState);
    expect(unfinished()).to.equal(true);
    expect(unfinished(closed('interrupted'))).to.equal(true);
    expect(unfinished(closed('succeeded'))).to.equal(false);
    expect(unfinished(closed('failed'))).to.equal(false);
    expect(unfinished(intended('s001'), closed('partial'))).to.equal(true);
    expect(unfinished(closed('interrupted'), resumed)).to.equal(true);
    expect(unfinished(closed('interrupted'), resumed, closed('succeeded'))).to.equal(false);
  });

  it('holds a switch that is off until it is back, also after the run was closed', () => {
    const off: JournalEntry = { kind: 'switchOff', at, name: 'CPQ triggers', by: 'operator' };
    const back: JournalEntry = { kind: 'switchBack', at, name: 'CPQ triggers', how: 'reminded' };
    const closed: JournalEntry = { kind: 'runClosed', at, status: 'partial' };
    expect(runState([OPENED, off, closed])?.switchesOff).to.deep.equal(['CPQ triggers']);
    expect(runState([OPENED, off, back, closed])?.switchesOff).to.deep.equal([]);
    expect(runState([OPENED, back, off])?.switchesOff).to.deep.equal(['CPQ triggers']);
    expect(runState([OPENED, off, closed])?.status).to.equal('partial');
    expect(runState([OPENED, off])?.status).to.equal(undefined);
  });

  it('has every step it ever began either open or settled', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const state = runState(list);
        const begun = new Set(list.flatMap((each) => ('step' in each ? [each.step] : [])));
        const done = [...(state?.steps ?? [])].filter(([, { settled: account }]) => account).map(([name]) => name);
        expect([...(state?.open ?? []), ...done]).to.have.members([...begun]);
        expect(list.filter((each) => each.kind === 'runClosed').at(-1)?.status).to.equal(state?.status);
      })
    );
  });
});
