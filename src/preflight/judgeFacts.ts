import { comparableFields, fieldNamed } from '../records/objectDescribe.js';
import { plural } from '../model/plural.js';
import type { Check, Facts, ObjectFacts } from './facts.js';

/** A clock this far off makes the times in files and reports hard to compare; nothing is decided by it. */
const CLOCK_SECONDS = 120;
/** Rows deleted longer ago than this are no longer in the recycle bin. */
const BIN_DAYS = 15;
/** Below this share of the day's requests a person should know. */
const LOW_SHARE = 0.1;
/** Free space below which something fails for certain, and below which it may. */
const LEAST_FREE_BYTES = 10_000_000;
const LOW_FREE_BYTES = 100_000_000;
/** Names in one sentence before the rest is counted. */
const NAMES = 8;

type Part = Omit<Check, 'about' | 'code'>;

const ok = (message: string): Part => ({ state: 'ok', message, action: null });
const mind = (message: string, action: string | null = null): Part => ({ state: 'mind', message, action });
const refused = (message: string, action: string | null): Part => ({ state: 'refused', message, action });

function some(names: readonly string[]): string {
  return names.length <= NAMES
    ? names.join(', ')
    : `${names.slice(0, NAMES).join(', ')} and ${names.length - NAMES} more`;
}

/** Every check of the preflight, in the order in which `snapshot`, `plan` and `apply` would meet them. */
export function judgeFacts(facts: Facts): Check[] {
  const check = (code: string, about: string, part: Part): Check => ({ code, about, ...part });
  return [
    check('connection', 'Connection', connection(facts)),
    check('clock', 'Clock', clock(facts)),
    check('apiLimit', 'API requests', apiLimit(facts)),
    check('inFlight', 'In flight', inFlight(facts)),
    check('snapshot', 'Snapshot', snapshot(facts)),
    ...(facts.snapshot ? [check('packages', 'Packages', packages(facts))] : []),
    ...userPermissions(facts).map((part) => check('permissions', 'User permissions', part)),
    ...(facts.objects.length > 0
      ? [
          check('objects', 'Objects', objects(facts.objects)),
          check('objectRights', 'Rights on rows', objectRights(facts.objects)),
          check('fields', 'Fields', fields(facts.objects)),
        ]
      : []),
    ...(facts.types.length > 0 ? [check('types', 'Metadata types', types(facts))] : []),
    check('room', 'Store', roomLeft(facts)),
    check('lock', 'Lock', lock(facts)),
    check('runs', 'Earlier runs', runs(facts)),
    check('switches', 'Switches', switches(facts)),
  ];
}

function connection({ identity, isSandbox }: Facts): Part {
  const kind = isSandbox === undefined ? '' : isSandbox ? ', a sandbox' : ', production: Apex deploys run local tests';
  return ok(`${identity.username} in ${identity.orgId}${kind}; API version ${identity.apiVersion}`);
}

function clock({ localTime, orgTime }: Facts): Part {
  const seconds = Math.round((localTime.getTime() - orgTime.getTime()) / 1000);
  const off = Math.abs(seconds);
  if (off <= CLOCK_SECONDS) return ok(`${off} s apart`);
  return mind(
    `This machine is ${off} s ${seconds > 0 ? 'ahead of' : 'behind'} the org. Nothing is decided by its clock, but plans and runs carry its times.`,
    'Set the clock of this machine.'
  );
}

/** Requests a rollback of this scope takes, generously: reading before and after, and writing in between. */
export function requestsNeeded(scope: Facts['scope']): number {
  return 100 + scope.records.length * 12 + (scope.metadata.length > 0 ? 60 : 0);
}

function apiLimit({ apiLimit: limit, scope }: Facts): Part {
  if (!limit) return mind('The org does not tell how many requests are left (View Setup and Configuration).');
  const needed = requestsNeeded(scope);
  const left = `${limit.remaining.toLocaleString('en-US')} of ${limit.max.toLocaleString('en-US')} left today`;
  if (limit.remaining < needed)
    return refused(`${left}; a rollback of this scope takes up to ${needed}`, 'Wait until requests are free again.');
  return limit.remaining < limit.max * LOW_SHARE
    ? mind(`${left}; a rollback of this scope takes up to ${needed}`)
    : ok(`${left}; a rollback of this scope takes up to ${needed}`);
}

function inFlight({ deployments, jobs }: Facts): Part {
  const running = [
    ...deployments.map(
      (deployment) => `deployment ${deployment.id} by ${deployment.createdByName} (${deployment.status})`
    ),
    ...jobs.map((job) => `bulk load ${job.id} of ${job.object} (${job.state})`),
  ];
  return running.length === 0
    ? ok('no deployment and no bulk load is running')
    : refused(`${some(running)}. Snapshot and apply refuse until it is done.`, 'Wait until it is done.');
}

