import { Dice } from '../dice.js';
import { Counter, type Part, type Tally } from './part.js';
import { trialOf, type Parser, type Verdict } from './trials.js';

/** A parse takes this long at most, whatever it is given. */
const LONGEST_MS = 2_000;

/** Mutated inputs for one parser: no crash, no hang, no difference. */
export function mutations(parser: Parser, count: number, seed: number): Part {
  return {
    title: `mutated inputs for the parser of ${parser === 'csvFree' ? 'CSV, whatever comes' : parser}`,
    asked: count.toLocaleString('en-US'),
    total: () => Promise.resolve(count),
    async play(first: number, cases: number): Promise<Tally> {
      const trial = await trialOf(parser);
      const counter = new Counter();
      for (let at = first; at < first + cases; at += 1) {
        const started = performance.now();
        let verdict: Verdict;
        try {
          verdict = await trial(new Dice(seed + at));
        } catch (error) {
          verdict = { seen: 'broke', problem: `it broke: ${(error as Error).stack ?? String(error)}` };
        }
        counter.saw(verdict.seen);
        const slow = performance.now() - started > LONGEST_MS ? 'it took too long' : undefined;
        const problem = verdict.problem ?? slow;
        if (problem !== undefined) counter.failed(at, `mutant of seed ${seed + at}`, [problem]);
      }
      return counter;
    },
  };
}
