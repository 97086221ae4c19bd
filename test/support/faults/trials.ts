import { parse } from 'csv-parse/sync';
import { readJournal } from '../../../src/apply/journal/journal.js';
import { parseConfig } from '../../../src/cli/config/parseConfig.js';
import { digestOf } from '../../../src/model/digest.js';
import type { StoreId } from '../../../src/model/ids.js';
import { parseJson } from '../../../src/model/json.js';
import { Refusal } from '../../../src/model/refusal.js';
import { itemSchema } from '../../../src/plan/planFormat.js';
import { readPlan } from '../../../src/plan/readPlan.js';
import { parseRecord, RecordSplitter } from '../../../src/records/csvRecords.js';
import { readSnapshot } from '../../../src/snapshot/baseline.js';
import { jsonText } from '../../../src/snapshot/jsonFile.js';
import type { StoreFolder } from '../../../src/store/ports.js';
import type { Dice } from '../dice.js';
import { CONFIGS, YAML_PIECES } from './configTexts.js';
import { mutatedText, mutatedValue, PIECES } from './mutants.js';
import { smallWorld } from './smallWorld.js';

/** What a parser made of one mutated input, in a few words that are counted; and what is wrong with that, if anything is. */
export interface Verdict {
  readonly seen: string;
  readonly problem?: string;
}

export type Trial = (dice: Dice) => Verdict | Promise<Verdict>;
export type Parser = 'csv' | 'csvFree' | 'snapshot' | 'plan' | 'item' | 'journal' | 'config';

/** How a parser is tried; it may take a moment to find the files that are mutated. */
export async function trialOf(parser: Parser): Promise<Trial> {
  switch (parser) {
    case 'csv':
      return triedCsv;
    case 'csvFree':
      return triedNoCsv;
    case 'config':
      return triedConfig;
    case 'item':
      return triedItem((await smallWorld()).items);
    case 'journal':
      return triedJournal((await smallWorld()).journal);
    case 'snapshot': {
      const { id, text } = (await smallWorld()).snapshotFile;
      return triedFile(id, 'snapshot.json', text, readSnapshot);
    }
    case 'plan': {
      const { id, text } = (await smallWorld()).planFile;
      return triedFile(id, 'plan.json', text, readPlan);
    }
  }
}

