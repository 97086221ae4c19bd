/** One comparison of a preset's condition. */
export interface Term {
  readonly text: string;
  /** The field it is about: `['IsActive']`, or through a lookup `['SBQQ__Schedule__r', 'SBQQ__Quote__c']`. */
  readonly path: readonly string[];
}

/** A preset's condition is a chain of comparisons, so that one about a field an org does not have can be left out. */
export function termsOf(where: string): Term[] {
  return where.split(' AND ').map((text) => {
    const path = /^([\w.]+) (=|!=) \S+$/.exec(text)?.[1];
    if (path === undefined) throw new Error(`a preset's condition cannot be taken apart at: ${text}`);
    return { text, path: path.split('.') };
  });
}

/** The condition of some terms; undefined when none is left. */
export function joinTerms(terms: readonly Term[]): string | undefined {
  return terms.length > 0 ? terms.map(({ text }) => text).join(' AND ') : undefined;
}
