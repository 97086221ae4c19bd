import { expect } from 'chai';
import { readJournal } from '../../../../src/apply/journal/journal.js';
import { RunJournal } from '../../../../src/apply/runContext.js';
import type { StoreId } from '../../../../src/model/ids.js';
import { MemoryStore } from '../../../support/memoryStore.js';

describe('the journal of a run', () => {
  it('holds lines that are appended at the same time whole, in the order asked for', async () => {
    const folder = await new MemoryStore().create('runs', '20261121T053012Z-prod-3f9c1a' as StoreId);
    const journal = RunJournal.begin(folder, { now: () => new Date(0), entropy: () => '' });
    const steps = Array.from({ length: 20 }, (_step, n) => `s${String(n).padStart(3, '0')}`);
    await Promise.all(steps.map((step) => journal.append({ kind: 'stepIntended', step })));
    const reading = readJournal((await folder.read('journal.ndjson')).toString());
    expect(reading.kind === 'whole' && reading.entries.map((entry) => 'step' in entry && entry.step)).to.deep.equal(
      steps
    );
  });
});
