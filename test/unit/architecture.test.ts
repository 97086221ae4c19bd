import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import ts from 'typescript';

/**
 * The shape of src/, as data. A new room or a new dependency between rooms is a decision: change the table here,
 * in the same commit, and say why.
 */

const KINDS = ['flow', 'metadata', 'permissions', 'records'];
const PORTS = ['org/ports', 'store/ports'];

/** Each room with the rooms it may import from (always also from itself). */
const ROOMS: Record<string, { readonly mayImport: readonly string[] | 'anything'; readonly pure?: true }> = {
  // Shared words.
  model: { mayImport: [], pure: true },
  // What identity, equality and difference mean for each kind. They do not know each other.
  flow: { mayImport: ['model'], pure: true },
  metadata: { mayImport: ['model'], pure: true },
  permissions: { mayImport: ['model'], pure: true },
  records: { mayImport: ['model'], pure: true },
  // What the tool asks of an org and of a disk, in domain words.
  'org/ports': { mayImport: ['model', ...KINDS] },
  'store/ports': { mayImport: ['model'] },
  // Value to value: change set to plan, rules about a validation.
  plan: { mayImport: ['model', ...KINDS, ...PORTS, 'snapshot'], pure: true },
  'validate/rules': { mayImport: ['model', ...KINDS, ...PORTS, 'snapshot', 'plan'], pure: true },
  // Value to text: the last to know.
  report: {
    mayImport: [
      'model',
      ...KINDS,
      ...PORTS,
      'snapshot',
      'plan',
      'apply',
      'validate',
      'inventory',
      'compare',
      'preflight',
    ],
    pure: true,
  },
  // The sequences of awaits. They see an org and a disk through ports only.
  snapshot: { mayImport: ['model', ...KINDS, ...PORTS] },
  'plan (reading)': { mayImport: ['model', ...KINDS, ...PORTS, 'snapshot', 'plan'] },
  // It opens the plans it applies.
  apply: { mayImport: ['model', ...KINDS, ...PORTS, 'snapshot', 'plan', 'plan (reading)'] },
  validate: {
    mayImport: ['model', ...KINDS, ...PORTS, 'snapshot', 'plan', 'plan (reading)', 'apply', 'validate/rules'],
  },
  // What a store holds and how it stands: it reads what all the others wrote.
  inventory: {
    mayImport: ['model', ...KINDS, ...PORTS, 'snapshot', 'plan', 'plan (reading)', 'apply', 'validate'],
  },
  // How one state became another, read the way a plan reads it.
  compare: {
    mayImport: ['model', ...KINDS, ...PORTS, 'snapshot', 'plan', 'plan (reading)', 'apply'],
  },
  // Whether the commands would work: it looks at what each of them looks at first.
  preflight: {
    mayImport: ['model', ...KINDS, ...PORTS, 'snapshot', 'plan', 'plan (reading)', 'apply', 'validate', 'inventory'],
  },
  // Adapters: the only rooms that know an API or a file system. Nobody but `cli` imports them.
  org: { mayImport: ['model', ...KINDS, 'org/ports'] },
  store: { mayImport: ['model', 'store/ports'] },
  // Wiring, flags, prompts; and the commands, which are menus.
  cli: { mayImport: 'anything' },
  commands: {
    mayImport: [
      'model',
      ...KINDS,
      ...PORTS,
      'cli',
      'snapshot',
      'plan',
      'plan (reading)',
      'apply',
      'validate',
      'inventory',
      'compare',
      'preflight',
      'report',
    ],
  },
  // The types other programs may use.
  index: { mayImport: 'anything' },
};

/** Files of a pure room that are sequences of awaits, by name. */
const READING = /^plan\/(?:\w+\/)?(make|read)[A-Z]\w*\.ts$/;

/** Libraries that only some rooms may touch; everything else in package.json is free for all. */
const LIBRARIES: ReadonlyArray<{ readonly name: RegExp; readonly rooms: readonly string[] }> = [
  { name: /^(@jsforce\/jsforce-node|undici)(\/|$)/, rooms: ['org'] },
  { name: /^@salesforce\/source-deploy-retrieve(\/|$)/, rooms: ['org', 'cli'] },
  { name: /^@salesforce\/core(\/|$)/, rooms: ['org', 'cli', 'commands'] },
  { name: /^(@salesforce\/sf-plugins-core|@oclif\/[\w-]+)(\/|$)/, rooms: ['cli', 'commands'] },
  { name: /^node:(fs|fs\/promises)$/, rooms: ['store', 'cli'] },
  { name: /^node:(https?|http2|net|tls|dgram|dns|child_process|worker_threads)(\/|$)/, rooms: ['org', 'cli'] },
];

