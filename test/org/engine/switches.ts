/** Behaviours that a test may turn on or off. Each has the default a production-like org has. */
export interface Switchboard extends UnconfirmedFacts {
  /** Rows per REST query page. */
  queryPageSize: number;
  /** Rows per Bulk result page. */
  bulkPageSize: number;
  /** How many polls a job (bulk, deploy, retrieve) stays unfinished. */
  jobPolls: number;
  /** How long a bulk job stays unfinished by the wall clock, however often it is looked at. */
  jobMilliseconds: number;
  /** Bulk jobs never leave InProgress. */
  jobsStuck: boolean;
  /** Bulk jobs end as Failed with this text, e.g. `InvalidBatch : Records not processed`. Empty: they do not. */
  jobFailure: string;
  /** Bulk query jobs that sort end as Failed with this text: too many rows for the org to get done. Empty: they do not. */
  sortFailure: string;
  /** Rows that ingest jobs may still take today. Those beyond are in none of the three result files. */
  bulkRowAllowance: number;
  /** The first write to each record fails with UNABLE_TO_LOCK_ROW, the next one goes through. */
  firstTryLocks: boolean;
  /** Files that a retrieve gives at most. */
  filesPerPackage: number;
  /** Requests of a day; every one beyond is refused. */
  dailyApiRequests: number;
  /** Milliseconds added to every answer. */
  latency: number;
  /** Milliseconds added to the answer of one request, besides `latency`. */
  latencyOf: ((request: RequestHead) => number) | undefined;
  /** Speed of each answer's stream; 0 is as fast as it goes. */
  bytesPerSecond: number;
  /** Answers are compressed for clients that ask for it. */
  gzip: boolean;
  /** Deployed flows become active (sandbox, or production with the setting on). */
  deployFlowsActive: boolean;
  /** User permissions, and objects, that the licences of the org do not allow (any more). */
  licencesLack: readonly string[];
  /** How far the org is with working out what permission set groups grant; it does so after every change, in its own time. */
  groupStatus: 'Updated' | 'Outdated' | 'Updating' | 'Failed';
  /** Undelete is refused for everything, as with an emptied bin. */
  binEmptied: boolean;
  /** REST 503 or a reset at the k-th request; see `faults.ts`. */
  faults: FaultRule[];
  /** Something that happens in the org before a request is answered: a colleague's edit between two calls. */
  beforeRequest: DriftRule[];
}

/**
 * Facts nobody could confirm, or on which sources disagree. Each is a switch, so that a client is tested both ways;
 * `switchboard.ts` says what is known about each.
 */
export interface UnconfirmedFacts {
  bulkEmptyResult: 'header' | 'nothing';
  bulkDateTimes: 'Z' | '+0000';
  bulkExponents: boolean;
  bulkBadQuery: 'refused' | 'failsLater';
  bulkReadOnlyColumn: 'failsRow' | 'failsJob';
  bulkInsertEmptyId: 'tolerated' | 'refused';
  bulkDeletesReachBin: boolean;
  innerLineEndsCount: boolean;
  undeleteDuplicateText: 'named' | 'unknown';
  flowVersionLimitText: string;
  overwriteLatestDraft: boolean;
  toolingActivationNeedsTests: boolean;
  deactivateAndDeleteTogether: boolean;
  purgeOnDelete: 'ignored' | 'refused';
  deployDetailsDays: number;
  priceWithItsSwitch: 'taken' | 'refused';
  standardPriceInUse: 'held' | 'free';
  inferredFieldPermissions: boolean;
  toolingInBatch: 'answered' | 'refused';
  missingDescriptionClears: boolean;
  rowsMoveTheirParent: boolean;
  memberProperties: 'all' | 'named' | 'none';
}

/** What a rule knows of a request: its number since the server started, from 1. */
export interface RequestHead {
  readonly number: number;
  readonly method: string;
  readonly path: string;
  /** The requests inside a composite, as `PATCH /services/data/…`. */
  readonly parts?: readonly string[];
}

export interface DriftRule {
  readonly when: (request: RequestHead) => boolean;
  readonly run: () => void;
}

export interface FaultRule {
  /** Fires when this returns true for the request's number (from 1) and its method and path. */
  readonly when: (request: RequestHead) => boolean;
  readonly fault:
    | 'resetBefore'
    | 'resetAfter'
    | 'stall'
    | 'truncate'
    | 'cutShort'
    | 'html200'
    | 'status401'
    | 'status403Limit'
    | 'status420'
    | 'status429'
    | 'status500'
    | 'status502'
    | 'status503'
    | 'status504'
    | 'stripHeaders';
}
