import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout under test. */
export const PLUGIN_ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/[\\/]$/, '');
const STOCK_CLI_ROOT = join(PLUGIN_ROOT, 'test', 'stock-cli');
const STOCK_SF = join(STOCK_CLI_ROOT, 'node_modules', '@salesforce', 'cli', 'bin', 'run.js');
const PLUGIN_BIN = join(PLUGIN_ROOT, 'bin', 'run.js');

const DEFAULT_TIMEOUT_MS = 120_000;
const GRACE_MS = 5_000;

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Written to stdin, which then ends. Without it stdin is empty, so a prompt cannot hang a test. */
  readonly input?: string;
  readonly timeoutMs?: number;
}

export interface RunResult {
  /** 128 + signal number when a signal ended it, as a shell reports it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Stdout parsed, when `--json` was asked for and all of stdout is JSON. Each test knows the shape it asks for. */
  readonly json?: any;
}

/** A command that is still running: for tests that interrupt it. */
export interface Running {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when `text` has appeared on stdout or stderr; rejects when the command ends before. */
  seen(text: string | RegExp): Promise<void>;
  readonly ended: Promise<RunResult>;
}

export interface CommandLine {
  run(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  start(args: readonly string[], options?: RunOptions): Running;
}

export interface StockCli extends CommandLine {
  /** Logs in to a local org with an access token; throws with the CLI's own words when it refuses. */
  login(url: string, token: string, alias: string): Promise<void>;
  /** Makes `sf rollback …` of this checkout known to this home. Installs nothing. */
  linkPlugin(): Promise<void>;
}

export interface Place {
  /** A folder of `freshHome()`: logins, aliases and linked plugins live there. */
  readonly home: string;
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** The version that `test/stock-cli/package.json` pins. */
export function pinnedStockVersion(): string {
  const manifest = JSON.parse(readFileSync(join(STOCK_CLI_ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return manifest.dependencies['@salesforce/cli'] as string;
}

/** True when this checkout has compiled commands. */
export function hasCommands(): boolean {
  return existsSync(join(PLUGIN_ROOT, 'lib', 'commands'));
}

/** An empty folder that is removed by `dispose` (or at the end of an `await using`/`using` block). */
export function freshHome(): { readonly path: string; dispose(): void; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'rollback-e2e-'));
  const dispose = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  return { path, dispose, [Symbol.dispose]: dispose };
}

/** The official CLI, pinned, in a home of its own. */
export function stockSf(place: Place): StockCli {
  if (!existsSync(STOCK_SF)) throw new Error('The stock CLI is not installed; run: npm run test:e2e');
  const cli = commandLine(STOCK_SF, place);
  const orThrow = async (args: readonly string[], options?: RunOptions): Promise<void> => {
    const { code, stdout, stderr } = await cli.run(args, options);
    if (code !== 0) throw new Error(`sf ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
  };
  return {
    ...cli,
    login: (url, token, alias) =>
      orThrow(['org', 'login', 'access-token', '--instance-url', url, '--no-prompt', '--alias', alias], {
        env: { SF_ACCESS_TOKEN: token },
      }),
    // The default would run npm in this checkout, which has its packages already.
    linkPlugin: () => orThrow(['plugins', 'link', PLUGIN_ROOT, '--no-install']),
  };
}

/** This plugin's own `bin/run.js`, without the stock CLI around it: faster, and shares its home with `stockSf`. */
export function rollbackBin(place: Place): CommandLine {
  return commandLine(PLUGIN_BIN, place);
}

/** A script of this checkout as a process, in the same isolated environment. */
export function scriptIn(place: Place, file: string): CommandLine {
  return commandLine(file, place);
}

function commandLine(file: string, place: Place): CommandLine {
  const start = (args: readonly string[], options: RunOptions = {}): Running => {
    const child = spawn(process.execPath, [file, ...args], {
      cwd: options.cwd ?? place.cwd,
      env: { ...isolatedEnv(place.home), ...place.env, ...options.env },
      stdio: 'pipe',
    });
    const output = { stdout: '', stderr: '' };
    const watchers = new Set<() => void>();
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
        for (const look of watchers) look();
      });
    }
    child.stdin.on('error', () => undefined); // A command that reads nothing may be gone before the input is written.
    child.stdin.end(options.input ?? '');

    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
    }, timeoutMs);
    const ended = new Promise<RunResult>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        for (const look of watchers) look();
        if (timedOut) {
          reject(
            new Error(`${args.join(' ')} was still running after ${timeoutMs} ms\n${output.stdout}${output.stderr}`)
          );
          return;
        }
        const json: unknown = args.includes('--json') ? parsed(output.stdout) : undefined;
        resolve({ code: code ?? 128 + signalNumber(signal), ...output, ...(json === undefined ? {} : { json }) });
      });
    });
    ended.catch(() => undefined); // Whoever waits for it sees the error; a test that only kills does not have to.

    return {
      pid: child.pid ?? 0,
      kill: (signal) => void child.kill(signal),
      seen: (text) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            const all = output.stdout + output.stderr;
            if (typeof text === 'string' ? all.includes(text) : text.test(all)) resolve();
            else if (child.exitCode !== null || child.signalCode !== null)
              reject(new Error(`ended without saying ${String(text)}\n${all}`));
            else return;
            watchers.delete(look);
          };
          watchers.add(look);
          look();
        }),
      ended,
    };
  };
  return { start, run: (args, options) => start(args, options).ended };
}

/** This process's environment without anything that would let a run reach the user's own logins, settings or servers. */
function isolatedEnv(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(sf_|sfdx_|force_|xdg_|npm_|oclif_|mocha|node_v8_coverage$|node_env$|node_options$|ts_node)/i.test(name)
  );
  return {
    ...Object.fromEntries(kept),
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    HOME: home,
    USERPROFILE: home,
    LOCALAPPDATA: join(home, 'AppData', 'Local'),
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
    NO_COLOR: '1',
    FORCE_COLOR: '0',
    SF_DISABLE_TELEMETRY: 'true',
    SF_SKIP_NEW_VERSION_CHECK: 'true',
    SF_DISABLE_LOG_FILE: 'true',
    SF_DISABLE_AUTOUPDATE: 'true',
    SF_AUTOUPDATE_DISABLE: 'true',
    SF_DOMAIN_RETRY: '0',
    // Keeps tokens in the home, also where the system has a keychain.
    SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal as string] ?? 0;
}
