import { Flags } from '@salesforce/sf-plugins-core';
import { Messages } from '@salesforce/core';
import { CHANCE, homeFolder, openOrg, openStore } from '../../cli/compose.js';
import { datasetScope, scopeFlagsWith } from '../../cli/config/configScope.js';
import { readConfig } from '../../cli/config/readConfig.js';
import { commonFlags, configFlag, RollbackCommand, waitFlag } from '../../cli/rollbackCommand.js';
import { scopeOfFlags } from '../../cli/scopeFlags.js';
import { chooseEntry } from '../../cli/storeIds.js';
import { width } from '../../cli/terminal.js';
import { ofOrg } from '../../inventory/entry.js';
import { readInventory } from '../../inventory/readInventory.js';
import { parseStoreId, type StoreId } from '../../model/ids.js';
import { EXIT } from '../../model/refusal.js';
import type { OrgPorts } from '../../org/ports.js';
import type { Check } from '../../preflight/facts.js';
import { judgeFacts } from '../../preflight/judgeFacts.js';
import { readFacts } from '../../preflight/readFacts.js';
import { doctorReport } from '../../report/doctorReport.js';
import { readSnapshot } from '../../snapshot/baseline.js';
import type { Scope } from '../../snapshot/scope.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback.doctor');

export interface RollbackDoctorResult {
  readonly orgId: string;
  readonly username: string;
  readonly apiVersion: string;
  /** The snapshot whose scope was looked at; null where there was none. */
  readonly snapshotId: string | null;
  /** False when something would be refused. */
  readonly ready: boolean;
  readonly checks: readonly Check[];
  readonly requests: number;
}

export default class RollbackDoctor extends RollbackCommand<RollbackDoctorResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');

  public static override readonly flags = {
    ...commonFlags,
    snapshot: Flags.string({
      summary: messages.getMessage('flags.snapshot.summary'),
      helpValue: 'ID',
      exclusive: ['config'],
    }),
    config: configFlag,
    wait: waitFlag,
  };

  public async run(): Promise<RollbackDoctorResult> {
    const { flags } = await this.parse(RollbackDoctor);
    const store = openStore(flags.store);
    const orgId = flags['target-org'].getOrgId();
    const inventory = await readInventory(store, CHANCE.now());
    const typed = flags.config
      ? undefined
      : flags.snapshot
        ? chooseEntry(inventory, flags.snapshot, ['snapshot'], orgId, store.display).id
        : ofOrg(inventory, orgId).snapshots.findLast(
            ({ state, undoOf }) => (state === 'complete' || state === 'incomplete') && undoOf === null
          )?.id;
    const snapshotId = typed === undefined ? undefined : (parseStoreId(typed) as StoreId);
    // What is looked at is what plan and apply will see, in the API version they will use.
    const apiVersion =
      flags['api-version'] ??
      (snapshotId ? (await readSnapshot(await store.open('snapshots', snapshotId))).apiVersion : undefined);
    const org = await openOrg(flags['target-org'], apiVersion, this.typedOrg(), flags.wait.milliseconds);
    const facts = await readFacts(
      org,
      store,
      snapshotId ? { snapshotId } : { scope: await defaultScope(org, flags.config) },
      CHANCE,
      this.stages()
    );
    this.stages().done();
    const same = this.sameFlags(org.identity.label);
    const checks = judgeFacts(facts).map((check) => ({
      ...check,
      action: check.action === null ? null : this.complete(check.action, same),
    }));
    const ready = checks.every((check) => check.state !== 'refused');
    this.log(doctorReport(checks, facts.identity, width()));
    if (!ready) process.exitCode = EXIT.refused;
    return {
      orgId: org.identity.orgId,
      username: org.identity.username,
      apiVersion: org.identity.apiVersion,
      snapshotId: snapshotId ?? null,
      ready,
      checks,
      requests: org.requests(),
    };
  }

  /** Suggested commands name org and store as they were typed. */
  private complete(action: string, same: string): string {
    return action.replace(/-o ORG/, same).replace(/(sf rollback verify \S+)/, `$1${this.typedStore()}`);
  }
}

/** What `snapshot` takes when no scope flag is given: what the configuration says, else its own default. */
async function defaultScope(org: OrgPorts, file: string | undefined): Promise<Scope> {
  const config = await readConfig(file, homeFolder());
  const datasets = Object.fromEntries(
    Object.entries(config?.config.datasets ?? {}).map(([name, dataset]) => [name, datasetScope(name, dataset)])
  );
  return scopeOfFlags({ ...(await scopeFlagsWith({}, config)), datasets }, org, org.identity.label);
}
