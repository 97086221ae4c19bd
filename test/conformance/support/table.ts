import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { behaviours, type BehaviourId } from '../../org/behaviours.js';
import { PLUGIN_ROOT } from '../../e2e/support/stockCli.js';
import type { Client, Proof } from './proves.js';

const START = '<!-- conformance: start -->';
const END = '<!-- conformance: end -->';

/** What the tests say they prove, read from their source without running them. */
export function declaredProofs(): Proof[] {
  const folder = join(PLUGIN_ROOT, 'test', 'conformance');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/\bproves\(\s*'(\w+)',\s*\[([^\]]*)\]/g)])
    .flatMap(([, client, ids = '']) =>
      [...ids.matchAll(/'([\w.]+)'/g)].map(([, id]) => ({ client: client as Client, behaviour: id as BehaviourId }))
    );
}

/** Which client has proven what, and what nobody has: as Markdown. */
export function conformanceTable(proofs: readonly Proof[]): string {
  const clientsOf = (id: BehaviourId): string[] =>
    [...new Set(proofs.filter(({ behaviour }) => behaviour === id).map(({ client }) => client))].sort();
  const proven = behaviours.filter(({ id }) => clientsOf(id).length > 0);
  const unproven = behaviours.filter(({ id }) => clientsOf(id).length === 0);
  return [
    `${proven.length} of ${behaviours.length} behaviours are proven by clients that are not ours.`,
    '',
    '| Part | Behaviour | Proven by |',
    '|---|---|---|',
    ...proven.map(
      ({ id, about, says }) =>
        `| ${about} | ${says} (\`${id}\`) | ${clientsOf(id)
          .map((client) => `\`${client}\``)
          .join(', ')} |`
    ),
    '',
    'Proven by nobody outside, only by the tests in `test/unit/org/`:',
    '',
    '| Part | Behaviour |',
    '|---|---|',
    ...unproven.map(({ id, about, says }) => `| ${about} | ${says} (\`${id}\`) |`),
  ].join('\n');
}

/** The document with this table between its markers. */
export function withTable(document: string, table: string): string {
  const [before, rest] = document.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the markers ${START} and ${END} are missing`);
  return `${before}${START}\n${table}\n${END}${after}`;
}
