/**
 * What the practice org claims to do as an org does, by a short name. The table in `README.md` says for each which client
 * that is not ours has shown it. `about` names the part of the platform's interface it belongs to.
 */
const list = {
  // Logging in
  'login.token': ['Log-in', 'a log-in with an access token: user info, the user, versions, the organization'],
  'login.expired': ['Log-in', 'an unknown session is refused with INVALID_SESSION_ID'],
  'login.limits': ['Log-in', 'limits of the org'],
  // REST query
  'query.plain': ['REST query', 'fields in the spelling of the schema, nulls as null'],
  'query.pages': ['REST query', 'pages behind a cursor, with the full count'],
  'query.parents': ['REST query', 'fields of parents as nested records'],
  'query.children': ['REST query', 'child sub-queries as nested results'],
  'query.semiJoin': ['REST query', 'semi-joins'],
  'query.aggregate': ['REST query', 'aggregates, with and without GROUP BY'],
  'query.count': ['REST query', 'COUNT() as a number without records'],
  'query.tooling': ['REST query', 'Tooling queries'],
  'query.toolingHeavy': ['REST query', 'Metadata only where the query returns one row'],
  'query.refused': ['REST query', 'an unknown field or object is refused by its code'],
  'query.all': ['REST query', 'queryAll shows the bin'],
  'query.viewFilter': ['REST query', 'FlowVersionView wants a filter'],
  // Describe
  'describe.object': ['Describe', 'an object with its fields, references and children'],
  'describe.global': ['Describe', 'the list of objects'],
  'describe.unchanged': ['Describe', 'If-Modified-Since is answered with 304'],
  'describe.rights': ['Describe', 'hidden objects and fields are absent for the one user'],
  // Single records
  'record.create': ['Single records', 'create'],
  'record.get': ['Single records', 'read by Id and by condition'],
  'record.update': ['Single records', 'update'],
  'record.delete': ['Single records', 'delete'],
  'record.upsert': ['Single records', 'upsert by an external id'],
  'record.refused': ['Single records', 'required fields, formats and unknown ids are refused by their codes'],
  'record.unmodifiedSince': ['Single records', 'If-Unmodified-Since is answered with 412'],
  'record.duplicateRule': ['Single records', 'duplicate rules, and the header that passes those that only warn'],
  'record.lookupFilter': ['Single records', 'lookup filters'],
  'record.rollUp': ['Single records', 'roll-up summaries follow their children'],
  // Several records in one call
  'collections.partial': ['Collections', 'results in the order sent, with status 200 for failed rows'],
  'collections.allOrNone': ['Collections', 'one failed row takes all back'],
  'collections.retrieve': ['Collections', 'records by ids, null for those that are not there'],
  'collections.mixedDml': ['Collections', 'setup records and others do not go together'],
  'composite.tree': ['Composite', 'records with their children in one call'],
  'composite.requests': ['Composite', 'several requests, each with the answers of those before'],
  'composite.mixed': ['Composite', 'rows are written and read in one call, no more than five such requests'],
  'composite.graph': ['Composite', 'graphs, each a transaction of its own'],
  // Bin
  'bin.undelete': ['Recycle bin', 'SOAP undelete brings a record back with its Id'],
  'bin.cascade': ['Recycle bin', 'details go and come back with their master, not alone'],
  'bin.lookups': ['Recycle bin', 'lookups that a deletion blanked are set again unless somebody filled them'],
  'bin.emptied': ['Recycle bin', 'what is emptied cannot come back'],
  'bin.duplicate': ['Recycle bin', 'undelete is refused when a living record holds the unique value'],
  'bin.feeds': ['Recycle bin', 'feeds of deleted and updated records'],
  // Bulk query
  'bulkQuery.export': ['Bulk query', 'results of a job as CSV'],
  'bulkQuery.pages': ['Bulk query', 'result pages with a header each, until the locator is null'],
  'bulkQuery.resume': ['Bulk query', 'a job is read later by its Id'],
  'bulkQuery.json': ['Bulk query', 'results that a client turns into JSON'],
  'bulkQuery.refused': ['Bulk query', 'queries that Bulk cannot run are refused'],
  'bulkQuery.otherVersion': ['Bulk query', 'results under another API version are answered with 409'],
  'bulkQuery.parallelPages': ['Bulk query', 'addresses of result pages, to be read at once'],
  'bulkQuery.abort': ['Bulk query', 'a job is aborted and deleted'],
  'bulkQuery.stuck': ['Bulk query', 'a job that never ends'],
  'bulkQuery.failed': ['Bulk query', 'a job that ends as failed, with its reason'],
  // Bulk ingest
  'ingest.insert': ['Bulk ingest', 'insert'],
  'ingest.update': ['Bulk ingest', 'update, empty cells left alone, #N/A as null'],
  'ingest.upsert': ['Bulk ingest', 'upsert by an external id'],
  'ingest.delete': ['Bulk ingest', 'delete'],
  'ingest.hardDelete': ['Bulk ingest', 'hard delete only with the permission'],
  'ingest.results': ['Bulk ingest', 'successful and failed rows, in no order'],
  'ingest.lineEnds': ['Bulk ingest', 'other line ends than the job’s fail the whole job'],
  'ingest.parentKey': ['Bulk ingest', 'parents by external id'],
  'ingest.allowance': ['Bulk ingest', 'rows beyond the daily allowance are in no result file'],
  'ingest.locks': ['Bulk ingest', 'rows are locked at the first try'],
  'ingest.abort': ['Bulk ingest', 'a job is aborted and deleted'],
  // Metadata, reading
  'metadata.types': ['Metadata reads', 'describe of the types'],
  'metadata.list': ['Metadata reads', 'list of the components of a type'],
  'metadata.manifest': ['Metadata reads', 'a manifest of the whole org'],
  'metadata.read': ['Metadata reads', 'components as records, unknown ones as empty ones'],
  'metadata.retrieve': ['Metadata reads', 'retrieve of each type of the seed into source'],
  'metadata.retrieveZip': ['Metadata reads', 'retrieve as a zip, one version of a flow by name and number'],
  'metadata.unknownMember': ['Metadata reads', 'an unknown member is a message, not a failure'],
  'metadata.partialProfile': ['Metadata reads', 'a profile holds only what the request names'],
  // Metadata, writing
  'deploy.unchanged': ['Deploy', 'what was retrieved deploys as unchanged'],
  'deploy.each': ['Deploy', 'a change of each type of the seed arrives'],
  'deploy.create': ['Deploy', 'a new object with fields, a layout and access to it'],
  'deploy.dryRun': ['Deploy', 'a check-only deploy changes nothing'],
  'deploy.refused': ['Deploy', 'a component that cannot stand fails the whole deploy, with its place'],
  'deploy.destructiveBefore': ['Deploy', 'deletions before the additions'],
  'deploy.destructiveAfter': ['Deploy', 'deletions after the additions'],
  'deploy.report': ['Deploy', 'the report of a deploy that somebody else waits for'],
  'deploy.cancel': ['Deploy', 'cancel'],
  'deploy.quick': ['Deploy', 'a validated package is deployed without tests'],
  'deploy.rest': ['Deploy', 'deploy and status by REST'],
  'deploy.history': ['Deploy', 'DeployRequest lists the deploys'],
  // Permissions
  'permission.rows': ['Permissions', 'rows are created, updated and deleted, and change the file of their set'],
  'permission.needs': ['Permissions', 'Edit without Read, and a row twice, are refused by their codes'],
  'permission.access': ['Permissions', 'access to a class is created and deleted, not updated'],
  'permission.columns': ['Permissions', 'user permissions are columns of the set, read-only in a profile’s own set'],
  'permission.licence': ['Permissions', 'what a licence does not allow is refused by name'],
  'permission.members': ['Permissions', 'permission sets join and leave a group'],
  'permission.assign': ['Permissions', 'a permission set is assigned and unassigned'],
  // Flows
  'flow.versions': ['Flows', 'a changed flow becomes a new version, inactive in production'],
  'flow.activate': ['Flows', 'an earlier version is activated through Tooling'],
  'flow.definition': ['Flows', 'an earlier version is activated by a deployed FlowDefinition'],
  'flow.deleteVersion': ['Flows', 'a version that is not active is deleted'],
  'flow.limit': ['Flows', 'no more than fifty versions'],
  'flow.interviews': ['Flows', 'a version with interviews is not deleted'],
  // Everything around
  'apex.refused': ['Apex', 'anonymous Apex is refused as code that does not compile'],
  'rights.masked': ['Rights', 'encrypted text is masked'],
  'rights.rows': ['Rights', 'rows of others are not there for a user without View All'],
  'rights.readOnly': ['Rights', 'objects that a user may not write'],
  'rights.attribution': ['Rights', 'writes bear the name of the user whose session made them'],
  'faults.lostAnswer': ['Faults', 'a connection that breaks before or after the org has acted'],
  'faults.limit': ['Faults', 'the daily limit as 403'],
  'faults.drift': ['Faults', 'a colleague’s edit between two calls'],
  'faults.slow': ['Faults', 'latency by request, bytes per second'],
  'orgs.two': ['Orgs', 'two orgs at once know nothing of each other'],
  'scale.million': ['Scale', 'a million generated rows of 30 columns'],
} as const satisfies Record<string, readonly [about: string, says: string]>;

export type BehaviourId = keyof typeof list;

export interface Behaviour {
  readonly id: BehaviourId;
  readonly about: string;
  readonly says: string;
}

/** All of them, in the order of the table. */
export const behaviours: readonly Behaviour[] = Object.entries(list).map(([id, [about, says]]) => ({
  id: id as BehaviourId,
  about,
  says,
}));
