import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyPlan } from '../../src/apply/applyPlan.js';
import { deployZip } from '../../src/apply/components/deployZip.js';
import { openPlan } from '../../src/apply/readyPlan.js';
import type { RunResult } from '../../src/apply/runResult.js';
import type { ComponentKey } from '../../src/metadata/component.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { SILENT, type Chance } from '../../src/model/progress.js';
import { NO_CHOICE, type Choice } from '../../src/plan/choice/choice.js';
import { makePlan } from '../../src/plan/makePlan.js';
import type { RollbackPlan } from '../../src/plan/rollbackPlan.js';
import { openBaseline } from '../../src/snapshot/baseline.js';
import { capture } from '../../src/snapshot/capture.js';
import { EMPTY_SCOPE, type Scope } from '../../src/snapshot/scope.js';
import { openRun, validateOrg } from '../../src/validate/validateOrg.js';
import type { MetadataSide } from '../org/engine/metadata/metadataSide.js';
import { packagePath } from '../org/engine/metadata/typeFacts.js';
import type { PracticeOrg } from '../org/engine/practiceOrg.js';
import { brightcup } from '../org/seed/brightcup.js';
import { InProcessOrg } from './inProcessOrg.js';
import { MemoryStore } from './memoryStore.js';

/** What one round of a bad deployment and its way back came to. */
export interface Round {
  readonly plan: RollbackPlan;
  readonly run: RunResult;
  readonly verdict: string;
}

/** An org in process to which files from elsewhere are deployed: they may refer to what it does not have. */
export class Grounds {
  public readonly org: PracticeOrg;
  public readonly side: MetadataSide;
  private readonly ports: InProcessOrg;
  private readonly chance: Chance;

  public constructor() {
    const company = brightcup();
    this.org = company.org;
    this.side = company.side;
    this.org.switches.jobPolls = 0;
    this.org.switches.deployFlowsActive = true;
    this.side.habits.checkReferences = false;
    this.side.habits.fieldHolders = new Set();
    this.ports = new InProcessOrg(this.org, this.org.user('Ada Admin'), 'practice', this.side);
    let n = 0;
    this.chance = {
      now: () => new Date(this.org.clock.millis() + (n += 1) * 10),
      entropy: (bytes) => (n += 1).toString(16).padStart(bytes * 2, '0'),
    };
  }

  /** The file of a component or flow version as a retrieve gives it, byte for byte; undefined when it is not there. */
  public async file(key: ComponentKey): Promise<string | undefined> {
    const { components } = await this.ports.retrieve([key]);
    const files = components.find(({ type }) => type === key.type)?.files ?? [];
    return files.length === 0 ? undefined : files.map(({ content }) => content.toString('latin1')).join('\n--\n');
  }

  public async deploy(
    files: Readonly<Record<string, string>>,
    keys: readonly ComponentKey[],
    gone: readonly ComponentKey[] = []
  ): Promise<void> {
    const zip = await deployZip(
      Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text) })),
      keys,
      gone,
      '66.0'
    );
    const options = { rollbackOnError: true, singlePackage: true, ignoreWarnings: true, testLevel: 'NoTestRun' };
    const result = await this.side.deployZip(zip, options, this.org.user('Dov Deployer'));
    if (result.status !== 'Succeeded')
      throw new Error(`refused: ${JSON.stringify(result.details.componentFailures, null, 1)}`);
  }

  /** Snapshot, the bad deployment, plan, apply, validate. */
  public async round(
    scope: Partial<Scope>,
    bad: () => Promise<void>,
    everybody = false,
    createAgain: Choice['resolve'] = []
  ): Promise<Round> {
    this.org.clock.advance(60_000);
    const store = new MemoryStore();
    const { snapshot } = await capture(
      this.ports,
      store,
      { scope: { ...EMPTY_SCOPE, ...scope }, allowInFlight: false },
      this.chance,
      SILENT
    );
    if (!snapshot.complete) throw new Error(`incomplete: ${JSON.stringify(snapshot.gaps)}`);
    await bad();
    const snapshotId = parseStoreId(snapshot.id) as StoreId;
    const { plan } = await makePlan(
      this.ports,
      store,
      await openBaseline(store, snapshotId, this.org.orgId),
      { everybody, changedBy: [], full: false, acceptGaps: false, choice: { ...NO_CHOICE, resolve: createAgain } },
      this.chance,
      SILENT
    );
    const planId = parseStoreId(plan.id) as StoreId;
    const ready = await openPlan(this.ports, store, planId);
    const run = await applyPlan(
      this.ports,
      store,
      ready,
      { planId, tests: [], stopAsked: () => false },
      this.chance,
      SILENT
    );
    const known = await openRun(store, parseStoreId(run.runId) as StoreId);
    const { verdict } = await validateOrg(this.ports, store, { snapshotId, run: known }, this.chance, SILENT);
    return { plan, run, verdict };
  }
}

