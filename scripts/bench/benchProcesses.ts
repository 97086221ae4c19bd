import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { freshHome, scriptIn, stockSf, type RunResult } from '../../test/e2e/support/stockCli.js';
import type { Asked, OrgShape, Traffic } from './benchTalk.js';
import { rounded } from './figures.js';
import { installPlugin } from './installedPlugin.js';

const BENCH_ORG = fileURLToPath(new URL('benchOrg.ts', import.meta.url));
const USAGE = new URL('usage.mjs', import.meta.url).href;
const SAVE_LOGINS = fileURLToPath(new URL('../../test/e2e/support/saveLogins.ts', import.meta.url));
const TIMEOUT_MS = 30 * 60_000;

/** An org in a process of its own, and a home that is logged in to it and has the plugin installed. */
export class Bench {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    private readonly home: ReturnType<typeof freshHome>,
    public readonly url: string,
    public readonly token: string
  ) {}

  public static async open(shape: OrgShape): Promise<Bench> {
    const child = spawn(process.execPath, ['--import', 'tsx', BENCH_ORG, JSON.stringify(shape)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { url, token, username } = JSON.parse(String((await lines.next()).value)) as Record<string, string>;
    const home = freshHome();
    const place = { home: home.path, cwd: home.path };
    const saved = await scriptIn(place, SAVE_LOGINS).run([], {
      input: JSON.stringify([{ alias: 'bench', username, url, token }]),
    });
    if (saved.code !== 0) throw new Error(saved.stderr);
    installPlugin(home.path);
    return new Bench(child, lines, home, String(url), String(token));
  }

  public async ask<T>(asked: Asked): Promise<T> {
    this.child.stdin?.write(`${JSON.stringify(asked)}\n`);
    return JSON.parse(String((await this.lines.next()).value)) as T;
  }

  /** An empty folder to type commands in. */
  public folder(): string {
    return mkdtempSync(join(this.home.path, 'work-'));
  }

  /** Runs commands of the stock CLI, so many at a time (default: one after the other), and measures them as one. */
  public async measure(folder: string, commands: ReadonlyArray<readonly string[]>, atOnce = 1): Promise<Measured> {
    return this.measureAround(async (usage) => {
      const sf = stockSf({ home: this.home.path, cwd: folder, env: usage });
      const limit = pLimit(atOnce);
      const run = async (typed: readonly string[]): Promise<RunResult> => {
        const result = await sf.run(typed, { timeoutMs: TIMEOUT_MS });
        if (result.code === 0) return result;
        limit.clearQueue();
        throw new Error(`sf ${typed.join(' ')} ended with ${result.code}\n${result.stdout}${result.stderr}`);
      };
      return Promise.all(commands.map((typed) => limit(() => run(typed))));
    });
  }

  /** Runs a script of this repository with Node and measures it. */
  public async measureScript(folder: string, file: URL, args: readonly string[]): Promise<Measured> {
    return this.measureAround(async (env) => {
      const result = await scriptIn({ home: this.home.path, cwd: folder, env }, fileURLToPath(file)).run(args, {
        timeoutMs: TIMEOUT_MS,
      });
      if (result.code !== 0) throw new Error(`${file.pathname} ended with ${result.code}\n${result.stderr}`);
      return [result];
    });
  }

  public async close(): Promise<void> {
    this.child.stdin?.end(`${JSON.stringify({ do: 'close' })}\n`);
    this.child.kill();
    this.home.dispose();
  }

  private async measureAround(
    work: (env: NodeJS.ProcessEnv) => Promise<ReadonlyArray<{ readonly json?: unknown }>>
  ): Promise<Measured> {
    const usage = mkdtempSync(join(tmpdir(), 'rollback-bench-'));
    try {
      await this.ask({ do: 'reset' });
      const from = performance.now();
      const results = await work({ BENCH_USAGE: usage, NODE_OPTIONS: `--import ${USAGE}` });
      const wallMs = performance.now() - from;
      const endedAt = Date.now();
      const traffic = await this.ask<Traffic>({ do: 'traffic' });
      const used = readdirSync(usage).map(
        (file) => JSON.parse(readFileSync(join(usage, file), 'utf8')) as { cpuMs: number; rssMib: number }
      );
      return {
        wallMs,
        onlineMs: traffic.firstAt === 0 ? 0 : endedAt - traffic.firstAt,
        cpuMs: used.reduce((sum, one) => sum + one.cpuMs, 0),
        rssMib: Math.max(...used.map((one) => one.rssMib)),
        requests: traffic.requests,
        polls: traffic.polls,
        guarded: traffic.guarded,
        ofTables: traffic.ofTables,
        bytes: traffic.bytesIn + traffic.bytesOut,
        json: results.at(-1)?.json,
      };
    } finally {
      rmSync(usage, { recursive: true, force: true });
    }
  }
}

export interface Measured {
  readonly wallMs: number;
  /** From the first request to the end: the start of the program is not in it. */
  readonly onlineMs: number;
  readonly cpuMs: number;
  readonly rssMib: number;
  readonly requests: number;
  readonly polls: number;
  readonly guarded: number;
  readonly ofTables: number;
  readonly bytes: number;
  /** What the last command printed with `--json`. */
  readonly json: unknown;
}

/** What of a measurement is kept. */
export type Figures = Omit<Measured, 'json'>;

export function figuresOf({ json: dropped, ...figures }: Measured): Figures {
  void dropped;
  return figures;
}

/** A measurement in a line. */
export function inShort(name: string, one: Figures): string {
  return (
    `  ${name}: ${rounded(one.wallMs / 1000)} s (${rounded(one.onlineMs / 1000)} s from the first request), CPU ${rounded(one.cpuMs / 1000)} s, ` +
    `${rounded(one.rssMib, 0)} MiB, ${one.requests} requests, ${one.polls} polls, ${rounded(one.bytes / 1e6)} MB`
  );
}
