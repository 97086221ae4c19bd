/** Freezes a value all the way down; maps and sets refuse to be written too. A pure function does not notice. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  if (value instanceof Map || value instanceof Set) {
    for (const entry of value instanceof Map ? [...value.keys(), ...value.values()] : value) deepFreeze(entry);
    const refuse = (): never => {
      throw new TypeError('this input is frozen');
    };
    for (const name of ['set', 'add', 'delete', 'clear']) {
      if (name in value) Object.defineProperty(value, name, { value: refuse });
    }
  } else for (const entry of Object.values(value)) deepFreeze(entry);
  return Object.freeze(value);
}
