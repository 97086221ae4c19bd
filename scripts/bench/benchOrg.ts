import { createInterface } from 'node:readline';
import { startPracticeOrg } from '../../test/org/http/server.js';
import { PracticeOrg } from '../../test/org/engine/practiceOrg.js';
import { activeVersion } from '../../test/org/engine/flows/flowStore.js';
import { brightcup } from '../../test/org/seed/brightcup.js';
import { deployTo, layout } from '../../test/support/deploys.js';
import type { Asked, OrgShape, TouchedRow, Traffic } from './benchTalk.js';
import { PROFILES } from './profiles.js';
import { wideObject } from './wideObject.js';

/**
 * The org of a benchmark, in a process of its own so that its work is not counted as a client's. Its shape comes as an
 * argument, questions as lines of JSON on stdin, answers as lines on stdout.
 */
const FLOW = 'Quote_Set_Discount_Tier';
const LAYOUT = 'Installation_Visit__c-Installation Visit Layout';
const HOUR_MS = 3_600_000;
const shape = JSON.parse(process.argv[2] ?? '{}') as OrgShape;
const startAt = new Date(Date.now() - 3 * HOUR_MS).toISOString();
const org = shape.brightcup ? brightcup({ startAt }).org : new PracticeOrg({ cpq: false, startAt });
for (const { object, rows, prefix } of shape.tables) {
  org.schema.addObject(wideObject(object, prefix));
  org.generate(object, { rows, seed: object });
}
// What a plan looks at again begins a quarter of an hour before the snapshot: the rows are older than that.
org.clock.advance(2 * HOUR_MS);
Object.assign(org.switches, { jobPolls: 0, gzip: false, deployFlowsActive: true }, PROFILES[shape.profile]);
const running = await startPracticeOrg({ org });
const [ada, dov] = [org.user('Ada Admin'), org.user('Dov Deployer')];

const say = (answer: unknown): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);
say({ url: running.url, username: ada.username, token: ada.token });

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as Asked;
  if (asked.do === 'close') break;
  say(await answer(asked));
}
await running.close();
process.exit(0);

async function answer(asked: Asked): Promise<unknown> {
  switch (asked.do) {
    case 'reset':
      Object.assign(running.traffic, { requests: 0, bytesIn: 0, bytesOut: 0, firstAt: 0 });
      org.opLog.clear();
      return {};
    case 'traffic':
      return { ...running.traffic, ...kindsOfRequests() };
    case 'change': {
      // The deployment comes a while after the snapshot, and what is asked next a while after the deployment.
      org.clock.advance(60_000);
      const rows = change(asked);
      org.clock.advance(60_000);
      return rows;
    }
    case 'notBack':
      return asked.rows.filter((row) => !isBack(row));
    case 'breakFlow':
      org.clock.advance(60_000);
      switchFlow();
      org.clock.advance(60_000);
      return activeNumber();
    case 'breakLayout':
      org.clock.advance(60_000);
      await deployTo(running.metadata, dov, layout(LAYOUT, `Spring ${org.clock.millis()}`), [`Layout:${LAYOUT}`]);
      org.clock.advance(60_000);
      return {};
    case 'hourLater':
      org.clock.advance(HOUR_MS);
      return {};
    case 'flowVersion':
      return activeNumber();
    default:
      return {};
  }
}

/** Dov makes another version of the flow the active one. */
function switchFlow(): void {
  const flow = running.metadata.flows.get(FLOW);
  const other = flow?.versions.find((version) => version.status !== 'Active');
  if (!flow || !other) throw new Error(`${FLOW} has no other version`);
  running.metadata.tooling.setActive(dov, flow.id, { activeVersionNumber: other.number });
}

function activeNumber(): number {
  const flow = running.metadata.flows.get(FLOW);
  return (flow && activeVersion(flow)?.number) ?? 0;
}

function kindsOfRequests(): Pick<Traffic, 'polls' | 'guarded' | 'ofTables'> {
  const tables = new RegExp(shape.tables.map(({ object }) => `\\b${object}\\b`).join('|') || '^\\b$');
  const kinds = { polls: 0, guarded: 0, ofTables: 0 };
  for (const entry of org.opLog.entries) {
    if (entry.kind !== 'request') continue;
    const read = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
    const path = read(entry.path);
    if (entry.method === 'GET' && /\/jobs\/(query|ingest)(\/750\w+)?(\?.*)?$|\/deployRequest\//.test(path))
      kinds.polls += 1;
    if (entry.method === 'PATCH' && /\/sobjects\/\w+\/\w+$/.test(path)) kinds.guarded += 1;
    // A composite counts for each of its requests.
    for (const one of entry.parts?.map(read) ?? [path])
      if (tables.test(one) || /\/query(All)?\/\w/.test(one)) kinds.ofTables += 1;
  }
  return kinds;
}

/** The writes of a bad deployment, as Dov: rows spread over the table updated, the last ones deleted, new ones inserted. */
function change({ object, update, remove, insert }: Extract<Asked, { do: 'change' }>): TouchedRow[] {
  const table = org.store.generatedTable(object);
  if (!table) throw new Error(`no generated rows: ${object}`);
  const touched: TouchedRow[] = [];
  const every = update > 0 ? Math.max(1, Math.floor((table.count - remove) / update)) : 1;
  for (let n = 0; n < update; n += 1) {
    const id = table.idAt(n * every);
    org.records.writeOne(dov, { operation: 'update', object, id, values: { Site__c: `moved ${n}`, Cups__c: n } });
    touched.push({ object, id, how: 'updated' });
  }
  for (let n = 0; n < remove; n += 1) {
    const id = table.idAt(table.count - 1 - n);
    org.records.writeOne(dov, { operation: 'delete', id });
    touched.push({ object, id, how: 'deleted' });
  }
  for (let n = 0; n < insert; n += 1) {
    const values = { Name: `new ${n}`, Key__c: `new-${object}-${n}`, Level__c: 'Low' };
    const { id } = org.records.writeOne(dov, { operation: 'insert', object, values });
    touched.push({ object, id, how: 'inserted' });
  }
  return touched;
}

function isBack({ object, id, how }: TouchedRow): boolean {
  const row = org.row(object, id);
  if (how === 'inserted') return row === undefined;
  if (how === 'updated') return row !== undefined && !String(row['Site__c'] ?? '').startsWith('moved ');
  if (row !== undefined) return true;
  // Under a new Id, as an import brings it back.
  const table = org.store.generatedTable(object);
  const key = table?.rowAt(table.indexOf(id))['Key__c'];
  return [...org.store.rows(object)].some((other) => other['Key__c'] === key && other['IsDeleted'] !== true);
}
