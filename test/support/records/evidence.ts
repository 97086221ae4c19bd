import type { RunResult } from '../../../src/apply/runResult.js';
import type { RecordItem, RollbackPlan } from '../../../src/plan/rollbackPlan.js';
import type { OpLogEntry, Row } from '../../org/engine/contracts.js';
import type { CaseOrg } from './caseOrg.js';

/** Living rows by object and Id, as they were at one moment. */
export type Picture = ReadonlyMap<string, ReadonlyMap<string, Row>>;
export type RecordWrite = Extract<OpLogEntry, { kind: 'recordWrite' }>;

/** Stamps of the org, which a way back never brings back. */
export const STAMPS: ReadonlySet<string> = new Set([
  'CreatedDate',
  'CreatedById',
  'LastModifiedDate',
  'LastModifiedById',
  'SystemModstamp',
  'Id',
]);

/** What a case leaves behind for whoever judges it: the org at three moments, what was written, planned and reported. */
export class Evidence {
  public readonly problems: string[] = [];
  public before: Picture = new Map();
  public bad: Picture = new Map();
  /** Rows as the bad deployment left them, those in the bin too. */
  public leftBehind: ReadonlyMap<string, Row> = new Map();
  public after: Picture = new Map();
  public badLog: readonly RecordWrite[] = [];
  public backLog: readonly RecordWrite[] = [];
  public plan: RollbackPlan | undefined;
  public result: RunResult | undefined;
  public ids: ReadonlyMap<string, string> = new Map();
  public items: ReadonlyMap<string, readonly RecordItem[]> = new Map();
  public readonly emptied = new Set<string>();

  public constructor(public readonly world: CaseOrg) {}

  public picture(): Picture {
    return new Map(
      this.world.objects.map((object) => [
        object,
        new Map(this.world.rows(object).map((row) => [String(row['Id']), row])),
      ])
    );
  }

  public writesDuring(work: () => void): RecordWrite[] {
    const from = this.world.org.opLog.entries.length;
    work();
    return this.writesFrom(from);
  }

  public writesFrom(from: number): RecordWrite[] {
    return this.world.org.opLog.entries
      .slice(from)
      .filter((entry): entry is RecordWrite => entry.kind === 'recordWrite');
  }

  /** Ids of the rows that the plan keeps as a conflict. */
  public kept(plan = this.plan): Set<string> {
    const kept = (plan?.conflicts ?? [])
      .filter((conflict) => conflict.decision === 'keep')
      .map((conflict) => conflict.target.split(':').at(-1) ?? '');
    return new Set(kept.flatMap((id) => [id, this.ids.get(id) ?? id]));
  }

  public name(object: string, id: string): string {
    const rows = [...this.world.org.store.rows(object)].map((row) => String(row['Id'])).sort();
    const mark = this.before.get(object)?.has(id) ? '' : ' new';
    return `${object}#${rows.indexOf(id)}(${id.slice(-6, -3)}${mark})`;
  }

  public short(value: Row[string]): string {
    if (typeof value !== 'string' || !/^[qa]\w{17}$/.test(value)) return JSON.stringify(value);
    const object = this.world.org.schema.objectOfId(value);
    return object ? this.name(object.name, value) : value;
  }
}
