import { OrgError, type OrgUser } from '../engine/contracts.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import { childRelationships } from '../engine/schema/childRelationships.js';
import { requestedObject } from './restDescribe.js';
import type { Router } from './router.js';

interface TreeRecord {
  readonly attributes?: { readonly type?: string; readonly referenceId?: string };
  readonly [field: string]: unknown;
}

interface TreeError {
  readonly referenceId: string;
  readonly errors: ReadonlyArray<{ statusCode: string; message: string; fields: readonly string[] }>;
}

const mostRecords = 200;
const mostLevels = 5;

/** `composite/tree`: records with their children, all or none. */
export function registerTreeRoutes(router: Router, org: PracticeOrg): void {
  router.post('/services/data/v:version/composite/tree/:object', async (request) => {
    const object = requestedObject(org, request).name;
    const { records } = request.json() as { records?: TreeRecord[] };
    if (!Array.isArray(records)) throw new OrgError('JSON_PARSER_ERROR', 'The records list is missing');
    refuseOversize(records);
    const planter = new Planter(org, request.user);
    const good = await org.records.together(request.user, async () => {
      planter.plant(object, records);
      return planter.errors.length === 0;
    });
    return good
      ? { status: 201, body: { hasErrors: false, results: planter.planted } }
      : { status: 400, body: { hasErrors: true, results: planter.errors } };
  });
}

/** Inserts parents before their children and remembers what became of each. */
class Planter {
  public readonly planted: Array<{ referenceId: string; id: string }> = [];
  public readonly errors: TreeError[] = [];

  public constructor(
    private readonly org: PracticeOrg,
    private readonly user: OrgUser
  ) {}

  public plant(
    object: string,
    records: readonly TreeRecord[],
    link?: { readonly field: string; readonly id: string }
  ): void {
    const branches: Array<{ readonly parent: string; readonly relationship: string; readonly records: TreeRecord[] }> =
      [];
    for (const record of records) {
      const referenceId = record.attributes?.referenceId ?? '';
      const values: Record<string, unknown> = link === undefined ? {} : { [link.field]: link.id };
      const nested: Array<[string, TreeRecord[]]> = [];
      for (const [name, value] of Object.entries(record)) {
        if (name === 'attributes') continue;
        const children = (value as { records?: TreeRecord[] } | null)?.records;
        if (Array.isArray(children)) nested.push([name, children]);
        else values[name] = value;
      }
      const [result] = this.org.records.write(this.user, [{ operation: 'insert', object, values }]);
      if (result === undefined) continue;
      if (result.success) {
        this.planted.push({ referenceId, id: result.id });
        for (const [relationship, children] of nested)
          branches.push({ parent: result.id, relationship, records: children });
      } else {
        const { code, message, fields } = result.error;
        this.errors.push({ referenceId, errors: [{ statusCode: code, message, fields }] });
      }
    }
    for (const branch of branches) {
      const found = childRelationships(this.org.schema.all(), object).find(
        ({ name }) => name?.toLowerCase() === branch.relationship.toLowerCase()
      );
      if (found === undefined)
        throw new OrgError('INVALID_FIELD', `No such relationship '${branch.relationship}' on entity ${object}`);
      this.plant(found.child.name, branch.records, { field: found.field.name, id: branch.parent });
    }
  }
}

function refuseOversize(records: readonly TreeRecord[], level = 1): number {
  if (level > mostLevels) throw new OrgError('INVALID_INPUT', `The record tree can have at most ${mostLevels} levels`);
  const count = records.reduce((sum, record) => {
    const nested = Object.values(record).map((value) => (value as { records?: TreeRecord[] } | null)?.records);
    return (
      sum + 1 + nested.reduce((inner, list) => inner + (Array.isArray(list) ? refuseOversize(list, level + 1) : 0), 0)
    );
  }, 0);
  if (count > mostRecords)
    throw new OrgError('INVALID_INPUT', `The record tree can have at most ${mostRecords} records`);
  return count;
}
