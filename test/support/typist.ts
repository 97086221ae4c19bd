import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { Console } from '../../src/cli/askChoice.js';

export const KEY = { down: '\u001b[B', space: ' ', enter: '\r', ctrlC: '\u0003' } as const;

/**
 * Somebody at a terminal: for each question in turn the keys that are pressed once it is on the screen. `screens` are the
 * questions as they stood then, without colours.
 */
export class Typist {
  public readonly screens: string[] = [];
  public readonly console: Console;

  public constructor(answers: ReadonlyArray<readonly [question: string, keys: readonly string[]]>) {
    const input = new PassThrough();
    const output = new PassThrough();
    // Like a terminal, it does not close when a question has been answered.
    output.end = (): typeof output => output;
    let shown = '';
    const due = [...answers];
    output.on('data', (chunk: Buffer) => {
      shown += stripVTControlCharacters(chunk.toString('utf8'));
      const [next] = due;
      // The line of keys is the last thing a question draws.
      if (!next || !shown.includes(next[0]) || !shown.includes('submit')) return;
      due.shift();
      this.screens.push(shown.slice(shown.lastIndexOf(next[0])));
      shown = '';
      // A prompt listens only a moment after it has drawn itself.
      setTimeout(() => next[1].forEach((key) => input.write(key)), 20);
    });
    this.console = { input, output };
  }
}
