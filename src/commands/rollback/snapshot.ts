import { Flags } from '@salesforce/sf-plugins-core';
import { Messages } from '@salesforce/core';
import { CHANCE, homeFolder, openOrg, openStore } from '../../cli/compose.js';
import { datasetScope, scopeFlagsWith } from '../../cli/config/configScope.js';
import { readConfig } from '../../cli/config/readConfig.js';
import { commonFlags, configFlag, RollbackCommand, waitFlag } from '../../cli/rollbackCommand.js';
import { sameApiVersion } from '../../cli/sameApiVersion.js';
import { followedScope, scopeOfFlags } from '../../cli/scopeFlags.js';
import { width } from '../../cli/terminal.js';
import { EXIT } from '../../model/refusal.js';
import { snapshotReport } from '../../report/snapshotReport.js';
import { capture } from '../../snapshot/capture.js';
import { leavesPermissionsOut } from '../../snapshot/capturePermissions.js';
import type { Snapshot } from '../../snapshot/snapshotFormat.js';

Messages.importMessagesDirectoryFromMetaUrl(import.meta.url);
const messages = Messages.loadMessages('sf-plugin-rollback', 'rollback.snapshot');

export type RollbackSnapshotResult = Pick<
  Snapshot,
  'id' | 'orgId' | 'username' | 'apiVersion' | 'createdAt' | 'digest' | 'complete' | 'scope' | 'counts' | 'gaps'
> & {
  readonly label: string | null;
  readonly follows: string | null;
  readonly path: string;
  readonly requests: number;
  readonly durationMs: number;
};

export default class RollbackSnapshot extends RollbackCommand<RollbackSnapshotResult> {
  public static override readonly summary = messages.getMessage('summary');
  public static override readonly description = messages.getMessage('description');
  public static override readonly examples = messages.getMessages('examples');

  public static override readonly flags = {
    ...commonFlags,
    manifest: Flags.string({
      char: 'x',
      summary: messages.getMessage('flags.manifest.summary'),
      helpValue: 'FILE',
      exclusive: ['metadata', 'source-dir'],
    }),
    metadata: Flags.string({
      char: 'm',
      multiple: true,
      delimiter: ',',
      summary: messages.getMessage('flags.metadata.summary'),
      helpValue: 'TYPE[:NAME]',
    }),
    'source-dir': Flags.string({
      char: 'd',
      multiple: true,
      summary: messages.getMessage('flags.source-dir.summary'),
      helpValue: 'DIR',
    }),
    'deploy-dir': Flags.string({
      multiple: true,
      summary: messages.getMessage('flags.deploy-dir.summary'),
      helpValue: 'DIR',
    }),
    'deploy-id': Flags.string({
      multiple: true,
      summary: messages.getMessage('flags.deploy-id.summary'),
      helpValue: 'DEPLOYMENT',
    }),
    flows: Flags.string({
      multiple: true,
      delimiter: ',',
      summary: messages.getMessage('flags.flows.summary'),
      helpValue: 'all|NAME',
    }),
    records: Flags.string({
      multiple: true,
      summary: messages.getMessage('flags.records.summary'),
      description: messages.getMessage('flags.records.description'),
      helpValue: 'PRESET|OBJECT[:WHERE]',
    }),
    'no-permissions': Flags.boolean({
      summary: messages.getMessage('flags.no-permissions.summary'),
      description: messages.getMessage('flags.no-permissions.description'),
    }),
    follows: Flags.string({
      summary: messages.getMessage('flags.follows.summary'),
      description: messages.getMessage('flags.follows.description'),
      helpValue: 'ID',
      exclusive: [
        'manifest',
        'metadata',
        'source-dir',
        'flows',
        'records',
        'deploy-dir',
        'deploy-id',
        'no-permissions',
        'config',
      ],
    }),
    config: configFlag,
    label: Flags.string({ summary: messages.getMessage('flags.label.summary'), helpValue: 'TEXT' }),
    'allow-in-flight': Flags.boolean({ summary: messages.getMessage('flags.allow-in-flight.summary') }),
    wait: waitFlag,
  };

  public async run(): Promise<RollbackSnapshotResult> {
    const { flags } = await this.parse(RollbackSnapshot);
    const started = performance.now();
    // A snapshot that follows another has its scope.
    const config = flags.follows ? undefined : await readConfig(flags.config, homeFolder());
    const store = openStore(flags.store);
    const followed =
      flags.follows === undefined
        ? undefined
        : await (
            await import('../../cli/storeIds.js')
          ).followedSnapshot(store, flags.follows, flags['target-org'].getOrgId());
    // Only what was read through the same version can be compared.
    if (followed) sameApiVersion(flags['api-version'], followed.apiVersion);
    const version = followed ? followed.apiVersion : flags['api-version'];
    const org = await openOrg(flags['target-org'], version, this.typedOrg(), flags.wait.milliseconds);
    await this.warnOfSwitches(store, org.identity.orgId, this.sameFlags(org.identity.label));
    const typed = {
      ...(flags.manifest ? { manifest: flags.manifest } : {}),
      ...(flags.metadata ? { metadata: flags.metadata } : {}),
      ...(flags['source-dir'] ? { sourceDir: flags['source-dir'] } : {}),
      ...(flags['deploy-dir'] ? { deployDir: flags['deploy-dir'] } : {}),
      ...(flags['deploy-id'] ? { deployId: flags['deploy-id'] } : {}),
      ...(flags.flows ? { flows: flags.flows } : {}),
      ...(flags.records ? { records: flags.records } : {}),
    };
    const datasets = Object.fromEntries(
      Object.entries(config?.config.datasets ?? {}).map(([name, dataset]) => [name, datasetScope(name, dataset)])
    );
    const scope = followed
      ? followedScope(followed)
      : await scopeOfFlags({ ...(await scopeFlagsWith(typed, config)), datasets }, org, org.identity.label);
    const { snapshot, folder } = await capture(
      org,
      store,
      {
        scope,
        allowInFlight: flags['allow-in-flight'],
        noPermissions: flags['no-permissions'] || (followed ? leavesPermissionsOut(followed) : false),
        ...(flags.label ? { label: flags.label } : {}),
        ...(followed ? { follows: followed.id } : {}),
      },
      CHANCE,
      this.stages()
    );
    this.stages().done();
    if (config) this.log(messages.getMessage('configUsed', [config.shown]));
    this.log(snapshotReport(snapshot, folder.display, width()));
    const next = messages.getMessage(snapshot.complete ? (followed ? 'nextFollowing' : 'next') : 'nextIncomplete', [
      this.sameFlags(org.identity.label),
      followed ? followed.id : snapshot.id,
    ]);
    this.log(`\n${next}`);
    if (!snapshot.complete) process.exitCode = EXIT.partial;
    const { id, orgId, username, apiVersion, createdAt, digest, complete, counts, gaps } = snapshot;
    return {
      id,
      label: snapshot.label ?? null,
      follows: snapshot.follows ?? null,
      orgId,
      username,
      apiVersion,
      createdAt,
      path: folder.display,
      digest,
      complete,
      scope: snapshot.scope,
      counts,
      gaps,
      requests: org.requests(),
      durationMs: Math.round(performance.now() - started),
    };
  }
}
