import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Tally } from '../../test/support/faults/part.js';

export type Question =
  | { readonly what: 'total'; readonly part: string }
  | { readonly what: 'play'; readonly part: string; readonly first: number; readonly count: number }
  /** The time its processor has spent so far, that of the processes it started included. */
  | { readonly what: 'time' };
export type Asked = Question & { readonly id: number };
export interface Answer {
  readonly id: number;
  readonly total?: number;
  readonly tally?: Tally;
  readonly cpuSeconds?: number;
  /** The process could not answer. */
  readonly broke?: string;
}

interface Worker {
  readonly child: ChildProcess;
  readonly waiting: Map<number, (answer: Answer) => void>;
}

/** Processes that load everything once and answer one question after the other, each as many at once as it is given. */
export class Pool {
  private readonly workers: Worker[];
  private nextId = 1;
  private closed = false;

  public constructor(processes: number) {
    this.workers = Array.from({ length: processes }, (_unused, at) => this.started(at));
  }

  /** The answer of the process that has least to do. */
  public async ask(question: Question): Promise<Answer> {
    return this.asked(
      this.workers.reduce((least, each) => (each.waiting.size < least.waiting.size ? each : least)),
      question
    );
  }

  /** Seconds that the processors of all processes have spent so far. */
  public async cpuSeconds(): Promise<number> {
    const answers = await Promise.all(this.workers.map((worker) => this.asked(worker, { what: 'time' })));
    return answers.reduce((sum, { cpuSeconds = 0 }) => sum + cpuSeconds, 0);
  }

  public close(): void {
    this.closed = true;
    for (const { child } of this.workers) child.disconnect();
  }

  private async asked({ child, waiting }: Worker, question: Question): Promise<Answer> {
    const id = this.nextId;
    this.nextId += 1;
    const answer = await new Promise<Answer>((resolve) => {
      waiting.set(id, resolve);
      child.send({ ...question, id } satisfies Asked, (error) => {
        if (error) resolve({ id, broke: error.message });
      });
    });
    waiting.delete(id);
    return answer;
  }

  /** A process that ends is a failure of what it was asked; another takes its place. */
  private started(at: number): Worker {
    const child = fork(fileURLToPath(new URL('worker.ts', import.meta.url)));
    const waiting: Worker['waiting'] = new Map();
    child.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer));
    child.once('exit', (code, signal) => {
      if (!this.closed) this.workers[at] = this.started(at);
      for (const [id, tell] of waiting) tell({ id, broke: `a process ended with ${signal ?? `code ${code}`}` });
    });
    return { child, waiting };
  }
}