function snapshot({ snapshot: taken, damages, orgTime }: Facts): Part {
  const take = 'Take one before the next deployment: sf rollback snapshot -o ORG';
  if (!taken) return mind('There is none of this org to go back to. The default scope was looked at.', take);
  if (damages.length > 0)
    return refused(
      `${taken.id} is damaged: ${damages[0]?.path}: ${damages[0]?.reason}${damages.length > 1 ? ` and ${damages.length - 1} more` : ''}`,
      `See all of it: sf rollback verify ${taken.id}`
    );
  const holes = taken.gaps.filter((gap) => gap.severity === 'hole');
  if (holes.length > 0)
    return refused(
      `${taken.id} is incomplete: ${some(holes.map((gap) => gap.name))}. Plan refuses it, or excludes what the holes touch.`,
      `Plan without them: sf rollback plan -o ORG --snapshot ${taken.id} --accept-gaps`
    );
  const days = Math.floor((orgTime.getTime() - Date.parse(taken.createdAt)) / 86_400_000);
  if (days >= BIN_DAYS)
    return mind(`${taken.id} is ${days} days old: rows deleted since may have left the recycle bin.`, take);
  return ok(`${taken.id} is whole`);
}

function packages({ packages: now, snapshot: taken }: Facts): Part {
  const before = taken?.packages ?? {};
  const moved = [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .sort()
    .filter((name) => before[name] !== now[name])
    .map((name) => `${name} ${before[name] ?? 'not installed'} -> ${now[name] ?? 'gone'}`);
  if (moved.length === 0)
    return ok(
      `as in the snapshot: ${some(Object.entries(now).map(([name, version]) => `${name} ${version}`)) || 'none'}`
    );
  return mind(
    `${some(moved)} since the snapshot. A package upgrade is not taken back, and may have changed what rows mean.`,
    'Take a new snapshot once you know that the upgrade is fine: sf rollback snapshot -o ORG'
  );
}

/**
 * Permissions without which a lane fails. Sources: Metadata API Developer Guide ("Modify Metadata Through Metadata API
 * Functions" or "Modify All Data" for retrieve and deploy; for each type also what Setup would ask for); REST API
 * Developer Guide ("API Enabled").
 */
function userPermissions({ permissions, scope }: Facts): Part[] {
  const has = (name: string): boolean => permissions.has(`Permissions${name}`);
  const parts: Part[] = [];
  const ask = 'Ask an administrator for it, or run as a user who has it.';
  if (!has('ApiEnabled')) parts.push(refused('API Enabled is missing: no command can work.', ask));
  const deploys = scope.metadata.length > 0 || scope.flows.length > 0;
  if (deploys && !has('ModifyMetadata') && !has('ModifyAllData'))
    parts.push(
      refused(
        'Modify Metadata Through Metadata API Functions is missing: flows and metadata cannot be read or deployed.',
        ask
      )
    );
  if (scope.records.length > 0 && !has('ViewAllData') && !has('ModifyAllData'))
    parts.push(
      refused(
        'View All Data is missing: a row you may not see would look deleted, so plan, apply and validate refuse.',
        ask
      )
    );
  const wanted: ReadonlyArray<readonly [condition: boolean, name: string, words: string]> = [
    [scope.flows.length > 0, 'ManageFlow', 'Manage Flow'],
    [scope.metadata.some(({ type }) => /^Apex/.test(type)), 'AuthorApex', 'Author Apex'],
    [scope.metadata.length > 0, 'CustomizeApplication', 'Customize Application'],
    [
      scope.metadata.some(({ type }) => /^(Profile|PermissionSet|PermissionSetGroup)$/.test(type)),
      'ManageProfilesPermissionsets',
      'Manage Profiles and Permission Sets',
    ],
  ];
  const missing = wanted.filter(([condition, name]) => condition && !has(name)).map(([, , words]) => words);
  if (missing.length > 0) parts.push(mind(`${missing.join(', ')} missing: some components may be refused.`, ask));
  return parts.length > 0 ? parts : [ok('all that this scope needs')];
}

function objects(all: readonly ObjectFacts[]): Part {
  const gone = all.filter((object) => !object.now);
  const named = gone.filter((object) => !object.ofPreset || object.before).map((object) => object.object);
  const seen = `${plural(all.length - gone.length, 'object')} can be read`;
  if (named.length > 0)
    return refused(
      `${some(named)} cannot be read by this user, or ${named.length === 1 ? 'is' : 'are'} gone. Their rows are not compared and not restored.`,
      'Give the user Read and View All on them, or leave them out of the scope.'
    );
  return gone.length > 0 ? ok(`${seen}; ${gone.length} of the preset are not in this org`) : ok(seen);
}

function objectRights(all: readonly ObjectFacts[]): Part {
  const lacking = (right: 'createable' | 'updateable' | 'deletable'): string[] =>
    all.filter((object) => object.now && !object.now[right]).map((object) => object.object);
  const [create, edit, remove] = [lacking('createable'), lacking('updateable'), lacking('deletable')];
  const parts = [
    create.length > 0 ? `no Create on ${some(create)}` : '',
    edit.length > 0 ? `no Edit on ${some(edit)}` : '',
    remove.length > 0 ? `no Delete on ${some(remove)}` : '',
  ].filter(Boolean);
  // Some objects of the platform take no edits from anybody; a plan only fails where it has to write to them.
  return parts.length === 0
    ? ok('rows of every object can be created, edited and deleted')
    : mind(`${parts.join('; ')}: steps that need it will fail`, 'Give the user these rights before apply.');
}

function fields(all: readonly ObjectFacts[]): Part {
  const unreadable: string[] = [];
  const fixed: string[] = [];
  let count = 0;
  for (const { object, before, now } of all) {
    if (!now) continue;
    count += now.fields.length;
    for (const field of before ? comparableFields(before) : []) {
      const today = fieldNamed(now, field.name);
      if (!today) unreadable.push(`${object}.${field.name}`);
      else if (!today.updateable) fixed.push(`${object}.${field.name}`);
    }
  }
  const parts = [
    unreadable.length > 0 ? `${some(unreadable)} can no longer be read` : '',
    fixed.length > 0 ? `${some(fixed)} can no longer be edited` : '',
  ].filter(Boolean);
  return parts.length === 0
    ? ok(
        `${count.toLocaleString('en-US')} fields can be read${all.some(({ before }) => before) ? ', all of the snapshot among them' : ''}`
      )
    : mind(`${parts.join('; ')}: what they held is not restored`, 'Check the field-level security of this user.');
}

function types({ types: all }: Facts): Part {
  const bad = all.filter((entry) => entry.refusal !== undefined);
  return bad.length === 0
    ? ok(`${some(all.map((entry) => entry.type))} can be listed`)
    : refused(
        bad.map((entry) => `${entry.type}: ${entry.refusal}`).join('; '),
        'Leave the type out of the scope, or use an API version that knows it.'
      );
}

/** A plan and an undo point are as large as the snapshot at most; the next snapshot is about as large as this one. */
function roomLeft({ room: { writable, freeBytes }, snapshot: taken }: Facts): Part {
  if (!writable)
    return refused(
      'The store cannot be written: snapshot, plan and apply fail.',
      'Make its folder writable, or name another one with --store.'
    );
  if (freeBytes === undefined) return ok('the store can be written');
  const bytes = taken?.counts.bytes ?? 0;
  const left = `${megabytes(freeBytes)} free`;
  if (freeBytes < bytes + LEAST_FREE_BYTES)
    return refused(`${left}: too little for a plan and its undo point.`, 'Make room on this disk.');
  return freeBytes < 3 * bytes + LOW_FREE_BYTES
    ? mind(`${left}: a snapshot, a plan and an undo point may not all fit.`, 'Make room on this disk.')
    : ok(`it can be written; ${left}`);
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en-US')} MB`;
}

function lock({ lock: held }: Facts): Part {
  if (!held) return ok('nobody holds it');
  const who = `${held.holder}, process ${held.pid} on ${held.host}, since ${held.since}`;
  if (held.life === 'gone') return ok(`left behind by a process that has ended (${who}); the next apply takes it over`);
  const said = `${held.life === 'unreadable' ? 'held, by whom cannot be read' : `held by ${who}`}; last sign of life ${held.lastSignOfLife}.`;
  return refused(
    `${said} Apply refuses until it is released.`,
    held.life === 'alive'
      ? 'Wait until it is done.'
      : `Wait until it is done. If it is dead for certain: sf rollback apply -o ORG --break-lock ${held.id}`
  );
}

function runs({ unfinishedRuns, lock: held }: Facts): Part {
  const last = unfinishedRuns.at(-1);
  if (last === undefined) return ok('none was stopped or cut off');
  const were = `${some([...unfinishedRuns])} ${unfinishedRuns.length === 1 ? 'was' : 'were'}`;
  const underWay = held && held.life !== 'gone' ? ', or is still under way' : '';
  return mind(
    `${were} stopped or cut off${underWay}: part of a rollback may be done.`,
    `Go on: sf rollback apply -o ORG --resume ${last}`
  );
}

function switches({ switches: open }: Facts): Part {
  const last = open.at(-1);
  return last === undefined
    ? ok('none was left off')
    : mind(
        `${[...new Set(open.map((entry) => entry.name))].join(', ')} may still be off since run ${last.runId}.`,
        'Switch them on in Setup, and say so at the next apply: --cpq-triggers leave-on'
      );
}
