import type { Deployment } from '../org/ports/history.js';
import type { LockHolder, Room } from '../store/ports.js';
import type { ObjectDescribe } from '../records/objectDescribe.js';
import type { Scope } from '../snapshot/scope.js';
import type { Snapshot } from '../snapshot/snapshotFormat.js';
import type { Damage } from '../validate/checkFiles.js';

/** An object of the scope, as the snapshot knew it and as this user sees it now; undefined where it is not there. */
export interface ObjectFacts {
  readonly object: string;
  /** Brought by a preset, or marked optional: an org may do without it. */
  readonly ofPreset: boolean;
  readonly before: ObjectDescribe | undefined;
  readonly now: ObjectDescribe | undefined;
}

/** What the preflight looked at. Nothing in it is judged. */
export interface Facts {
  readonly identity: {
    readonly orgId: string;
    readonly username: string;
    readonly label: string;
    readonly apiVersion: string;
  };
  /** This machine's clock and the org's, at the same moment. */
  readonly localTime: Date;
  readonly orgTime: Date;
  /** Undefined where the org does not tell. */
  readonly isSandbox: boolean | undefined;
  readonly scope: Scope;
  /** The snapshot whose scope it is; undefined where there is none, and the scope is what `snapshot` takes by default. */
  readonly snapshot: Snapshot | undefined;
  readonly damages: readonly Damage[];
  /** Names of the permissions this user has, as in `UserPermissionAccess` (`PermissionsModifyMetadata`). */
  readonly permissions: ReadonlySet<string>;
  readonly apiLimit: { readonly max: number; readonly remaining: number } | undefined;
  readonly objects: readonly ObjectFacts[];
  /** Metadata types of the scope, each with the org's words where it refused to list it. */
  readonly types: ReadonlyArray<{ readonly type: string; readonly refusal: string | undefined }>;
  readonly packages: Readonly<Record<string, string>>;
  readonly deployments: readonly Deployment[];
  readonly jobs: ReadonlyArray<{ readonly id: string; readonly object: string; readonly state: string }>;
  /** What runs left switched off by hand. */
  readonly switches: ReadonlyArray<{ readonly runId: string; readonly planId: string; readonly name: string }>;
  /** Runs that were stopped or cut off and can be gone on with. */
  readonly unfinishedRuns: readonly string[];
  /** Who holds the lock of this org; undefined when nobody does. */
  readonly lock: LockHolder | undefined;
  readonly room: Room;
}

/** One thing the preflight looked at, with what to do about it. */
export interface Check {
  readonly code: string;
  readonly about: string;
  /** `refused`: a command would refuse, or fail. `mind`: it would go on, and a person should know. */
  readonly state: 'ok' | 'mind' | 'refused';
  readonly message: string;
  /** A sentence or a complete command, with `ORG` for the org and store as typed; null where there is nothing to do. */
  readonly action: string | null;
}
