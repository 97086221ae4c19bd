type Keep = () => void;

/**
 * Everything that can be reached from some objects, as it is at one moment: set back, they go on exactly as they did from
 * there. Own fields of objects, arrays, maps and sets count; what a function has closed over, bytes, and entries of weak
 * maps do not, so that whoever uses it has to see that it plays alike. Setting back costs a look at everything.
 */
export class Memento {
  private constructor(private readonly kept: readonly Keep[]) {}

  public static of(...roots: readonly object[]): Memento {
    const kept: Keep[] = [];
    const seen = new Set<object>();
    const waiting: unknown[] = [...roots];
    const look = (values: Iterable<unknown>): void => {
      for (const value of values) if (typeof value === 'object' && value !== null) waiting.push(value);
    };
    while (waiting.length > 0) {
      const next = waiting.pop() as object;
      if (seen.has(next) || ArrayBuffer.isView(next) || next instanceof WeakMap || next instanceof Promise) continue;
      seen.add(next);
      if (next instanceof Map) {
        look(next.keys());
        look(next.values());
        kept.push(keepMap(next));
      } else if (next instanceof Set) {
        look(next);
        kept.push(keepSet(next));
      } else {
        const fields = ownFields(next);
        look(fields.values);
        if (!Object.isFrozen(next)) kept.push(Array.isArray(next) ? keepArray(next) : keepObject(next, fields));
      }
    }
    return new Memento(kept);
  }

  public setBack(): void {
    for (const keep of this.kept) keep();
  }
}

interface Fields {
  readonly names: readonly string[];
  readonly values: readonly unknown[];
}

/** Fields that hold a value; what is computed holds none of its own. */
function ownFields(target: object): Fields {
  const fields = Object.entries(Object.getOwnPropertyDescriptors(target)).filter(([, each]) => 'value' in each);
  return { names: fields.map(([name]) => name), values: fields.map(([, { value }]) => value as unknown) };
}

function keepObject(target: object, { names, values }: Fields): Keep {
  const all = Object.keys(target);
  const holder = target as Record<string, unknown>;
  return () => {
    const now = Object.keys(holder);
    // The order of fields counts too: it is the order in which they are written out.
    const same = now.length === all.length && now.every((name, at) => name === all[at]);
    if (!same) {
      for (const name of now) if (!all.includes(name)) delete holder[name];
      for (const name of names) delete holder[name];
    }
    for (let at = 0; at < names.length; at += 1) {
      const name = names[at] as string;
      if (holder[name] !== values[at]) holder[name] = values[at];
    }
  };
}

function keepArray(target: unknown[]): Keep {
  const items = [...target];
  return () => {
    target.length = items.length;
    for (let at = 0; at < items.length; at += 1) if (target[at] !== items[at]) target[at] = items[at];
  };
}

function keepMap(target: Map<unknown, unknown>): Keep {
  const entries = [...target];
  return () => {
    let at = 0;
    let same = target.size === entries.length;
    if (same)
      for (const [key, value] of target) {
        const entry = entries[at] as [unknown, unknown];
        at += 1;
        if (key === entry[0] && value === entry[1]) continue;
        same = false;
        break;
      }
    if (same) return;
    target.clear();
    for (const [key, value] of entries) target.set(key, value);
  };
}

function keepSet(target: Set<unknown>): Keep {
  const items = [...target];
  return () => {
    let at = 0;
    let same = target.size === items.length;
    if (same)
      for (const item of target) {
        if (item === items[at++]) continue;
        same = false;
        break;
      }
    if (same) return;
    target.clear();
    for (const item of items) target.add(item);
  };
}
