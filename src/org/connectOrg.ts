import type { Connection, Org } from '@salesforce/core';
import { parseOrgId, parseRecordId } from '../model/ids.js';
import { Refusal } from '../model/refusal.js';
import { BulkLoads } from './bulkLoads.js';
import { BulkQuery } from './bulkQuery.js';
import { DEPLOY_LIMITS } from './deployLimits.js';
import { Describes } from './describes.js';
import { IngestJobs } from './ingestJobs.js';
import { MetadataComponents } from './metadataComponents.js';
import { OrgHttp } from './orgHttp.js';
import { OrgRecords } from './orgRecords.js';
import { badAnswer } from './orgRequestError.js';
import type { OrgIdentity, OrgPorts } from './ports.js';
import { PermissionRows } from './permissionRows.js';
import { PermissionWrites } from './permissionWrites.js';
import { queriesTogether } from './queriesTogether.js';
import { RecordWrites } from './recordWrites.js';
import { RestQueries } from './restQueries.js';
import { sessionOf } from './session.js';
import { Soap } from './soap.js';
import { ToolingFlows } from './toolingFlows.js';

/**
 * The ports of one org over its APIs. Sends nothing but, where the log-in file does not know the user's id, one identity
 * request. `waitMs` bounds every job, deployment and retrieve that is waited for.
 */
export async function connectOrg(org: Org, connection: Connection, label: string, waitMs: number): Promise<OrgPorts> {
  const apiVersion = connection.getApiVersion();
  const http = new OrgHttp(sessionOf(connection), apiVersion);
  return orgPorts(http, await identify(org, connection, http, label, apiVersion), waitMs);
}

/** The ports of an org that is known already, over this door. Sends nothing. */
export function orgPorts(http: OrgHttp, identity: OrgIdentity, waitMs: number): OrgPorts {
  const soap = new Soap(http);
  const queries = new RestQueries(http);
  const flows = new ToolingFlows(http, queries);
  const history = new OrgRecords(http, queries);
  const bulk = new BulkQuery(http, waitMs);
  const describes = new Describes(http);
  const ingest = new IngestJobs(http, waitMs);
  const writes = new RecordWrites(http, soap);
  const loads = new BulkLoads(http);
  const permissions = new PermissionRows(http, soap);
  const permissionWrites = new PermissionWrites(http, permissions);
  const metadata = new MetadataComponents(soap, http.apiVersion, waitMs);

  return {
    identity,
    requests: () => http.requests(),
    apiUsage: () => http.apiUsage(),
    lastAnswerAt: () => http.lastAnswerAt(),
    query: (soql, options) => queries.query(soql, options),
    count: (soql) => queries.count(soql),
    listFlows: () => flows.listFlows(),
    setActiveVersions: (targets) => flows.setActiveVersions(targets),
    deleteVersion: (flow, version) => flows.deleteVersion(flow, version),
    interviewsOf: (versions) => flows.interviewsOf(versions),
    listComponents: (types) => metadata.listComponents(types),
    retrieve: (keys) => metadata.retrieve(keys),
    deployLimits: DEPLOY_LIMITS,
    startDeploy: (request) => metadata.startDeploy(request),
    quickDeploy: (validationId) => metadata.quickDeploy(validationId),
    awaitDeploy: (id) => metadata.awaitDeploy(id),
    deployReport: (id) => metadata.deployReport(id),
    serverTime: async () => {
      const [answer] = await soap.call('partner', 'getServerTimestamp', '', { readsOnly: true });
      const at = Date.parse(String(answer?.timestamp));
      if (Number.isNaN(at)) throw badAnswer('the org did not tell its time');
      return new Date(at).toISOString();
    },
    deploymentsSince: (iso) => history.deploymentsSince(iso),
    deploymentsNamed: (ids) => history.deploymentsNamed(ids),
    userNames: (ids) => history.userNames(ids),
    userIds: (usernames) => history.userIds(usernames),
    packageVersions: () => history.packageVersions(),
    ingestJobsInFlight: () => history.ingestJobsInFlight(),
    ingestJobs: () => history.ingestJobs(),
    bulkLoad: (id) => loads.bulkLoad(id),
    bulkLoadRows: (load) => loads.bulkLoadRows(load),
    viewsAllData: () => history.viewsAllData(),
    apiLimit: () => history.apiLimit(),
    objectNames: () => describes.objectNames(),
    describe: (object) => describes.describe(object),
    describeAll: (objects) => describes.describeAll(objects),
    queryTogether: (soqls, options) => queriesTogether(http, soqls, options?.living),
    queryByPages: (soql, most, take, options) => queries.queryByPages(soql, most, take, options),
    forgetDescribes: () => describes.forget(),
    startBackup: (soql, options) => bulk.start(soql, options?.all === true),
    awaitBackups: (jobIds) => bulk.await(jobIds),
    readBackup: (jobId, rows, sink) => bulk.read(jobId, rows, sink),
    deleteBackup: (jobId) => bulk.delete(jobId),
    updateRows: (object, rows, behind) => writes.updateRows(object, rows, behind),
    deleteRows: (object, ids, behind) => writes.deleteRows(object, ids, behind),
    undeleteRows: (ids) => writes.undeleteRows(ids),
    readPermissions: (scope, among) => permissions.readPermissions(scope, among),
    writePermissions: (waves) => permissionWrites.writePermissions(waves),
    permissionRecords: (writes) => permissionWrites.permissionRecords(writes),
    createIngestJob: (object, operation) => ingest.createIngestJob(object, operation),
    uploadAndClose: (jobId, csv) => ingest.uploadAndClose(jobId, csv),
    abortIngestJob: (jobId) => ingest.abortIngestJob(jobId),
    awaitIngestJob: (jobId) => ingest.awaitIngestJob(jobId),
    awaitInsertJob: (jobId, columns) => ingest.awaitInsertJob(jobId, columns),
  };
}

/** A log-in may be a bare access token, which is then its own user name: it must never reach a file or a screen. */
const ACCESS_TOKEN = /^00D\w{12,15}!/;

async function identify(
  org: Org,
  connection: Connection,
  http: OrgHttp,
  label: string,
  apiVersion: string
): Promise<OrgIdentity> {
  const orgId = parseOrgId(org.getOrgId() ?? '');
  if (!orgId) throw new Refusal('noOrgId', { tokens: [ACCESS_TOKEN.test(label) ? 'the org' : label] });
  const known = {
    username: org.getUsername() ?? label,
    userId: parseRecordId(connection.getAuthInfoFields().userId ?? ''),
  };
  if (known.userId && !ACCESS_TOKEN.test(known.username))
    return { orgId, username: known.username, userId: known.userId, label, apiVersion };
  const identity = await http.json<{ user_id: string; preferred_username: string }>('/services/oauth2/userinfo');
  const userId = parseRecordId(identity.user_id);
  if (!userId) throw new Refusal('noUserId', { tokens: [identity.preferred_username] });
  return {
    orgId,
    username: identity.preferred_username,
    userId,
    label: ACCESS_TOKEN.test(label) ? identity.preferred_username : label,
    apiVersion,
  };
}