/** Every flow of a folder of histories with its versions, oldest first, as active ones. */
export function histories(folder: string): Map<string, string[]> {
  const flows = new Map<string, string[]>();
  for (const name of readdirSync(folder)
    .filter((entry) => entry !== 'README.md' && entry !== 'flowDefinitions')
    .sort()) {
    const files = readdirSync(join(folder, name)).filter((file) => file.endsWith('.flow-meta.xml'));
    const number = (file: string): number => Number(/^v(\d+)/.exec(file)?.[1]);
    const texts = files
      .sort((a, b) => number(a) - number(b))
      .map((file) => readFileSync(join(folder, name, file), 'utf8'));
    flows.set(name.replace(/-\d+$/, ''), texts.map(asActive));
  }
  return flows;
}

function asActive(xml: string): string {
  const without = xml.replace(/\s*<status>[^<]*<\/status>/, '');
  return without.replace(/<\/Flow>/, '    <status>Active</status>\n</Flow>');
}

/** Pairs of versions, forward and back: what runs, and what is deployed over it. */
export function pairsOf(versions: number): Array<readonly [from: number, to: number]> {
  const all: Array<readonly [number, number]> = [];
  for (let a = 0; a < versions; a += 1) for (let b = a + 1; b < versions; b += 1) all.push([a, b], [b, a]);
  return all;
}

/** One component of a folder of histories: its type, name and the files of its two versions. */
export interface History {
  readonly key: ComponentKey;
  readonly versions: readonly [string, string];
}

export function componentHistories(folder: string): History[] {
  return readdirSync(folder)
    .filter((entry) => entry !== 'README.md')
    .flatMap((type) =>
      readdirSync(join(folder, type)).map((fullName) => {
        const text = (version: string): string => {
          const inside = join(folder, type, fullName, version);
          return readFileSync(join(inside, readdirSync(inside)[0] ?? ''), 'utf8');
        };
        return {
          key: { type: type.charAt(0).toUpperCase() + type.slice(1), fullName },
          versions: [text('v1'), text('v2')] as const,
        };
      })
    );
}

/** The files of a package that holds these components; fields stand in the file of their object. */
export function packageFiles(components: ReadonlyArray<{ key: ComponentKey; xml: string }>): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { key, xml } of components) {
    if (key.type !== 'CustomField') {
      files[packagePath(key.type, key.fullName)] = xml;
      continue;
    }
    const [object = '', field = ''] = key.fullName.split('.');
    // Where file name and <fullName> disagree, the name of the file counts.
    const inner =
      /<CustomField[^>]*>([\s\S]*)<\/CustomField>/.exec(xml)?.[1]?.replace(/<fullName>[^<]*<\/fullName>/, '') ?? '';
    const path = packagePath('CustomObject', object);
    const head =
      '<?xml version="1.0" encoding="UTF-8"?>\n<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">';
    const before = files[path]?.replace('</CustomObject>', '') ?? head;
    files[path] = `${before}<fields><fullName>${field}</fullName>${inner}</fields></CustomObject>`;
  }
  return files;
}
