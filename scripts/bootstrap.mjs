/**
 * The one door to every task of this project: `node scripts/bootstrap.mjs <task> [args]`.
 *
 * A fresh machine needs Node >= 18 and npm, nothing else. Before the task runs, this script installs what the lockfile
 * names (when it is not there yet), builds (when the sources changed) and hands over to the Node the project brings along.
 * It says one line per stage that has something to do, and nothing otherwise.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, 'node_modules');
const BIN = join(MODULES, '.bin');
const CACHE = join(MODULES, '.cache', 'sf-plugin-rollback');
const STOCK_CLI = join(ROOT, 'test', 'stock-cli');
const OLDEST_NODE = [22, 20];

const UNIT_TESTS = ['unit', 'contract', 'loop', 'property'].map((folder) => `test/${folder}/**/*.test.ts`);
const E2E_TESTS = ['test/e2e/**/*.test.ts', 'test/conformance/**/*.test.ts'];

/** What each task needs first, and what it does. */
const TASKS = {
  install: { help: 'install the dependencies', run: async () => 0 },
  build: { help: 'compile src/ to lib/ and write oclif.manifest.json', run: async () => build() },
  check: { help: 'type-check sources, tests and scripts', run: (args) => node(check(args)) },
  lint: { help: 'eslint', run: (args) => node(lint(args)) },
  format: {
    help: 'prettier, writing',
    run: (args) =>
      node([tool('prettier', 'bin/prettier.cjs'), '--write', '--log-level=warn', ...(args.length > 0 ? args : ['.'])]),
  },
  unit: {
    help: 'unit tests (a file or mocha options may follow)',
    run: async (args) => (await mocha('unit', UNIT_TESTS, args)).code,
  },
  e2e: {
    help: 'end-to-end tests with the stock CLI',
    stockCli: true,
    build: true,
    run: async (args) => (await mocha('e2e', E2E_TESTS, args)).code,
  },
  test: { help: 'build, check, lint, all tests, coverage', stockCli: true, run: testEverything },
  demo: {
    help: 'the demo of the README',
    stockCli: true,
    build: true,
    run: (args) => script(['scripts/demo.ts', ...args]),
  },
  bench: {
    help: 'how fast it is, beside what people use today (--quick: in minutes)',
    stockCli: true,
    build: true,
    run: (args) => script(['scripts/bench/bench.ts', ...args]),
  },
  'practice-org': { help: 'start the practice org', run: (args) => script(['test/org/cli.ts', ...args]) },
  run: { help: 'run a script of this project: run <file> [args]', run: (args) => script(args) },
};

function check(args) {
  return [tool('typescript', 'bin/tsc'), '-p', 'tsconfig.check.json', ...args];
}

function lint(args) {
  return [tool('eslint', 'bin/eslint.js'), ...args, ...(args.some((arg) => !arg.startsWith('-')) ? [] : ['.'])];
}

const children = new Set();
main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(error instanceof Stop ? error.message : error);
    process.exit(1);
  }
);

/** An expected end: the message says all there is to say. */
class Stop extends Error {}

async function main([name, ...args]) {
  const task = Object.hasOwn(TASKS, name ?? '') ? TASKS[name] : undefined;
  if (!task) {
    const list = Object.entries(TASKS).map(([task, { help }]) => `  ${task.padEnd(14)}${help}`);
    console.error(['Usage: node scripts/bootstrap.mjs <task> [args]', '', ...list].join('\n'));
    return 2;
  }
  passSignalsOn();
  await install('install', ROOT, ['package-lock.json', 'package.json', 'node-runtime/package.json']);
  if (task.stockCli)
    await install('install the stock Salesforce CLI, pinned', STOCK_CLI, ['package-lock.json', 'package.json']);
  if (task.build) {
    const code = await build();
    if (code !== 0) return code;
  }
  return task.run(args);
}

// --- install ---------------------------------------------------------------------------------------------------------

/** `npm ci` in `folder`, unless what is installed there is already what the lockfile says. */
async function install(title, folder, files) {
  const stampFile = join(folder, 'node_modules', '.bootstrap-stamp');
  const wanted = digest(files.map((file) => join(folder, file)));
  if (readIfThere(stampFile) === wanted) return;
  if (!matchesLockfile(folder)) {
    const done = stage(title);
    const { command, args, options } = npm();
    const { code, output } = await start(
      command,
      // No install script is needed by anything here, so none is run.
      [
        ...args,
        'ci',
        '--ignore-scripts',
        '--include=dev',
        '--include=optional',
        '--engine-strict=false',
        '--no-audit',
        '--no-fund',
      ],
      { ...options, cwd: folder, quiet: true }
    );
    if (code !== 0) {
      process.stderr.write(withoutEngineWarnings(output));
      throw new Stop(`npm ci failed in ${folder} (exit code ${code}).`);
    }
    done();
  }
  writeFileSync(stampFile, wanted);
}

/** True when npm's own record of the folder names the same packages as the lockfile, e.g. after `npm install`. */
function matchesLockfile(folder) {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
    const present = JSON.parse(readFileSync(join(folder, 'node_modules', '.package-lock.json'), 'utf8')).packages;
    const same = (a, b) =>
      JSON.stringify(Object.entries(a ?? {}).sort()) === JSON.stringify(Object.entries(b ?? {}).sort());
    return (
      ['dependencies', 'devDependencies', 'optionalDependencies'].every((kind) =>
        same(manifest[kind], wanted[''][kind])
      ) &&
      Object.entries(wanted).every(([path, entry]) => {
        if (!path.startsWith('node_modules/') || entry.link) return true;
        if (!present[path]) return entry.optional === true && !isForThisMachine(entry);
        return present[path].version === entry.version && existsSync(join(folder, path));
      })
    );
  } catch {
    return false;
  }
}

function isForThisMachine({ os, cpu }) {
  const fits = (list, value) => !list || [list].flat().includes(value);
  return fits(os, process.platform) && fits(cpu, process.arch);
}

/** npm as the user started it; run by the user's own Node, since `npm ci` replaces the one in node_modules. */
function npm() {
  const env = withPath({ ...process.env }, (parts) => parts);
  const { npm_execpath: cli, npm_node_execpath: runtime } = process.env;
  if (cli && /npm-cli\.c?js$/.test(cli)) return { command: runtime ?? process.execPath, args: [cli], options: { env } };
  return { command: 'npm', args: [], options: { env, shell: process.platform === 'win32' } };
}

function withoutEngineWarnings(output) {
  return output.replace(/^npm warn EBADENGINE.*\n/gm, '');
}

// --- build -----------------------------------------------------------------------------------------------------------

/** lib/ and oclif.manifest.json as the sources say; nothing is done when they already are. */
async function build() {
  const manifest = join(ROOT, 'oclif.manifest.json');
  const lib = join(ROOT, 'lib');
  const stampFile = join(CACHE, 'build-stamp');
  const memory = join(CACHE, 'tsc.tsbuildinfo');
  const sources = ['src', 'messages'].flatMap((folder) => filesBelow(join(ROOT, folder)));
  const wanted = digest([
    ...sources,
    ...['tsconfig.json', 'package.json', 'package-lock.json'].map((file) => join(ROOT, file)),
  ]);
  if (existsSync(lib) && existsSync(manifest) && readIfThere(stampFile) === wanted) return 0;

  const done = stage('build');
  mkdirSync(CACHE, { recursive: true });
  if (!existsSync(lib)) rmSync(memory, { force: true });
  const compile = await node(
    [
      tool('typescript', 'bin/tsc'),
      '-p',
      'tsconfig.json',
      '--noEmitOnError',
      '--incremental',
      '--tsBuildInfoFile',
      memory,
    ],
    { quiet: true }
  );
  if (compile.code !== 0) {
    process.stderr.write(compile.output);
    return compile.code;
  }
  removeOrphans(lib);
  rmSync(manifest, { force: true });
  const describe = await node([tool('oclif', 'bin/run.js'), 'manifest'], { quiet: true });
  if (describe.code !== 0 || !existsSync(manifest)) {
    process.stderr.write(describe.output);
    return describe.code || 1;
  }
  writeFileSync(stampFile, wanted);
  done();
  return 0;
}

/** Compiled files whose source is gone: oclif would take them for commands. */
function removeOrphans(lib) {
  for (const file of filesBelow(lib)) {
    const source = file.replace(lib, join(ROOT, 'src')).replace(/(\.d\.ts|\.js)$/, '.ts');
    if (!existsSync(source)) rmSync(file);
  }
}

// --- test ------------------------------------------------------------------------------------------------------------

/**
 * All of it. The last line counts the tests of both runs; a stage that failed without a failing test
 * (compiler, linter, a test file that cannot be loaded) counts as one failure, so "0 failed" always means success.
 */
async function testEverything(args) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const failedStages = [];
  const stageEnded = (name, code) => {
    if (code === 0) return;
    total.failed += 1;
    failedStages.push(name);
  };

  const run = async (name, specs, options) => {
    const { code, counts, output } = await mocha(name, specs, args, options);
    for (const key of Object.keys(total)) total[key] += counts?.[key] ?? 0;
    if (code !== 0 && !counts?.failed) stageEnded(name, code);
    else if (code !== 0) failedStages.push(name);
    return output;
  };

  const built = await build();
  stageEnded('build', built);
  // The end-to-end tests mostly wait for processes, so the rest runs beside them and prints when it is through.
  const beside = (async () => {
    const stages = { check: check([]), lint: lint(['--quiet']) };
    let said = '';
    for (const [name, command] of Object.entries(stages)) {
      const { code, output } = await node(command, { quiet: true });
      said += output;
      stageEnded(name, code);
    }
    const coverage = join(ROOT, 'coverage');
    rmSync(coverage, { recursive: true, force: true });
    said += await run('unit', UNIT_TESTS, { quiet: true, env: { NODE_V8_COVERAGE: join(coverage, 'tmp') } });
    const report = await node([tool('c8', 'bin/c8.js'), 'report'], { quiet: true });
    return said + report.output;
  })();
  // Processes of an old build would prove nothing.
  if (built === 0) await run('e2e', E2E_TESTS);
  process.stdout.write(await beside);

  if (failedStages.length > 0) console.log(`Failed: ${failedStages.join(', ')}`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return failedStages.length > 0 ? 1 : 0;
}

/** One mocha run; `counts` is undefined when mocha did not get as far as running tests. */
async function mocha(name, defaultSpecs, args, { env = {}, quiet = false } = {}) {
  const countsFile = join(CACHE, `${name}-counts.json`);
  mkdirSync(CACHE, { recursive: true });
  rmSync(countsFile, { force: true });
  const specs = args.filter((arg) => arg.endsWith('.ts'));
  const chosen = specs.length > 0 ? specs : defaultSpecs.filter((glob) => existsSync(join(ROOT, glob.split('/**')[0])));
  console.error(`» ${name} tests`);
  const { code, output } = await node(
    [
      tool('mocha', 'bin/mocha.js'),
      // Options are named here and not in .mocharc.json, whose `spec` would be added to the files asked for.
      // Every world of a test warns about its http address; the warnings say nothing else.
      ...[
        '--no-config',
        '--node-option',
        'import=tsx',
        '--node-option',
        'no-warnings',
        '--timeout',
        name === 'e2e' ? '180000' : '30000',
      ],
      ...[
        '--reporter',
        'test/reporter.cjs',
        '--reporter-option',
        `style=${name === 'e2e' ? 'spec' : 'dot'},counts=${countsFile}`,
      ],
      ...args.filter((arg) => !arg.endsWith('.ts')),
      ...chosen,
    ],
    { env, quiet, whole: true }
  );
  const counts = readIfThere(countsFile);
  return { code, output, counts: counts === undefined ? undefined : JSON.parse(counts) };
}

// --- processes -------------------------------------------------------------------------------------------------------

/** The Node that runs the tasks: the one from node_modules, else the current one if it is new enough. */
function runtime() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const own = join(
    MODULES,
    `node-${platform}-${process.arch}`,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node'
  );
  const candidates = [process.env.ROLLBACK_NODE, own].filter((file) => file && existsSync(file));
  const found = candidates.find((file) => spawnSync(file, ['--version'], { stdio: 'ignore' }).status === 0);
  if (found) return found;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return process.execPath;
  throw new Stop(
    `This project needs Node ${OLDEST_NODE.join('.')} or newer and has none to bring along for ${process.platform} ${process.arch}; ` +
      `this is Node ${process.versions.node}. Install Node 24 (nodejs.org) and run the same command again.`
  );
}

let chosenRuntime;
/** Runs Node with `args` in the project's folder. Resolves to the exit code; with `quiet` or `whole` to code and output. */
async function node(args, { quiet = false, whole = false, env = {} } = {}) {
  chosenRuntime ??= runtime();
  const result = await start(chosenRuntime, args, {
    cwd: ROOT,
    quiet,
    env: withPath({ ...process.env, ...env }, (parts) => [BIN, ...parts]),
  });
  return quiet || whole ? result : result.code;
}

/** Runs a script of the project, TypeScript or not. */
function script([file, ...args]) {
  if (!file || !existsSync(join(ROOT, file))) throw new Stop(`No such script: ${file ?? '(none given)'}`);
  return node(['--import', 'tsx', file, ...args]);
}

function start(command, args, { quiet, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    children.add(child);
    let output = '';
    child.stdout?.on('data', (text) => (output += text));
    child.stderr?.on('data', (text) => (output += text));
    child.on('error', (error) => reject(new Stop(`Cannot start ${command}: ${error.message}`)));
    child.on('close', (code, signal) => {
      children.delete(child);
      if (signal) process.exit(128 + (constants.signals[signal] ?? 0));
      resolve({ code, output });
    });
  });
}

/**
 * The task decides how it ends. Ctrl-C on a terminal reaches the child by itself (a second one would mean
 * "stop at once"), so SIGINT is only handed on when there is no terminal.
 */
function passSignalsOn() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (children.size === 0) process.exit(128 + constants.signals[signal]);
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      for (const child of children) child.kill(signal);
    });
  }
}

// --- small things ----------------------------------------------------------------------------------------------------

/** Says on stderr, in one line, what is going on; the function it returns adds the time to that line. */
function stage(title) {
  const from = Date.now();
  const isTerminal = process.stderr.isTTY;
  process.stderr.write(isTerminal ? `» ${title} …` : `» ${title}\n`);
  return () => {
    if (isTerminal) process.stderr.write(` ${((Date.now() - from) / 1000).toFixed(1)} s\n`);
  };
}

function tool(name, file) {
  return join(MODULES, name, file);
}

function digest(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(file.slice(ROOT.length))
      .update('\0')
      .update(readIfThere(file) ?? '')
      .update('\0');
  return hash.digest('hex');
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

/** `env` with its PATH, this project's own node_modules/.bin taken out, as `change` wants it. */
function withPath(env, change) {
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const parts = (env[key] ?? '').split(delimiter).filter((part) => part !== BIN);
  return { ...env, [key]: change(parts).join(delimiter) };
}
