import type { Row } from '../../org/engine/contracts.js';
import { isLookup } from './caseOrg.js';
import type { Evidence, Picture, RecordWrite } from './evidence.js';

/** What the figures of the record lane count: how many cases held each. */
export const HARDSHIPS = [
  'cascade undelete',
  'emptied bin',
  'cycle',
  'Custom logic',
  'unique swap',
  'restrict',
  'set-null',
  "a colleague's concurrent edit",
] as const;
export type Hardship = (typeof HARDSHIPS)[number];

/** Which hardships a case held. */
export function hardshipsOf(of: Evidence): ReadonlySet<Hardship> {
  const held = new Set<Hardship>();
  const dov = of.world.user('Dov Deployer').id;
  const cleo = of.world.user('Cleo Colleague').id;
  const gone = new Map<string, Row>();
  const fresh = new Map<string, Row>();
  for (const object of of.world.objects) {
    for (const [id, row] of of.before.get(object) ?? []) if (!of.bad.get(object)?.has(id)) gone.set(id, row);
    for (const [id, row] of of.bad.get(object) ?? []) if (!of.before.get(object)?.has(id)) fresh.set(id, row);
  }
  if (of.backLog.some((entry) => entry.operation === 'cascadeUndelete')) held.add('cascade undelete');
  if ([...gone.keys()].some((id) => of.emptied.has(id))) held.add('emptied bin');
  if (hasCycle(gone) || hasCycle(fresh)) held.add('cycle');
  if (of.badLog.some((entry) => entry.operation === 'setNull' && alive(of, entry))) held.add('set-null');
  if (of.badLog.some((entry) => entry.user === cleo && ['insert', 'update', 'delete'].includes(entry.operation)))
    held.add("a colleague's concurrent edit");
  if (customLogicTouched(of, dov)) held.add('Custom logic');
  if (keysMoved(of)) held.add('unique swap');
  if (restricted(of, gone) || restricted(of, fresh)) held.add('restrict');
  return held;
}

function alive(of: Evidence, entry: RecordWrite): boolean {
  return of.bad.get(entry.object)?.has(entry.id) === true && of.before.get(entry.object)?.has(entry.id) === true;
}

function customLogicTouched(of: Evidence, dov: string): boolean {
  const { family } = of.world.spec;
  if (!family) return false;
  const custom = (row: Row | undefined): boolean => row?.['SBQQ__ConditionsMet__c'] === 'Custom';
  return of.badLog.some((entry) => {
    if (entry.user !== dov) return false;
    if (entry.object !== family.rule && entry.object !== family.condition) return false;
    const find = (picture: Picture): Row | undefined => {
      const row = picture.get(entry.object)?.get(entry.id);
      return entry.object === family.rule ? row : picture.get(family.rule)?.get(String(row?.[family.link]));
    };
    return custom(find(of.before)) || custom(find(of.bad));
  });
}

/** A key of the snapshot that another living row has now. */
function keysMoved(of: Evidence): boolean {
  return of.world.objects.some((object) => {
    const owners = new Map([...(of.before.get(object) ?? [])].map(([id, row]) => [row['Key__c'] ?? null, id]));
    return [...(of.bad.get(object) ?? [])].some(([id, row]) => {
      const owner = owners.get(row['Key__c'] ?? null);
      return typeof row['Key__c'] === 'string' && owner !== undefined && owner !== id;
    });
  });
}

/** Two of these rows, one of which restricts the deletion of the other. */
function restricted(of: Evidence, rows: ReadonlyMap<string, Row>): boolean {
  return [...rows].some(([id, row]) => {
    const object = of.world.org.schema.objectOfId(id);
    return (object?.fields ?? []).some(
      (field) =>
        isLookup(field) &&
        field.cascadeDelete !== true &&
        (field.restrictedDelete === true || field.nillable !== true) &&
        rows.has(String(row[field.name]))
    );
  });
}

/** Whether rows point to each other in a ring; a row that points to itself is one too. */
function hasCycle(rows: ReadonlyMap<string, Row>): boolean {
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (id: string): boolean => {
    if (open.has(id)) return true;
    if (done.has(id)) return false;
    open.add(id);
    const targets = Object.entries(rows.get(id) ?? {}).filter(
      ([field, value]) => /__c$/.test(field) && field !== 'Trace__c' && typeof value === 'string' && rows.has(value)
    );
    const found = targets.some(([, value]) => visit(String(value)));
    open.delete(id);
    done.add(id);
    return found;
  };
  return [...rows.keys()].some(visit);
}
