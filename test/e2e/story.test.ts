import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { playStory } from '../../scripts/demo/playStory.js';
import { COLLEAGUES_NAME, CREMA_UNO, PEOPLE, SPRING_RELEASE, STORY } from '../../scripts/demo/story.js';
import type { OpLogEntry } from '../org/engine/contracts.js';
import { activeVersion } from '../org/engine/flows/flowStore.js';
import { sourceOf } from '../org/engine/metadata/componentStore.js';
import { startPracticeOrg, type RunningOrg } from '../org/http/server.js';
import { brightcup } from '../org/seed/brightcup.js';
import { logIn } from './support/logins.js';
import { rowsOf, writesBeyondPlan, type Rows } from './support/orgState.js';
import { freshHome, hasCommands, stockSf, type StockCli } from './support/stockCli.js';

const FLOW = 'Quote_Set_Discount_Tier';
/** Rows of the CPQ configuration that the company starts with: what the snapshot of the story covers. */
const SEEDED_ROWS = 173;

describe('The story of the demo, played with the official CLI', function () {
  this.timeout(180_000);
  this.bail(true);

  const home = freshHome();
  const project = join(home.path, 'spring-release');
  const output: string[] = [];
  /** Log lines of the org when each scene began. */
  const beganAt = new Map<string, number>();
  let running: RunningOrg;
  let sf: StockCli;
  let rows: Rows;
  let pointer: number | undefined;
  let body: string;

  before(async function () {
    if (!hasCommands()) return this.skip();
    cpSync(SPRING_RELEASE, project, { recursive: true });
    const { org } = brightcup({ startAt: new Date().toISOString() });
    org.switches.deployFlowsActive = true;
    org.switches.jobPolls = 0;
    running = await startPracticeOrg({ org });
    const place = { home: home.path, cwd: project };
    sf = stockSf(place);
    await Promise.all([
      logIn(
        place,
        Object.entries(PEOPLE).map(([alias, name]) => ({ alias, name, org: running }))
      ),
      sf.linkPlugin(),
    ]);
    rows = rowsOf(org);
    pointer = activeNumber();
    body = discountLimits();
  });

  after(async () => {
    await running?.close();
    home.dispose();
  });

  it('plays to the end, each command with the exit code of the story', async () => {
    await playStory(STORY, {
      project,
      run: async (typed, scene) => {
        beganAt.set(scene.name, running.org.opLog.entries.length);
        const { code, stdout, stderr } = await sf.run(typed, { env: { CI: 'true' } });
        output.push(`$ sf ${typed.join(' ')}\n${stdout}${stderr}`);
        if (code !== scene.exits) throw new Error(`it ended with ${code}, not ${scene.exits}\n${output.at(-1)}`);
        return code;
      },
    });
    expect(output).to.have.length(STORY.length);
  });

  it('broke what it says it broke', () => {
    const did = during('deploy', 'plan')
      .filter((entry) => entry.kind !== 'request')
      .map((entry) => describeChange(entry));
    expect(did).to.include.members([
      `${FLOW} 3 to 5`,
      'change ApexClass DiscountLimits',
      'create ApexClass SpringPromotion',
      'create CustomField Product2.Promo_Code__c',
      'create PermissionSet Spring_Promotion',
    ]);
    const rules = did.filter((text) => text.endsWith(' SBQQ__PriceRule__c'));
    expect(rules.sort()).to.deep.equal([
      ...Array<string>(2).fill('delete SBQQ__PriceRule__c'),
      ...Array<string>(5).fill('update SBQQ__PriceRule__c'),
    ]);
    expect(did.filter((text) => text === 'insert Product2')).to.have.length(3);
  });

  it('has the flow on the version that ran before', () => {
    expect(pointer).to.equal(3);
    expect(activeNumber()).to.equal(pointer);
  });

  it('has the class with its old body, and nothing that the release created', () => {
    expect(discountLimits()).to.equal(body);
    for (const [type, name] of [
      ['ApexClass', 'SpringPromotion'],
      ['CustomField', 'Product2.Promo_Code__c'],
      ['PermissionSet', 'Spring_Promotion'],
    ] as const) {
      expect(running.metadata.components.has(type, name), name).to.equal(false);
    }
    expect(running.org.schema.get('Product2')?.fields.map(({ name }) => name)).to.not.include('Promo_Code__c');
  });

  it('has all seeded rows back with their Ids and values, and keeps the name that the colleague gave', () => {
    const now = rowsOf(running.org);
    const covered = Object.entries(rows).filter(
      ([object]) => object.startsWith('SBQQ__') || ['Product2', 'Pricebook2', 'PricebookEntry'].includes(object)
    );
    expect(covered.reduce((n, [, table]) => n + Object.keys(table).length, 0)).to.equal(SEEDED_ROWS);
    expect(now.Product2?.[CREMA_UNO]?.Name).to.equal(COLLEAGUES_NAME);
    const kept = structuredClone(now);
    Object.assign(kept.Product2?.[CREMA_UNO] ?? {}, { Name: rows.Product2?.[CREMA_UNO]?.Name });
    expect(kept).to.deep.equal(rows);
  });

  it('wrote no row beyond the item files of the plan, and read only in the other commands', () => {
    const plans = join(project, '.rollback', 'plans');
    const [plan] = readdirSync(plans);
    const ada = running.org.user(PEOPLE.practice).id;
    const hers = (entries: readonly OpLogEntry[]): OpLogEntry[] =>
      entries.filter((entry) => entry.kind !== 'request' && entry.user === ada);
    expect(writesBeyondPlan(join(plans, plan ?? ''), during('apply', 'validate'))).to.deep.equal([]);
    expect(hers(during('apply', 'validate')).filter(({ kind }) => kind === 'recordWrite')).to.have.length.of.at.least(
      18
    );
    for (const [from, to] of [
      ['snapshot', 'deploy'],
      ['plan', 'apply'],
      ['validate', undefined],
    ] as const)
      expect(hers(during(from, to)), from).to.deep.equal([]);
  });

  it('said where the evidence is', () => {
    const [run] = readdirSync(join(project, '.rollback', 'runs'));
    const folder = join(project, '.rollback', 'runs', run ?? '');
    expect(readdirSync(folder)).to.include.members(['journal.ndjson', 'outcomes.csv', 'validation.json', 'undo']);
    expect(JSON.parse(readFileSync(join(folder, 'validation.json'), 'utf8'))).to.include({
      verdict: 'restoredExceptKept',
      valid: false,
    });
    expect(output.at(-1)).to.match(/RESTORED, except for what was kept on purpose/);
  });

  function during(scene: string, next: string | undefined): readonly OpLogEntry[] {
    return running.org.opLog.entries.slice(beganAt.get(scene), next === undefined ? undefined : beganAt.get(next));
  }

  function activeNumber(): number | undefined {
    const flow = running.metadata.flows.get(FLOW);
    return flow && activeVersion(flow)?.number;
  }

  function discountLimits(): string {
    const component = running.metadata.components.get('ApexClass', 'DiscountLimits');
    return component ? sourceOf(component) : '';
  }
});

function describeChange(entry: OpLogEntry): string {
  if (entry.kind === 'flowPointer') return `${entry.flow} ${entry.from} to ${entry.to}`;
  if (entry.kind === 'componentWrite') return `${entry.operation} ${entry.type} ${entry.fullName}`;
  return entry.kind === 'recordWrite' ? `${entry.operation} ${entry.object}` : entry.kind;
}
