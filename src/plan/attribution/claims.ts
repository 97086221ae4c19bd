import type { FlowChange } from '../../flow/diffFlows.js';
import { versionOf } from '../../flow/flowVersion.js';
import { keyText } from '../../metadata/component.js';
import type { ComponentChange } from '../../metadata/diffComponents.js';
import type { FieldDifference, RecordChange } from '../../records/diffRecords.js';
import type { Value, ValueRow } from '../../records/fieldValue.js';
import { editorThen, runsAs } from './afterState.js';
import { inWindow, isOurTouch, isTaken, type Attribution, type Touch } from './attribution.js';
import { componentAuthor, flowAuthor, recordAuthor, type Author } from '../changeSet.js';
import type { LoadTouch } from './loadedRows.js';

/** Whether a change, or one field of it, belongs to what the plan takes back; if not, whose it is and why it stays. */
export type Claim = { readonly ours: true } | { readonly ours: false; readonly kind: string; readonly author: Author };

const OURS: Claim = { ours: true };
const NOBODY: Author = { userId: undefined, at: undefined };
const theirs = (kind: string, author: Author): Claim => ({ ours: false, kind, author });

/** Whether what `author` did goes back because of who did it, and when. */
export function isClaimant(author: Author, attribution: Attribution): boolean {
  if (!inWindow(attribution.window, author.at)) return false;
  return (
    attribution.source === 'everybody' || (author.userId !== undefined && attribution.deployers.has(author.userId))
  );
}

/** By who did it; why it stays when that is none of the deployers. */
function byAuthor(author: Author, attribution: Attribution, kind: string): Claim {
  if (isClaimant(author, attribution)) return OURS;
  if (author.userId === undefined) {
    const within = attribution.after !== undefined || kind === 'deletedByOther';
    return attribution.alone && within ? OURS : theirs('unknownAuthor', author);
  }
  const outside = attribution.source === 'everybody' || attribution.deployers.has(author.userId);
  return theirs(outside ? 'outsideWindow' : kind, author);
}

/** Something touched after the deployment had ended. Stamps have whole seconds. */
function editedAfter(author: Author, end: string | null): boolean {
  return author.at !== undefined && end !== null && Date.parse(author.at) > Math.ceil(Date.parse(end) / 1000) * 1000;
}

// --- flows -----------------------------------------------------------------------------------------------------------

/** Whose work it is that a flow runs what it runs now. `bodies` are those of the baseline and of now, by `Name-3`. */
export function claimFlow(
  change: FlowChange,
  attribution: Attribution,
  bodies: { readonly baseline: ReadonlyMap<string, string>; readonly now: ReadonlyMap<string, string> }
): Claim {
  const { after } = attribution;
  let author = flowAuthor(change);
  const then = after?.flows.get(change.flow);
  if (after && then !== undefined) {
    const known = new Map([...bodies.now, ...bodies.baseline, ...after.flowBodies]);
    const [baseline, at, now] = [change.baseline, then, change.now].map((flow) => runsAs(flow, known));
    if (at === baseline) return theirs('changedLater', author);
    if (at !== now) return theirs('editedSince', author);
    const version = then && versionOf(then, then.activeVersion ?? change.baseline?.activeVersion ?? then.latestVersion);
    const before = version && change.baseline ? versionOf(change.baseline, version.number) : undefined;
    author =
      version && before?.lastModifiedAt !== version.lastModifiedAt
        ? { userId: version.lastModifiedById, at: version.lastModifiedAt }
        : NOBODY;
  }
  const touches = flowTouches(change, attribution).flat();
  const other = otherDeployment(touches, attribution);
  if (other) return other;
  if (isClaimant(author, attribution)) return OURS;
  if (deployedThis(change, author, attribution)) return OURS;
  return byAuthor(author, attribution, 'changedByOther');
}

