/** Names that the org and the store give to things. Each branded type is minted only by its parser. */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

export type RecordId = Brand<string, 'RecordId'>;
export type OrgId = Brand<string, 'OrgId'>;
/** Id of a snapshot, a plan or a run: sorts by time and can be read, e.g. `20261121T053012Z-prod-3f9c1a`. */
export type StoreId = Brand<string, 'StoreId'>;

const SUFFIX_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** The three characters that make a 15-character id safe where case is lost. */
function caseSuffix(id15: string): string {
  let suffix = '';
  for (let block = 0; block < 3; block += 1) {
    let bits = 0;
    for (let at = 0; at < 5; at += 1) {
      const character = id15.charAt(block * 5 + at);
      if (character >= 'A' && character <= 'Z') bits |= 1 << at;
    }
    suffix += SUFFIX_ALPHABET.charAt(bits);
  }
  return suffix;
}

/**
 * The 18-character form of a 15- or 18-character id; undefined for anything else.
 * The org accepts both forms and prints 18, with exceptions, so ids are compared in this form only.
 */
export function parseRecordId(text: string): RecordId | undefined {
  if (!/^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$/.test(text)) return undefined;
  const id15 = text.slice(0, 15);
  return (id15 + caseSuffix(id15)) as RecordId;
}

export function isRecordId(text: string): boolean {
  return parseRecordId(text) !== undefined;
}

export function parseOrgId(text: string): OrgId | undefined {
  const id = parseRecordId(text);
  return id?.startsWith('00D') ? (id as string as OrgId) : undefined;
}

const STORE_ID = /^\d{8}T\d{6}Z-[A-Za-z0-9._-]{1,60}-[0-9a-f]{6}$/;

export function parseStoreId(text: string): StoreId | undefined {
  return STORE_ID.test(text) && !text.includes('..') ? (text as StoreId) : undefined;
}

/** A store id for something made at `at`, in the org called `orgLabel`; `entropy` is six hexadecimal digits. */
export function makeStoreId(at: Date, orgLabel: string, entropy: string): StoreId {
  const stamp = at
    .toISOString()
    .replace(/\.\d{3}Z$/, 'Z')
    .replace(/[-:]/g, '');
  const label =
    orgLabel
      .replace(/[^A-Za-z0-9_-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40) || 'org';
  const id = parseStoreId(`${stamp}-${label}-${entropy}`);
  if (!id) throw new Error(`not a store id: ${stamp}-${label}-${entropy}`);
  return id;
}

const API_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** True for something that can only be an object or field API name, and so may stand in SOQL, a URL or a path. */
export function isApiName(text: string): boolean {
  return text.length <= 255 && API_NAME.test(text);
}