/** A cell in one of the ways in which CSV can be written. */
function cell(dice: Dice): string {
  const text = Array.from({ length: dice.below(6) }, () => dice.one(['a', 'b', '"', ',', '\n', '\r\n', 'é', ' '])).join(
    ''
  );
  if (dice.chance(0.3) && !/[",\r\n]/.test(text)) return text;
  return `"${text.replace(/"/g, '""')}"`;
}

function randomCsv(dice: Dice): string {
  const columns = dice.between(1, 4);
  let text = '';
  for (let rows = dice.between(0, 5); rows > 0; rows -= 1) {
    text += Array.from({ length: columns }, () => cell(dice)).join(',');
    // The last line break may be missing, and there may be empty lines.
    if (rows > 1 || dice.chance(0.7)) text += dice.one(['\n', '\n', '\r\n', '\n\n', '\r\n\r\n']);
  }
  // Cut off anywhere, but not in the middle of a line break.
  return dice.chance(0.2) ? text.slice(0, dice.below(text.length + 1)).replace(/\r$/, '') : text;
}

/** Both readers of CSV on the same bytes, in chunks cut anywhere: the same rows, or both refuse. */
function triedCsv(dice: Dice): Verdict {
  const text = randomCsv(dice);
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
  const seen = ours === undefined ? 'refused by both' : 'the same rows';
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return { seen };
  const problem = `${JSON.stringify(text)}\n  ours ${JSON.stringify(ours)}\n  csv-parse ${JSON.stringify(theirs)}`;
  return { seen: 'different', problem };
}

/** What is no CSV at all: any verdict will do, but it has to come. */
function triedNoCsv(dice: Dice): Verdict {
  let refused = 0;
  const splitter = new RecordSplitter((record) => {
    try {
      parseRecord(record);
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) throw error;
      refused += 1;
    }
  });
  splitter.push(Buffer.from(mutatedText(randomCsv(dice), dice)));
  const whole = splitter.end();
  return { seen: refused > 0 ? 'a row was refused' : whole ? 'rows' : 'a quote is open' };
}

/** A configuration is read, or refused with the place of everything that is wrong in it. */
function triedConfig(dice: Dice): Verdict {
  const text = mutatedText(dice.one(CONFIGS), dice, [...PIECES, ...YAML_PIECES]);
  try {
    parseConfig(text, 'rollback.yml');
    return { seen: 'taken', ...untouched() };
  } catch (error) {
    if (error instanceof Refusal) return { seen: 'refused', ...untouched() };
    return { seen: 'broke', problem: `it broke: ${(error as Error).stack ?? String(error)}\n${text}` };
  }
}

/** A row of a plan: what is taken is taken whole, as it stands there. */
function triedItem(items: readonly string[]): Trial {
  return (dice) => {
    const original = dice.one(items);
    const text = dice.chance(0.5)
      ? mutatedText(original, dice)
      : String(JSON.stringify(mutatedValue(JSON.parse(original), dice)));
    let value: unknown;
    try {
      value = parseJson(text);
    } catch (error) {
      if (error instanceof SyntaxError) return { seen: 'refused: no JSON' };
      throw error;
    }
    const { success } = itemSchema.safeParse(value);
    return { seen: success ? 'taken' : 'refused: form', ...untouched() };
  };
}

/** What is taken for whole is the beginning of what was written, entry by entry. */
function triedJournal(original: string): Trial {
  const was = readJournal(original);
  const known = was.kind === 'whole' ? was.entries.map((entry) => JSON.stringify(entry)) : [];
  const lines = original.split('\n').slice(0, -1);
  const inOneLine = (dice: Dice): string => {
    const at = dice.below(lines.length);
    const line = String(JSON.stringify(mutatedValue(JSON.parse(lines[at] as string), dice)));
    return `${[...lines.slice(0, at), line, ...lines.slice(at + 1)].join('\n')}\n`;
  };
  return (dice) => {
    const text = dice.chance(0.5) ? mutatedText(original, dice) : inOneLine(dice);
    if (text === original) return { seen: 'as it was' };
    const reading = readJournal(text);
    if (reading.kind === 'edited') return { seen: 'refused: edited' };
    const same = reading.entries.every((entry, at) => JSON.stringify(entry) === known[at]);
    if (same) return { seen: reading.entries.length < known.length ? 'a tail was dropped' : 'the same entries' };
    return {
      seen: 'taken',
      problem: `a journal that was edited is read as whole: ${JSON.stringify(text.slice(-300))}`,
    };
  };
}

/**
 * `snapshot.json` or `plan.json`, mutated as text and as JSON, half of the latter with a digest that fits again: read as the
 * commands read it, it is refused with a reason, unless it is what was written, or was forged whole.
 */
function triedFile(
  id: StoreId,
  path: string,
  original: string,
  read: (folder: StoreFolder) => Promise<unknown>
): Trial {
  return async (dice) => {
    let forged = false;
    let text: string;
    if (dice.chance(0.7)) text = mutatedText(original, dice);
    else {
      let value = mutatedValue(JSON.parse(original), dice);
      forged = dice.chance(0.5) && typeof value === 'object' && value !== null && !Array.isArray(value);
      if (forged) {
        const { digest: _old, ...body } = value as Record<string, unknown>;
        value = { ...body, digest: digestOf(body) };
      }
      text = jsonText(value);
    }
    let taken: unknown;
    try {
      taken = await read(folderOf(id, path, text));
    } catch (error) {
      if (error instanceof Refusal) return { seen: `refused: ${reasonOf(error)}`, ...untouched() };
      return { seen: 'broke', problem: `it broke: ${(error as Error).stack ?? String(error)}` };
    }
    if (text === original) return { seen: 'taken: as it was' };
    if (forged) return { seen: 'taken: forged whole' };
    // Keys of an object that stand in another order say the same.
    if (digestOf(taken) === digestOf(JSON.parse(original))) return { seen: 'taken: the same in another order' };
    return { seen: 'taken', problem: `${path} was changed and is taken: ${JSON.stringify(text.slice(0, 2_000))}` };
  };
}

/** A folder with one file, as far as it is read. */
function folderOf(id: StoreId, path: string, text: string): StoreFolder {
  const folder = {
    id,
    display: `.rollback/${id}`,
    exists: async (name: string) => name === path,
    readStream: () => [Buffer.from(text)],
  };
  return folder as unknown as StoreFolder;
}

function reasonOf({ key, tokens }: Refusal): string {
  if (key === 'formatTooNew') return 'newer format';
  const why = String(tokens.at(-1));
  if (why.startsWith('✖')) return 'form';
  if (why.includes('digest')) return 'digest';
  if (why.includes('says that it is')) return 'another id';
  return why.includes('edited') ? 'edited' : 'no JSON';
}

function untouched(): { readonly problem?: string } {
  return ({} as { polluted?: unknown }).polluted === undefined ? {} : { problem: 'a prototype was reached' };
}
