import { parse } from 'csv-parse/sync';
import { parseConfig } from '../../../src/cli/config/parseConfig.js';
import { Refusal } from '../../../src/model/refusal.js';
import { readJournal } from '../../../src/apply/journal/journal.js';
import { itemSchema, planSchema } from '../../../src/plan/planFormat.js';
import { parseRecord, RecordSplitter } from '../../../src/records/csvRecords.js';
import { parseJson } from '../../../src/snapshot/jsonFile.js';
import { snapshotSchema } from '../../../src/snapshot/snapshotSchemas.js';
import { Dice } from '../dice.js';
import { FaultWorld } from './faultWorld.js';
import { parseStoreId, type StoreId } from '../../../src/model/ids.js';
import { Counter, type Part, type Tally } from './part.js';

/** A parse takes this long at most, whatever it is given. */
const LONGEST_MS = 2_000;

const PIECES = [
  '"',
  '""',
  ',',
  '\n',
  '\r\n',
  '\r',
  '',
  'é',
  '\u2028',
  '{',
  '}',
  '[',
  ']',
  'null',
  '"__proto__":{"polluted":1},',
  '1e999',
  '\\u0000',
  '../',
  '-0',
];

/** The text with a few pieces cut out, doubled, swapped or put in. */
function mutated(text: string, dice: Dice, pieces: readonly string[] = PIECES): string {
  let result = text;
  for (let n = dice.between(1, 4); n > 0; n -= 1) {
    const at = dice.below(result.length + 1);
    const length = dice.between(0, 12);
    const rest = result.slice(at + (dice.chance(0.5) ? length : 0));
    result = `${result.slice(0, at)}${dice.chance(0.3) ? result.slice(at, at + length) : dice.one(pieces)}${rest}`;
  }
  return result;
}

function randomCsv(dice: Dice): string {
  const cell = (): string => {
    const text = Array.from({ length: dice.below(6) }, () => dice.one(['a', 'b', '"', ',', '\n', 'é', ' '])).join('');
    return `"${text.replace(/"/g, '""')}"`;
  };
  const columns = dice.between(1, 4);
  const rows = Array.from({ length: dice.between(0, 5) }, () => Array.from({ length: columns }, cell).join(','));
  return rows.map((row) => `${row}\n`).join('');
}

/** Both readers of CSV on the same bytes, in chunks cut anywhere: the same rows, or both refuse. */
function csvDifference(text: string, dice: Dice): string | undefined {
  let theirs: string[][] | undefined;
  try {
    theirs = parse(text, { relax_column_count: true, skip_empty_lines: true, record_delimiter: ['\n', '\r\n'] });
  } catch {
    theirs = undefined;
  }
  let ours: string[][] | undefined = [];
  try {
    const rows = ours;
    const splitter = new RecordSplitter((record) => rows.push(parseRecord(record)));
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) {
      const next = at + dice.between(1, 9);
      splitter.push(bytes.subarray(at, next));
      at = next;
    }
    if (!splitter.end()) ours = undefined;
  } catch {
    ours = undefined;
  }
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return undefined;
  return `${JSON.stringify(text)}\n  ours ${JSON.stringify(ours)}\n  csv-parse ${JSON.stringify(theirs)}`;
}

/** A configuration is read, or refused with the place of everything that is wrong in it. */
function configProblem(text: string): string | undefined {
  try {
    parseConfig(text, 'rollback.yml');
  } catch (error) {
    if (!(error instanceof Refusal)) return `it broke: ${(error as Error).stack ?? String(error)}\n${text}`;
  }
  return ({} as { polluted?: unknown }).polluted === undefined ? undefined : 'a prototype was reached';
}

interface Texts {
  readonly snapshot: string;
  readonly plan: string;
  readonly item: string;
  readonly journal: string;
}

