import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Tally } from '../../test/support/faults/part.js';

type Question =
  | { readonly what: 'total'; readonly part: string }
  | { readonly what: 'play'; readonly part: string; readonly first: number; readonly count: number };
export type Asked = Question & { readonly id: number };
export interface Answer {
  readonly id: number;
  readonly total?: number;
  readonly tally?: Tally;
  readonly cpuSeconds?: number;
  /** The process could not answer. */
  readonly broke?: string;
}

/** Processes that load everything once and answer one question after the other, each as many at once as it is given. */
export class Pool {
  private readonly workers: ReadonlyArray<{ readonly child: ChildProcess; busy: number }>;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private nextId = 1;

  public constructor(processes: number) {
    const script = fileURLToPath(new URL('worker.ts', import.meta.url));
    this.workers = Array.from({ length: processes }, () => {
      const child = fork(script);
      child.on('message', (answer: Answer) => this.waiting.get(answer.id)?.(answer));
      child.once('exit', (code) => {
        for (const [id, tell] of this.waiting) tell({ id, broke: `a process ended with code ${code}` });
      });
      return { child, busy: 0 };
    });
  }

  /** The answer of the process that has least to do. */
  public async ask(question: Question): Promise<Answer> {
    const worker = this.workers.reduce((least, each) => (each.busy < least.busy ? each : least));
    const id = this.nextId;
    this.nextId += 1;
    worker.busy += 1;
    const answer = await new Promise<Answer>((resolve) => {
      this.waiting.set(id, resolve);
      worker.child.send({ ...question, id } satisfies Asked);
    });
    this.waiting.delete(id);
    worker.busy -= 1;
    return answer;
  }

  public close(): void {
    for (const { child } of this.workers) child.disconnect();
  }
}
