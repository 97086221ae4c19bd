import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { deployZip } from '../../../src/apply/components/deployZip.js';
import type { ComponentKey } from '../../../src/metadata/component.js';
import type { FieldValue } from '../../org/engine/contracts.js';
import { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { practicePeople } from '../../org/engine/users.js';
import { startPracticeOrg, type RunningOrg } from '../../org/http/server.js';
import { brightcup } from '../../org/seed/brightcup.js';
import { logIn } from './logins.js';
import { freshHome, rollbackBin, type RunOptions, type Running, type RunResult } from './stockCli.js';

/** As many processes as a small machine carries; more would only wait for each other. */
const limit = pLimit(3);

/** As a terminal program finds it where nobody has asked for colour or for none. */
const NO_WISHES = { NO_COLOR: undefined, FORCE_COLOR: undefined, CI: undefined };

/** A folder in which commands are typed, with a store of its own. */
export class Desk {
  public constructor(
    private readonly home: string,
    public readonly folder: string
  ) {}

  public get store(): string {
    return join(this.folder, '.rollback');
  }

  /** Runs `sf rollback …` of this checkout; waits while too many others run. */
  public run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return limit(() => this.start(args, options).ended);
  }

  public start(args: readonly string[], options: RunOptions = {}): Running {
    return rollbackBin({ home: this.home, cwd: this.folder, env: NO_WISHES }).start(['rollback', ...args], options);
  }
}

/**
 * Brightcup's org (`practice` for Ada, `restricted` for Rita who may not see all rows), an empty one without the CPQ
 * package (`elsewhere`), and a home that is logged in to both.
 */
export class Office {
  private readonly desks: Desk[] = [];

  private constructor(
    public readonly company: RunningOrg,
    public readonly other: RunningOrg,
    private readonly dir: ReturnType<typeof freshHome>
  ) {}

  public static async open(): Promise<Office> {
    const startAt = new Date().toISOString();
    const rita = {
      name: 'Rita Restricted',
      username: 'rita@brightcup.example',
      id: '0055g000001RitT',
      rights: { viewAllData: false, modifyAllData: false },
    };
    const { org } = brightcup({ startAt, users: [...practicePeople, rita] });
    const elsewhere = new PracticeOrg({ orgId: '00D5g00000Els02', name: 'Elsewhere', cpq: false, startAt });
    for (const { switches } of [org, elsewhere]) Object.assign(switches, { jobPolls: 0, deployFlowsActive: true });
    const [company, other] = await Promise.all([startPracticeOrg({ org }), startPracticeOrg({ org: elsewhere })]);
    const office = new Office(company, other, freshHome());
    await logIn({ home: office.home, cwd: office.home }, [
      { alias: 'practice', org: company, name: 'Ada Admin' },
      { alias: 'restricted', org: company, name: 'Rita Restricted' },
      // A log-in belongs to a username, so it has to be somebody else.
      { alias: 'elsewhere', org: other, name: 'Dov Deployer' },
    ]);
    return office;
  }

  public get org(): PracticeOrg {
    return this.company.org;
  }

  public get home(): string {
    return this.dir.path;
  }

  public get allDesks(): readonly Desk[] {
    return this.desks;
  }

  public desk(name: string): Desk {
    const folder = join(this.home, 'desks', name);
    mkdirSync(folder, { recursive: true });
    const desk = new Desk(this.home, folder);
    this.desks.push(desk);
    return desk;
  }

  /** Another desk with a copy of a store: what is done to it is not done to the first. */
  public copyOf(desk: Desk, name: string): Desk {
    const copy = this.desk(name);
    cpSync(desk.folder, copy.folder, { recursive: true });
    return copy;
  }

  public update(person: string, object: string, id: string, values: Record<string, FieldValue>): void {
    this.org.records.writeOne(this.org.user(person), { operation: 'update', object, id, values });
  }

  public insert(person: string, object: string, values: Record<string, FieldValue>): string {
    return this.org.records.writeOne(this.org.user(person), { operation: 'insert', object, values }).id;
  }

  public delete(person: string, id: string): void {
    this.org.records.writeOne(this.org.user(person), { operation: 'delete', id });
  }

  public async deploy(
    person: string,
    files: Readonly<Record<string, string>>,
    members: readonly ComponentKey[]
  ): Promise<void> {
    const content = Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text) }));
    const result = await this.company.metadata.deployZip(
      await deployZip(content, members, [], '66.0'),
      { rollbackOnError: true, singlePackage: true },
      this.org.user(person)
    );
    if (result.status !== 'Succeeded') throw new Error(`the org refused the deployment: ${JSON.stringify(result)}`);
  }

  public async close(): Promise<void> {
    await Promise.all([this.company.close(), this.other.close()]);
    this.dir.dispose();
  }
}
