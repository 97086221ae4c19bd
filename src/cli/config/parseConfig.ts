import { isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { isSelector } from '../../model/selector.js';
import { Refusal } from '../../model/refusal.js';
import { presetNamed, PRESETS } from '../../records/presets/presets.js';
import { parseObjectScope } from '../../snapshot/scope.js';
import { CONFIG_VERSION, configSchema, type Config } from './configSchema.js';
import { problemAt, problemAtName, problemsOf, type KeyPath, type Problem } from './problems.js';
import type { ConfigFile } from './readConfig.js';

/** Reads the text of a configuration. Everything that is wrong is said at once, with its line and key. */
export function parseConfig(text: string, shown: string): Pick<ConfigFile, 'config' | 'refuse'> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'core', stringKeys: true });
  const broken = [...document.errors, ...document.warnings].map(({ message, pos }): Problem => {
    const { line, col } = lines.linePos(pos[0]);
    return { line, column: col, key: '', what: message };
  });
  if (broken.length > 0) throw badConfig(shown, broken);
  const forbidden = prototypeKeys(document, lines);
  if (forbidden.length > 0) throw badConfig(shown, forbidden);
  let raw: unknown;
  try {
    raw = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    throw badConfig(shown, [{ line: 1, column: 1, key: '', what: (error as Error).message }]);
  }
  const version = (raw as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > CONFIG_VERSION)
    throw new Refusal('formatTooNew', { tokens: [shown, version, CONFIG_VERSION] });
  const parsed = configSchema.safeParse(raw, { reportInput: true });
  const problems = parsed.success
    ? meaningless(parsed.data, document, lines)
    : problemsOf(configSchema, parsed.error, document, lines);
  if (!parsed.success || problems.length > 0) throw badConfig(shown, problems);
  return {
    config: parsed.data,
    refuse: (path, what) => badConfig(shown, [problemAt(document, lines, path, what)]),
  };
}

/** A key that would reach for an object's prototype; YAML libraries differ in what they make of it. */
function prototypeKeys(document: Document, lines: LineCounter): Problem[] {
  const found: Problem[] = [];
  visit(document, {
    Pair(_, pair) {
      if (!isScalar(pair.key) || pair.key.value !== '__proto__') return;
      const { line, col } = lines.linePos(pair.key.range?.[0] ?? 0);
      found.push({ line, column: col, key: '__proto__', what: 'this key is not allowed' });
    },
  });
  return found;
}

/** What the form allows and still makes no sense. */
function meaningless(config: Config, document: Document, lines: LineCounter): Problem[] {
  const problems: Problem[] = [];
  const at = (path: KeyPath, what: string): void => void problems.push(problemAt(document, lines, path, what));
  const atName = (path: KeyPath, what: string): void => void problems.push(problemAtName(document, lines, path, what));
  const datasets = Object.entries(config.datasets ?? {});
  for (const [name, dataset] of datasets) {
    if (presetNamed(name)) atName(['datasets', name], 'is the name of a preset');
    const objects = new Map<string, number>();
    dataset.objects.forEach(({ object }, index) => {
      if (objects.has(object)) at(['datasets', name, 'objects', index, 'object'], 'is named twice');
      objects.set(object, index);
    });
    const stranger = 'is not among the objects of the dataset';
    for (const part of ['softReferences', 'twoPass', 'deactivate'] as const)
      for (const object of Object.keys(dataset[part] ?? {}))
        if (!objects.has(object)) atName(['datasets', name, part, object], stranger);
    dataset.customLogic?.forEach((family, index) => {
      for (const part of ['rule', 'condition'] as const)
        if (!objects.has(family[part])) at(['datasets', name, 'customLogic', index, part], stranger);
    });
  }
  const known = [...PRESETS.map((preset) => preset.name), ...datasets.map(([name]) => name)];
  config.scope?.records?.forEach((entry, index) => {
    if (!known.includes(entry) && !parseObjectScope(entry))
      at(
        ['scope', 'records', index],
        `is neither a preset or dataset (${known.join(', ')}) nor OBJECT or OBJECT:WHERE`
      );
  });
  config.conflicts?.resolve?.forEach((entry, index) => {
    if (!isResolution(entry)) at(['conflicts', 'resolve', index], 'must be SELECTOR=keep or SELECTOR=restore');
  });
  return problems;
}

function isResolution(entry: string): boolean {
  const match = /^(.+:.+)=(keep|restore)$/s.exec(entry);
  return match !== null && isSelector(match[1] ?? '');
}

/** What is wrong with a file, each with its place where it has one. */
export function badConfig(shown: string, problems: readonly Problem[]): Refusal {
  const text = problems
    .map(({ line, column, key, what }) => {
      const place = line > 0 ? `line ${line}, column ${column}` : '';
      const subject = [place, key].filter(Boolean).join(', ');
      return subject ? `${subject}: ${what}` : what;
    })
    .join('\n  ');
  return new Refusal('badConfig', { tokens: [shown, text], actionTokens: [shown], data: { file: shown, problems } });
}
