import type { Switchboard, UnconfirmedFacts } from './contracts.js';

/**
 * What the practice org takes for true where nobody could confirm it. A test that depends on one of these
 * has to pass with the other value too. One more is known to be unconfirmed and has no switch, because no API shows
 * it: the setting by which an administrator switches the CPQ triggers off.
 */
export function unconfirmedFacts(): UnconfirmedFacts {
  return {
    // A Bulk query without rows: current versions are said to send the header line, older ones an empty body.
    bulkEmptyResult: 'header',
    // Bulk is said to print date-times with Z, unlike REST.
    bulkDateTimes: 'Z',
    // Large and small numbers in Bulk results are said to come with an exponent now and then.
    bulkExponents: false,
    // A query with a mistake: refused when the job is made, or accepted and failed when it runs.
    bulkBadQuery: 'refused',
    // A column that cannot be written: fails each row, or the job as a whole.
    bulkReadOnlyColumn: 'failsRow',
    // An empty Id column in a Bulk insert, as client libraries send it.
    bulkInsertEmptyId: 'tolerated',
    // One report says that rows deleted through Bulk were not in the bin.
    bulkDeletesReachBin: true,
    // Line breaks inside quoted cells are said to count for the check of line ends.
    innerLineEndsCount: true,
    // Undelete against a taken unique value: which record holds it is named, or said to be unknown.
    undeleteDuplicateText: 'named',
    // The words for the fifty-first version of a flow.
    flowVersionLimitText:
      "You've exceeded the maximum number of versions for this flow (50). Delete versions that you no longer need, and then try again.",
    // A deploy over a latest version that was never active: adds a version, or overwrites that one.
    overwriteLatestDraft: false,
    // Activation through Tooling in production is said to need neither tests nor coverage.
    toolingActivationNeedsTests: false,
    // FlowDefinition 0 and the deletion of the version in one deploy: one source says it works, another that it fails.
    deactivateAndDeleteTogether: true,
    // purgeOnDelete in production: ignored, or an error. It says nothing about what the bin would keep.
    purgeOnDelete: 'ignored',
    // How long the details of a deployment can be read.
    deployDetailsDays: 30,
    // A price of its own in the very call that takes "use standard price" off: the help says to send it afterwards.
    priceWithItsSwitch: 'taken',
    // A standard price that is deleted while custom prices exist. The screens ask for the custom ones to go first.
    standardPriceInUse: 'held',
    // Rows of FieldPermissions with Ids that begin with 000, for access that follows from elsewhere: seen in some orgs.
    inferredFieldPermissions: false,
    // Tooling requests inside Composite Batch, which the guide does not name: answered, or refused one by one.
    toolingInBatch: 'answered',
    // A permission set deployed without a description, over one that has one: the set is replaced, or its text stays.
    missingDescriptionClears: true,
    // Whether LastModifiedDate of a permission set moves when one of its rows is written.
    rowsMoveTheirParent: true,
    // Properties that a retrieve gives of members of a container: of all, of those it names, or of none.
    memberProperties: 'all',
  };
}

/** Every switch at the value a production-like org has. */
export function defaultSwitches(): Switchboard {
  return {
    queryPageSize: 2000,
    bulkPageSize: 50_000,
    jobPolls: 1,
    jobMilliseconds: 0,
    jobsStuck: false,
    jobFailure: '',
    sortFailure: '',
    bulkRowAllowance: Number.POSITIVE_INFINITY,
    firstTryLocks: false,
    dailyApiRequests: 100_000,
    latency: 0,
    filesPerPackage: 10_000,
    latencyOf: undefined,
    bytesPerSecond: 0,
    gzip: true,
    deployFlowsActive: false,
    binEmptied: false,
    licencesLack: [],
    groupStatus: 'Updated',
    faults: [],
    beforeRequest: [],
    ...unconfirmedFacts(),
  };
}