/** Whether a deployment, by what it says, made the flow run what it runs now. */
function deployedThis(change: FlowChange, author: Author, attribution: Attribution): boolean {
  const isOurs = (touch: Touch): boolean => isOurTouch(attribution, touch);
  const [versions, pointer] = flowTouches(change, attribution);
  if (author.userId !== undefined)
    return [...versions, ...pointer].some(
      (touch) => isOurs(touch) && touch.userId === author.userId && !editedAfter(author, touch.at)
    );
  // A flow that is gone has no editor: the deployment that deleted it is the witness, if it was the last to touch it.
  if (!change.now) {
    const last = lastOf([...versions, ...pointer]);
    const ofLast = (touch: Touch): boolean => touch.deploymentId === last?.deploymentId;
    const gone = [...versions, ...pointer].some((touch) => ofLast(touch) && touch.deleted && isOurs(touch));
    // One that also set the pointer, to make the versions deletable, did delete the flow.
    return gone && versions.filter(ofLast).every((touch) => touch.deleted);
  }
  if (pointer.some(isOurs)) return true;
  // A deployed flow becomes a new version: that an old one runs, or none, is the work of whoever switched by hand.
  const { activeVersion } = change.now;
  const old = change.baseline && versionOf(change.baseline, activeVersion);
  return activeVersion !== null && !old && versions.some(isOurs);
}

/** What deployments did to a flow's versions, and to its pointer. */
function flowTouches(
  change: FlowChange,
  { touches }: Attribution
): [versions: readonly Touch[], pointer: readonly Touch[]] {
  return [touches.get(`Flow:${change.flow}`) ?? [], touches.get(`FlowDefinition:${change.flow}`) ?? []];
}

/** The youngest one. */
function lastOf(touches: readonly Touch[]): Touch | undefined {
  return [...touches].sort((a, b) => Date.parse(a.at ?? '') - Date.parse(b.at ?? '')).at(-1);
}

// --- components --------------------------------------------------------------------------------------------------------

/** A deployment that stays touched it, too: going back would undo that one as well. */
function otherDeployment(touches: readonly Touch[], attribution: Attribution): Claim | undefined {
  const other = touches.findLast((touch) => !isTaken(attribution, touch.deploymentId));
  return other && theirs('otherDeployment', { userId: other.userId, at: other.at ?? undefined });
}

/** Whose work it is that a component differs. For `created` what counts is who made it; see `claimCreated`. */
export function claimComponent(change: ComponentChange, attribution: Attribution): Claim {
  const touches = attribution.touches.get(keyText(change)) ?? [];
  const since = sinceAfter(change, attribution);
  if (since?.ours === false) return since;
  const other = otherDeployment(touches, attribution);
  if (other) return other;
  const { after } = attribution;
  const then = after?.components.get(keyText(change));
  const author = after && then ? editorThen(then, componentAuthor(change), after) : componentAuthor(change);
  if (isClaimant(author, attribution)) return OURS;
  const last = touches.findLast((touch) => isOurTouch(attribution, touch));
  // A component that is gone has no editor; the deployment that deleted it is the witness.
  if (change.kind === 'deleted')
    return last?.deleted && last === touches.at(-1) ? OURS : byAuthor(NOBODY, attribution, 'changedByOther');
  // Without an editor the deployment is no witness: somebody may have edited the component after it.
  if (last && author.userId === last.userId && !editedAfter(author, last.at)) return OURS;
  if (last && editedAfter(author, last.at)) return theirs('editedSince', author);
  return byAuthor(author, attribution, 'changedByOther');
}

/** With a following snapshot: what changed only after it, or went on changing, stays. */
function sinceAfter(change: ComponentChange, attribution: Attribution): Claim | undefined {
  const then = attribution.after?.components.get(keyText(change));
  if (then === undefined) return undefined;
  const at = then?.digest ?? null;
  if (at === (change.baseline?.digest ?? null)) return theirs('changedLater', componentAuthor(change));
  if (at !== (change.now?.digest ?? null)) return theirs('editedSince', componentAuthor(change));
  return OURS;
}

export interface CreatedClaim {
  /** A deployer made it: it may go when asked, also if somebody edited it since. */
  readonly made: boolean;
  readonly claim: Claim;
}

/** Whose a new component is: who made it, and whether somebody else edited it since. */
export function claimCreated(change: ComponentChange, attribution: Attribution): CreatedClaim {
  const creator: Author = { userId: change.now?.createdById, at: change.now?.createdAt };
  const editor = componentAuthor(change);
  const touches = attribution.touches.get(keyText(change)) ?? [];
  const byDeployment = touches.find((touch) => touch.created && isOurTouch(attribution, touch));
  const since = sinceAfter(change, attribution);
  if (since?.ours === false) {
    const isNew = since.kind === 'changedLater';
    return { made: !isNew, claim: isNew ? theirs('createdLater', creator) : since };
  }
  const made = byDeployment !== undefined || isClaimant(creator, attribution);
  if (!made) return { made, claim: byAuthor(creator, attribution, 'createdByOther') };
  const other = otherDeployment(touches, attribution);
  if (other) return { made, claim: other };
  const own =
    since?.ours === true ||
    isClaimant(editor, attribution) ||
    (byDeployment !== undefined &&
      editor.userId === byDeployment.userId &&
      !editedAfter(editor, touches.findLast((touch) => isOurTouch(attribution, touch))?.at ?? null));
  if (own) return { made, claim: OURS };
  return { made, claim: theirs(editor.userId === undefined ? 'unknownAuthor' : 'editedSince', editor) };
}

