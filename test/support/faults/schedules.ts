import { Dice } from '../dice.js';
import { FAULTS, playSchedule, reference, type Played, type Schedule } from './faultCase.js';
import { COMMANDS, type Command, type Fault, type Way } from './faultWorld.js';
import { Counter, type Part, type Tally } from './part.js';

/** 3 to 10 faults anywhere on the way from the snapshot to the validation. */
export function randomSchedule(seed: number, requests: Readonly<Record<Command, number>>): Schedule {
  const dice = new Dice(seed);
  const faults = new Map(COMMANDS.map((command) => [command, new Map<number, Fault>()]));
  const all = COMMANDS.flatMap((command) =>
    // Repeated requests make a way longer than it is in peace.
    Array.from({ length: requests[command] + 5 }, (_, at) => ({ command, at: at + 1 }))
  );
  for (const { command, at } of dice.some(all, dice.between(3, 10))) faults.get(command)?.set(at, dice.one(FAULTS));
  return Object.fromEntries(faults);
}

export function tallied(counter: Counter, played: Played, at: number, what: string): void {
  counter.saw('cases');
  counter.saw('faults met', played.hit);
  for (const { command, end, how } of played.ends) counter.saw(`${command}: ${end}${how ? ` (${how})` : ''}`);
  counter.failed(at, what, played.problems);
}

export function schedules(way: Way, count: number, firstSeed: number): Part {
  return {
    title: `random schedules of 3 to 10 faults, ${way}`,
    asked: count.toLocaleString('en-US'),
    ...(way === 'over HTTP' ? { atOnce: 4 } : {}),
    total: () => Promise.resolve(count),
    async play(first: number, cases: number): Promise<Tally> {
      const { requests } = await reference();
      const counter = new Counter();
      for (let at = first; at < first + cases; at += 1) {
        const schedule = randomSchedule(firstSeed + at, requests);
        tallied(counter, await playSchedule(way, schedule), at, `schedule of seed ${firstSeed + at}, ${way}`);
      }
      return counter;
    },
  };
}
