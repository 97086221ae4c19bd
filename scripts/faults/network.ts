/**
 * Faults of the network and the org: each at each request of each command, and random schedules of 3 to 10.
 * FAULTS_SEED is the first seed; FAULTS_PARTS=grid,schedules,http plays some; FAULTS_SHARE=0.1 a tenth.
 */
import { grid } from '../../test/support/faults/grid.js';
import { playParts } from '../../test/support/faults/playParts.js';
import { schedules } from '../../test/support/faults/schedules.js';

const seed = Number(process.env.FAULTS_SEED ?? 1);
await playParts(import.meta.url, {
  grid: grid('in process'),
  schedules: schedules('in process', 10_000, seed),
  http: schedules('over HTTP', 300, seed),
});
