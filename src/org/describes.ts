import type { ChildRelationship, FieldDescribe, ObjectDescribe } from '../records/objectDescribe.js';
import { sendTogether } from './composite.js';
import type { OrgHttp } from './orgHttp.js';
import { badAnswer } from './orgRequestError.js';

type Raw = Record<string, unknown>;

const flag = (value: unknown): boolean => value === true;
const list = (value: unknown): Raw[] => (Array.isArray(value) ? (value as Raw[]) : []);

function field(raw: Raw): FieldDescribe {
  return {
    name: String(raw.name),
    type: String(raw.type),
    createable: flag(raw.createable),
    updateable: flag(raw.updateable),
    calculated: flag(raw.calculated),
    autoNumber: flag(raw.autoNumber),
    nillable: flag(raw.nillable),
    defaultedOnCreate: flag(raw.defaultedOnCreate),
    unique: flag(raw.unique),
    length: Number(raw.length ?? 0),
    scale: Number(raw.scale ?? 0),
    referenceTo: list(raw.referenceTo).map(String),
    relationshipName: typeof raw.relationshipName === 'string' ? raw.relationshipName : null,
    cascadeDelete: flag(raw.cascadeDelete),
    restrictedDelete: flag(raw.restrictedDelete),
    compoundFieldName: typeof raw.compoundFieldName === 'string' ? raw.compoundFieldName : null,
    encrypted: flag(raw.encrypted) || raw.type === 'encryptedstring',
  };
}

function childRelationships(raw: Raw): ChildRelationship[] {
  return list(raw.childRelationships)
    .filter((child) => !flag(child.deprecatedAndHidden) && typeof child.field === 'string')
    .map((child) => ({
      childObject: String(child.childSObject),
      field: String(child.field),
      cascadeDelete: flag(child.cascadeDelete),
      restrictedDelete: flag(child.restrictedDelete),
    }));
}

/** What a rollback needs of a raw describe. */
export function reduceDescribe(raw: Raw): ObjectDescribe {
  return {
    name: String(raw.name),
    keyPrefix: typeof raw.keyPrefix === 'string' ? raw.keyPrefix : null,
    createable: flag(raw.createable),
    updateable: flag(raw.updateable),
    deletable: flag(raw.deletable),
    undeletable: flag(raw.undeletable),
    customSetting: flag(raw.customSetting),
    fields: list(raw.fields).map(field),
    childRelationships: childRelationships(raw),
  };
}

/** Describes in one composite: they are large, some hundred fields with all their picklists each. */
const DESCRIBES_PER_REQUEST = 10;

const describePath = (object: string): string => `/sobjects/${encodeURIComponent(object)}/describe`;

/** A describe without fields would make every value of the object look unreadable. */
function isDescribeOf(object: string, raw: Raw | undefined): raw is Raw {
  return String(raw?.name).toLowerCase() === object.toLowerCase() && list(raw?.fields).length > 0;
}

/** Describes, each read once per process. They hold only what the running user may see. */
export class Describes {
  private readonly known = new Map<string, Promise<ObjectDescribe>>();
  private names: Promise<ReadonlySet<string>> | undefined;

  public constructor(private readonly http: OrgHttp) {}

  public objectNames(): Promise<ReadonlySet<string>> {
    this.names ??= this.http.json<{ sobjects: Array<{ name: string }> }>('/sobjects').then((answer) => {
      if (!Array.isArray(answer?.sobjects)) throw badAnswer('the list of objects was answered with something else');
      return new Set(answer.sobjects.map((object) => object.name));
    });
    // What failed once is asked again, not remembered.
    this.names.catch(() => (this.names = undefined));
    return this.names;
  }

  /** What was read so far no longer holds: a deployment changed the schema. */
  public forget(): void {
    this.known.clear();
    this.names = undefined;
  }

  public describe(object: string): Promise<ObjectDescribe> {
    let describe = this.known.get(object);
    if (!describe) {
      describe = this.http.json<Raw>(describePath(object)).then((raw) => {
        if (!isDescribeOf(object, raw)) throw badAnswer(`the describe of ${object} was answered with something else`);
        return reduceDescribe(raw);
      });
      this.known.set(object, describe);
      describe.catch(() => this.known.delete(object));
    }
    return describe;
  }

  /** Several together. What was not answered there is left to `describe`. */
  public async describeAll(objects: Iterable<string>): Promise<void> {
    const due = [...new Set(objects)].filter((object) => !this.known.has(object));
    if (due.length < 2) {
      for (const object of due) await this.describe(object).catch(() => undefined);
      return;
    }
    const chunks: string[][] = [];
    for (let at = 0; at < due.length; at += DESCRIBES_PER_REQUEST)
      chunks.push(due.slice(at, at + DESCRIBES_PER_REQUEST));
    const { known } = this;
    await Promise.all(
      chunks.map(async (chunk) => {
        const parts = chunk.map((object) => ({ method: 'GET' as const, path: describePath(object) }));
        const answers = await sendTogether(this.http, parts, { readsOnly: true });
        for (const [n, object] of chunk.entries()) {
          const raw = answers[n]?.status === 200 ? (answers[n].body as Raw) : undefined;
          if (isDescribeOf(object, raw)) known.set(object, Promise.resolve(reduceDescribe(raw)));
        }
      })
    );
  }
}
