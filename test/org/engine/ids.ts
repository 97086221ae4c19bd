const SUFFIX = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The 18-character form of a 15- or 18-character id. Returns undefined when the text cannot be an id. */
export function to18(id: string): string | undefined {
  if (!/^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/.test(id)) return undefined;
  const core = id.slice(0, 15);
  const full = core + checksum(core);
  // The suffix is compared without case: the platform accepts a lower-cased suffix.
  if (id.length === 18 && id.slice(15).toUpperCase() !== full.slice(15)) return undefined;
  return full;
}

function checksum(core: string): string {
  let suffix = '';
  for (let part = 0; part < 3; part++) {
    let bits = 0;
    for (let position = 0; position < 5; position++) {
      const letter = core.charAt(part * 5 + position);
      if (letter >= 'A' && letter <= 'Z') bits |= 1 << position;
    }
    suffix += SUFFIX.charAt(bits);
  }
  return suffix;
}

/** Issues ids that never repeat within one org and differ between two orgs. */
export class IdSource {
  private next = 62 ** 3 + 7919;

  public constructor(private readonly instance: string) {}

  /** Ids climb in steps that touch upper and lower case, so that a client which folds case is found out. */
  public issue(keyPrefix: string): string {
    this.next += 37;
    return to18(keyPrefix + this.instance + toBase62(this.next).padStart(15 - 3 - this.instance.length, '0')) ?? '';
  }
}

function toBase62(value: number): string {
  let rest = value;
  let text = '';
  while (rest > 0) {
    text = BASE62.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
