import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** Lower-case hexadecimal SHA-256. */
export type Digest = string;

export function sha256(bytes: string | Uint8Array): Digest {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The digest of a JSON value that does not depend on the order of keys (RFC 8785 canonical JSON). */
export function digestOf(value: unknown): Digest {
  const text = canonicalize(value);
  if (text === undefined) throw new Error('not a JSON value');
  return sha256(text);
}
