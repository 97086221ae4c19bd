import { FAULTS, playSchedule, reference } from './faultCase.js';
import { COMMANDS, type Way } from './faultWorld.js';
import { Counter, type Part, type Tally } from './part.js';
import { tallied } from './schedules.js';

/** Every fault at every request of every command. */
export function grid(way: Way): Part {
  const cells = async () => {
    const { requests } = await reference();
    return COMMANDS.flatMap((command) =>
      Array.from({ length: requests[command] }, (_, at) =>
        FAULTS.map((fault) => ({ command, at: at + 1, fault }))
      ).flat()
    );
  };
  return {
    title: `each fault at each request of each command, ${way}`,
    asked: 'every request x fault',
    total: async () => (await cells()).length,
    async play(first: number, count: number): Promise<Tally> {
      const counter = new Counter();
      for (const [n, { command, at, fault }] of (await cells()).slice(first, first + count).entries()) {
        const played = await playSchedule(way, { [command]: new Map([[at, fault]]) }, command);
        tallied(counter, played, first + n, `${fault} at request ${at} of ${command}`);
      }
      return counter;
    },
  };
}
