/** Writes the table of type facts into docs/metadata.md: `npm run docs:types`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { typeTable } from '../src/metadata/typeTable.js';

const START = '<!-- types: start -->\n';
const END = '<!-- types: end -->';
const path = 'docs/metadata.md';
const text = readFileSync(path, 'utf8');
const from = text.indexOf(START);
const to = text.indexOf(END);
if (from < 0 || to < from) throw new Error(`${path} has no place for the table`);
writeFileSync(path, `${text.slice(0, from + START.length)}\n${typeTable()}\n${text.slice(to)}`);
