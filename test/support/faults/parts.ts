import { crashParts } from './crashParts.js';
import { grid } from './grid.js';
import { mutations } from './mutations.js';
import { SEED, type Part } from './part.js';
import { schedules } from './schedules.js';
import { journalBytes, tampering } from './tampering.js';

const INPUTS = 1_000_000;

/** Everything that `npm run test:faults` plays, by group and name. */
export const GROUPS: Readonly<Record<string, Readonly<Record<string, Part>>>> = {
  crashes: crashParts(SEED),
  network: {
    grid: grid('in process'),
    schedules: schedules('in process', 10_000, SEED),
    http: schedules('over HTTP', 300, SEED),
  },
  tampering: {
    bytes: tampering(),
    journalBytes: journalBytes(),
    csv: mutations('csv', INPUTS, SEED),
    csvFree: mutations('csvFree', INPUTS, SEED),
    snapshot: mutations('snapshot', INPUTS, SEED),
    plan: mutations('plan', INPUTS, SEED),
    item: mutations('item', INPUTS, SEED),
    journal: mutations('journal', INPUTS, SEED),
    config: mutations('config', INPUTS, SEED),
  },
};

/** In which they are played: what is quick or says most comes first. */
export const ORDER: readonly string[] = [
  ...[
    'cuts',
    'readOnly',
    'journalBytes',
    'bytes',
    'singles',
    'undo',
    'fullDisk',
    'clock',
    'sideBySide',
    'grid',
    'kills',
    'races',
  ],
  ...['doubles', 'item', 'csv', 'csvFree', 'journal', 'snapshot', 'plan', 'http', 'config', 'schedules'],
];

export const PARTS: Readonly<Record<string, Part>> = Object.assign({}, ...Object.values(GROUPS)) as Record<
  string,
  Part
>;
