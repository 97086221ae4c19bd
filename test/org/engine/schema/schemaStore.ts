import type { FieldSchema, ObjectSchema, Schema } from '../contracts.js';

/** Told when a definition goes away or comes, so that rows can follow. */
export interface SchemaListener {
  objectRemoved(object: ObjectSchema): void;
  fieldPut(object: ObjectSchema, field: FieldSchema, before: FieldSchema | undefined): void;
  fieldRemoved(object: ObjectSchema, field: FieldSchema): void;
}

interface Entry {
  object: ObjectSchema;
  changedAt: number;
  readonly fields: Map<string, FieldSchema>;
}

/** The org's objects and fields. Names are looked up without regard to case and given back in their own spelling. */
export class SchemaStore implements Schema {
  private readonly entries = new Map<string, Entry>();
  private readonly byPrefix = new Map<string, string>();
  private readonly listeners: SchemaListener[] = [];
  private nextPrefix = 0;

  /** `now` stamps the changes of definitions, in milliseconds. */
  public constructor(private readonly now: () => number = () => 0) {}

  public listen(listener: SchemaListener): void {
    this.listeners.push(listener);
  }

  public get(objectName: string): ObjectSchema | undefined {
    return this.entries.get(objectName.toLowerCase())?.object;
  }

  public field(objectName: string, fieldName: string): FieldSchema | undefined {
    return this.entries.get(objectName.toLowerCase())?.fields.get(fieldName.toLowerCase());
  }

  /** The object whose records have ids that start like this one. */
  public objectOfId(id: string): ObjectSchema | undefined {
    const name = this.byPrefix.get(id.slice(0, 3));
    return name === undefined ? undefined : this.get(name);
  }

  /** When the definition changed last; 0 for an object that is not kept here. */
  public changedAt(objectName: string): number {
    return this.entries.get(objectName.toLowerCase())?.changedAt ?? 0;
  }

  public names(): string[] {
    return [...this.entries.values()].map((entry) => entry.object.name);
  }

  public all(): ObjectSchema[] {
    return [...this.entries.values()].map((entry) => entry.object);
  }

  public addObject(object: ObjectSchema): void {
    this.entries.set(object.name.toLowerCase(), { object, changedAt: this.now(), fields: fieldMap(object) });
    if (!this.byPrefix.has(object.keyPrefix)) this.byPrefix.set(object.keyPrefix, object.name);
  }

  public removeObject(objectName: string): void {
    const entry = this.entries.get(objectName.toLowerCase());
    if (entry === undefined) return;
    this.entries.delete(objectName.toLowerCase());
    if (this.byPrefix.get(entry.object.keyPrefix) === entry.object.name) this.byPrefix.delete(entry.object.keyPrefix);
    for (const listener of this.listeners) listener.objectRemoved(entry.object);
  }

  public putField(objectName: string, field: FieldSchema): void {
    const entry = this.entryOf(objectName);
    const before = entry.fields.get(field.name.toLowerCase());
    entry.fields.set(field.name.toLowerCase(), field);
    entry.object = { ...entry.object, fields: [...entry.fields.values()] };
    entry.changedAt = this.now();
    for (const listener of this.listeners) listener.fieldPut(entry.object, field, before);
  }

  public removeField(objectName: string, fieldName: string): void {
    const entry = this.entryOf(objectName);
    const field = entry.fields.get(fieldName.toLowerCase());
    if (field === undefined) return;
    entry.fields.delete(fieldName.toLowerCase());
    entry.object = { ...entry.object, fields: [...entry.fields.values()] };
    entry.changedAt = this.now();
    for (const listener of this.listeners) listener.fieldRemoved(entry.object, field);
  }

  /** A custom-object prefix nobody has yet: `aA0`, `aA1`, … */
  public freeKeyPrefix(): string {
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    for (;;) {
      const number = this.nextPrefix++;
      const prefix = `a${digits.charAt(10 + (Math.floor(number / 36) % 26))}${digits.charAt(number % 36)}`;
      if (!this.byPrefix.has(prefix)) return prefix;
    }
  }

  private entryOf(objectName: string): Entry {
    const entry = this.entries.get(objectName.toLowerCase());
    if (entry === undefined) throw new Error(`no such object: ${objectName}`);
    return entry;
  }
}

function fieldMap(object: ObjectSchema): Map<string, FieldSchema> {
  return new Map(object.fields.map((field) => [field.name.toLowerCase(), field]));
}
