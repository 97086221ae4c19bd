import { markdownTable, medianOf, rounded, withSpread } from './figures.js';
import type { Part } from './part.js';
import { verifyRounds, type VerifyRound } from './verifyRounds.js';

/** How fast the files of a snapshot are checked. */
export const verifyBench: Part<readonly VerifyRound[]> = {
  title: 'Verifying',
  measure({ quick, say }) {
    say('verify');
    return verifyRounds(quick ? 100_000 : 300_000, quick ? 3 : 7);
  },
  tables: (rounds) => [
    markdownTable(
      ['Raw MiB', 'Packed MiB', 'Wall s', 'CPU s', 'Raw MiB/s'],
      [
        [
          rounded(medianOf(rounds, (round) => round.rawMib)),
          rounded(medianOf(rounds, (round) => round.packedMib)),
          withSpread(rounds.map((round) => round.seconds)),
          rounded(medianOf(rounds, (round) => round.cpuSeconds)),
          withSpread(rounds.map((round) => round.rawMib / round.seconds)),
        ],
      ]
    ),
  ],
  goals: (rounds) => [
    {
      what: '`verify`: unpack, count and hash',
      measured: medianOf(rounds, (round) => round.rawMib / round.seconds),
      least: 150,
      unit: ' MiB/s',
    },
  ],
};