/** What a pure room never does: wait, look at the clock, or roll dice. */
function impurity(node: ts.Node): string | undefined {
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return 'await';
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return 'new Date()';
  if (ts.isCallExpression(node)) {
    const callee = node.expression.getText();
    if (['Date.now', 'Date', 'performance.now', 'Math.random', 'randomUUID', 'randomBytes'].includes(callee))
      return `${callee}()`;
  }
  if (ts.isPropertyAccessExpression(node) && node.getText() === 'process.env') return 'process.env';
  return undefined;
}

/** Longer files are printed, not refused: a long exhaustive table is fine. */
const LONG_FILE_LINES = 400;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => read(path.split(sep).join('/')));

interface SourceFile {
  /** Relative to src/, with slashes. */
  readonly path: string;
  readonly room: string;
  readonly lines: number;
  readonly imports: readonly string[];
  readonly impurities: readonly string[];
}

function read(path: string): SourceFile {
  const text = readFileSync(join(ROOT, 'src', path), 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const impurities: string[] = [];
  const visit = (node: ts.Node): void => {
    const found = impurity(node);
    if (found) impurities.push(`${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${found}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return {
    path,
    room: roomOf(path),
    lines: text.split('\n').length - 1,
    imports: ts.preProcessFile(text, true, true).importedFiles.map((imported) => imported.fileName),
    impurities,
  };
}

function roomOf(path: string): string {
  if (READING.test(path)) return 'plan (reading)';
  const ports = /^(org|store)\/ports(?:\w*\.ts$|\/)/.exec(path);
  if (ports) return `${ports[1]}/ports`;
  if (path.startsWith('validate/rules/')) return 'validate/rules';
  return (path.split('/')[0] as string).replace(/\.ts$/, '');
}

/** The file of src/ that an import names; undefined for libraries. */
function target(file: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.normalize(posix.join(dirname(file.path), specifier)).replace(/\.js$/, '.ts');
}

const dependencies = files.flatMap((file) =>
  file.imports.flatMap((specifier) => {
    const path = target(file, specifier);
    return path === undefined || roomOf(path) === file.room ? [] : [{ from: file, to: roomOf(path), path }];
  })
);

describe('the shape of src/', () => {
  it('has only rooms that the table knows', () => {
    expect([...new Set(files.map(({ room }) => room))].filter((room) => !ROOMS[room])).to.deep.equal([]);
  });

  it('lets each room import only from the rooms below it', () => {
    const wrong = dependencies.filter(({ from, to }) => {
      const allowed = ROOMS[from.room]?.mayImport ?? [];
      return allowed !== 'anything' && !allowed.includes(to);
    });
    expect(wrong.map(({ from, path }) => `${from.path} imports ${path}`)).to.deep.equal([]);
  });

  it('has no cycle between rooms', () => {
    const edges = new Map<string, Set<string>>();
    for (const { from, to } of dependencies) edges.set(from.room, (edges.get(from.room) ?? new Set()).add(to));
    expect(firstCycle(edges)).to.equal(undefined);
  });

  it('keeps waiting, the clock and chance out of the pure rooms', () => {
    const wrong = files.filter(({ room }) => ROOMS[room]?.pure).flatMap(({ impurities }) => impurities);
    expect(wrong).to.deep.equal([]);
  });

  it('keeps each library in the rooms that may know it', () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .filter((specifier) => LIBRARIES.some(({ name, rooms }) => name.test(specifier) && !rooms.includes(file.room)))
        .map((specifier) => `${file.path} imports ${specifier}`)
    );
    expect(wrong).to.deep.equal([]);
  });

  it('uses only libraries that package.json declares', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: object };
    const known = new Set([...Object.keys(manifest.dependencies), ...builtinModules.map((name) => `node:${name}`)]);
    const wrong = files.flatMap((file) =>
      file.imports
        .filter((specifier) => !specifier.startsWith('.'))
        .filter((specifier) => !known.has(specifier) && !known.has(packageOf(specifier)))
        .map((specifier) => `${file.path} imports ${specifier}`)
    );
    expect(wrong).to.deep.equal([]);
  });

  it('names the files that have grown long', () => {
    for (const { path, lines } of files.filter((file) => file.lines > LONG_FILE_LINES)) {
      console.warn(`    ${relative('.', join('src', path))} has ${lines} lines: is it still one idea?`);
    }
  });
});

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Some cycle, as `a → b → a`; undefined when there is none. */
function firstCycle(edges: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  const done = new Set<string>();
  const walk = (room: string, trail: readonly string[]): string | undefined => {
    if (trail.includes(room)) return [...trail.slice(trail.indexOf(room)), room].join(' → ');
    if (done.has(room)) return undefined;
    for (const next of edges.get(room) ?? []) {
      const cycle = walk(next, [...trail, room]);
      if (cycle) return cycle;
    }
    done.add(room);
    return undefined;
  };
  for (const room of edges.keys()) {
    const cycle = walk(room, []);
    if (cycle) return cycle;
  }
  return undefined;
}
