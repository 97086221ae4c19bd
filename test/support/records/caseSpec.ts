/**
 * Random orgs and random bad deployments, as plain data drawn from one seed. Every choice is a number that is resolved
 * when the case is played (the n-th living row, modulo how many there are), so a case stays playable whatever part of it
 * is taken out: that is how a failing case is made small.
 */
export interface CaseSpec {
  readonly seed: number;
  readonly objects: readonly ObjectPlan[];
  /** A rule and its conditions with Custom logic, by the name of the rule; one of the package's families. */
  readonly family: Family | undefined;
  readonly rows: readonly RowPlan[];
  /** Lookups that are set once all rows are there: they make cycles. */
  readonly links: readonly LinkPlan[];
  /** Seconds between the last row and the snapshot. */
  readonly pause: number;
  readonly acts: readonly Act[];
  readonly bin: BinPlan;
}

/** Kinds of hardship that can be left out of all cases. */
export const FEATURES = ['emptiedBin', 'customLogic', 'uniqueSwap', 'notUndeletable', 'colleague'] as const;
export type Feature = (typeof FEATURES)[number];

export interface ObjectPlan {
  readonly name: string;
  readonly keyPrefix: string;
  readonly nameField: 'text' | 'auto:N-{0000}';
  /** In the notation of `declareObject`. */
  readonly fields: readonly string[];
  readonly undeletable: boolean;
}

export interface Family {
  readonly rule: string;
  readonly condition: string;
  readonly link: string;
}

export const FAMILIES: readonly Family[] = [
  { rule: 'SBQQ__PriceRule__c', condition: 'SBQQ__PriceCondition__c', link: 'SBQQ__Rule__c' },
  { rule: 'SBQQ__ProductRule__c', condition: 'SBQQ__ErrorCondition__c', link: 'SBQQ__Rule__c' },
  { rule: 'SBQQ__QuoteTerm__c', condition: 'SBQQ__TermCondition__c', link: 'SBQQ__QuoteTerm__c' },
];

/** A row by object; values and lookups come from `salt`. */
export type RowPlan =
  | { readonly kind: 'plain'; readonly object: number; readonly salt: number }
  | { readonly kind: 'rule'; readonly conditions: number; readonly custom: boolean };

export interface LinkPlan {
  readonly row: number;
  readonly field: number;
  readonly target: number;
}

export type Who = 'Dov Deployer' | 'Cleo Colleague';

export type Act = { readonly who: Who } & (
  | { readonly kind: 'insert'; readonly object: number; readonly salt: number; readonly underNew: boolean }
  | {
      readonly kind: 'update';
      readonly row: number;
      readonly changes: ReadonlyArray<{ readonly field: number; readonly salt: number; readonly blank: boolean }>;
    }
  | { readonly kind: 'delete'; readonly row: number; readonly parents: boolean }
  /** Two rows exchange their keys (or three, in a ring). */
  | { readonly kind: 'swapKeys'; readonly object: number; readonly first: number; readonly ring: boolean }
  /** Two rows that point to each other go, or come. */
  | { readonly kind: 'ring'; readonly first: number; readonly how: 'delete' | 'insert'; readonly salt: number }
  /** A row lets go of its key, by a delete or a new key, and a new row takes it. */
  | {
      readonly kind: 'takeKey';
      readonly object: number;
      readonly first: number;
      readonly byDelete: boolean;
      readonly salt: number;
    }
  | {
      readonly kind: 'rule';
      readonly row: number;
      readonly how: 'delete' | 'simplify' | 'renumber' | 'grow' | 'new' | 'rewrite';
      readonly salt: number;
    }
);

export type BinPlan =
  | { readonly kind: 'kept' }
  | { readonly kind: 'emptied'; readonly by: 'purge' | 'switch' }
  | { readonly kind: 'single'; readonly picks: readonly number[] };