/** Parts of a `rollback.yml` that say all it can say: each is a whole file, and short, for there are many to read. */
const CONFIGS = [
  `version: 1
scope:
  metadata: [ApexClass, 'CustomField:Product2.Origin__c']
  flows: [Quote_Set_Discount_Tier]
  records:
    - cpq
    - "Account:Type = 'Customer'"
`,
  `version: 1
conflicts:
  default: restore
  resolve:
    - record:Product2:*=keep
`,
  `version: 1
datasets:
  coffee:
    objects:
      - object: Blend__c
        where: Active__c = true
    softReferences:
      Blend__c: [Recipe__c]
    deactivate:
      Blend__c: { field: Active__c, value: false }
`,
];
/** What means something in YAML and nothing elsewhere. */
const YAML_PIECES = [
  '  ',
  '- ',
  ': ',
  '&a ',
  '*a',
  '<<: *a',
  '!!binary ',
  '| \n',
  '? ',
  '# ',
  '---\n',
  '__proto__: 1\n',
];

let texts: Promise<Texts> | undefined;

/** Files as the commands write them. */
function theTexts(): Promise<Texts> {
  texts ??= (async () => {
    const world = await FaultWorld.start('in process');
    const snapshot = await world.snapshot();
    await world.badRelease();
    const plan = await world.plan(snapshot);
    const run = await world.apply(plan);
    const open = (kind: 'plans' | 'runs' | 'snapshots', id: string) =>
      world.store.open(kind, parseStoreId(id) as StoreId);
    const planFolder = await open('plans', plan.id);
    const items = (await planFolder.list('steps')).filter((path) => path.endsWith('.ndjson'));
    return {
      snapshot: String(await (await open('snapshots', snapshot.id)).read('snapshot.json')),
      plan: String(await planFolder.read('plan.json')),
      item: String(await planFolder.read(items[0] as string)).split('\n')[0] ?? '',
      journal: String(await (await open('runs', run.runId)).read('journal.ndjson')),
    };
  })();
  return texts;
}

type Parser = keyof Texts | 'config' | 'csv' | 'csvFree';

/** What a parser makes of one mutated input: a problem, or nothing. */
async function tryOne(parser: Parser, dice: Dice): Promise<string | undefined> {
  if (parser === 'csv') return csvDifference(randomCsv(dice), dice);
  if (parser === 'csvFree') {
    // What is no CSV at all: any verdict will do, but it has to come.
    const splitter = new RecordSplitter((record) => {
      try {
        parseRecord(record);
      } catch (error) {
        if (error instanceof TypeError || error instanceof RangeError) throw error;
      }
    });
    splitter.push(Buffer.from(mutated(randomCsv(dice), dice)));
    splitter.end();
    return undefined;
  }
  if (parser === 'config') return configProblem(mutated(dice.one(CONFIGS), dice, [...PIECES, ...YAML_PIECES]));
  const original = (await theTexts())[parser];
  const text = mutated(original, dice);
  if (parser === 'journal') {
    const was = readJournal(original);
    const reading = readJournal(text);
    if (reading.kind === 'edited' || was.kind === 'edited') return undefined;
    // What is taken for whole is the beginning of what was written, line for line.
    const same = reading.entries.every((entry, at) => JSON.stringify(entry) === JSON.stringify(was.entries[at]));
    return same ? undefined : `a journal that was edited is read as whole: ${JSON.stringify(text.slice(-300))}`;
  }
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    return error instanceof SyntaxError ? undefined : `${parser} broke: ${String(error)}`;
  }
  const schema = parser === 'snapshot' ? snapshotSchema : parser === 'plan' ? planSchema : itemSchema;
  schema.safeParse(value);
  return ({} as { polluted?: unknown }).polluted === undefined ? undefined : 'a prototype was reached';
}

/** Mutated inputs for one parser: no crash, no hang, no difference. */
export function mutations(parser: Parser, count: number, seed: number): Part {
  return {
    title: `mutated inputs for the parser of ${parser === 'csvFree' ? 'CSV, whatever comes' : parser}`,
    asked: count.toLocaleString('en-US'),
    total: () => Promise.resolve(count),
    async play(first: number, cases: number): Promise<Tally> {
      const counter = new Counter();
      for (let at = first; at < first + cases; at += 1) {
        const started = performance.now();
        let problem: string | undefined;
        try {
          problem = await tryOne(parser, new Dice(seed + at));
        } catch (error) {
          problem = `it broke: ${(error as Error).stack ?? String(error)}`;
        }
        if (performance.now() - started > LONGEST_MS) problem ??= 'it took too long';
        if (problem) counter.failures.push(`seed ${seed + at}: ${problem}`);
      }
      counter.saw('inputs', cases);
      return counter;
    },
  };
}