// --- records -----------------------------------------------------------------------------------------------------------

function editorOf(row: ValueRow | undefined | null): Author {
  return { userId: row?.LastModifiedById ?? undefined, at: row?.LastModifiedDate ?? undefined };
}

/** Whether the row was last saved by the load itself, automation in the same transaction included. */
function lastSavedBy(load: LoadTouch, editor: Author): boolean {
  return editor.userId === load.userId && editor.at !== undefined && !editedAfter(editor, load.to);
}

/** Whose each field of an updated row is. Known field by field only with a following snapshot or a load's own file. */
export function claimFields(change: RecordChange, attribution: Attribution): Map<string, Claim> {
  return new Map(
    change.differences.map((difference) => [difference.field, claimField(change, difference, attribution)])
  );
}

function claimField(change: RecordChange, difference: FieldDifference, attribution: Attribution): Claim {
  const { field, baseline, now } = difference;
  let author = recordAuthor(change);
  const then = attribution.after?.rows.get(change.id);
  if (then === null) return theirs('editedSince', author);
  const at: Value | undefined = then?.[field];
  if (then && at !== undefined) {
    if (at === baseline) return theirs('changedLater', author);
    if (at !== now) return theirs('editedSince', author);
    author = editorOf(then);
  }
  const load = attribution.loaded.get(change.id)?.findLast((one) => one.did !== 'deleted');
  if (load) {
    const set = load.fields.get(field);
    if (lastSavedBy(load, author) || (load.fields.has(field) && set === now)) return OURS;
    if (load.fields.has(field) && !isClaimant(author, attribution)) return theirs('editedSince', author);
  }
  return byAuthor(author, attribution, 'changedByOther');
}

/** Whether somebody saved a row last who is known, and whose changes stay. Of loads the rows say too little. */
export function savedByOther(change: RecordChange, attribution: Attribution): boolean {
  const author = recordAuthor(change);
  return attribution.source !== 'items' && author.userId !== undefined && !isClaimant(author, attribution);
}

/** Whose a deletion is. A row that is gone for good has no last editor: it is theirs only where nobody else was at work. */
export function claimDeleted(change: RecordChange, attribution: Attribution): Claim {
  // Whoever had the object created again had its rows.
  if (change.withObject) return OURS;
  const author = change.now === undefined ? NOBODY : recordAuthor(change);
  // It was still there when the deployment was over.
  if (attribution.after?.rows.get(change.id)) return theirs('deletedLater', author);
  if (attribution.loaded.get(change.id)?.some((load) => load.did === 'deleted')) return OURS;
  return byAuthor(author, attribution, 'deletedByOther');
}

/** Whose a new row is: who made it, and whether somebody else edited it since. */
export function claimInserted(change: RecordChange, attribution: Attribution): CreatedClaim {
  const creator = recordAuthor(change);
  const editor = editorOf(change.now);
  const then = attribution.after?.rows.get(change.id);
  if (then === null) return { made: false, claim: theirs('createdLater', creator) };
  const load = attribution.loaded.get(change.id)?.find((one) => one.did === 'created');
  const made = load !== undefined || isClaimant(creator, attribution);
  if (!made) return { made, claim: byAuthor(creator, attribution, 'createdByOther') };
  if (then) {
    const same = Object.entries(then).every(([field, value]) => STAMPS.has(field) || change.now?.[field] === value);
    if (!same && editor.at !== then.LastModifiedDate) return { made, claim: theirs('editedSince', editor) };
  }
  if (isClaimant(editor, attribution) || (load && lastSavedBy(load, editor))) return { made, claim: OURS };
  return { made, claim: theirs('editedSince', editor) };
}

const STAMPS = new Set([
  'LastModifiedDate',
  'LastModifiedById',
  'SystemModstamp',
  'LastViewedDate',
  'LastReferencedDate',
]);
