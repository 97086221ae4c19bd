import { Refusal } from './refusal.js';

/** API requests that an org takes in any 24 hours, all clients together. */
export interface ApiAllowance {
  readonly max: number;
  readonly remaining: number;
}

/** Requests that are left alone: for reading back, putting switches back, and whoever else works on the org. */
export const RESERVED_REQUESTS = 50;

/**
 * The refusal of something that takes about `needed` requests where the org has not that many left; undefined where it has,
 * or where nobody knows what it has.
 */
export function headroomRefusal(needed: number, allowance: ApiAllowance | undefined): Refusal | undefined {
  if (!allowance || allowance.remaining >= needed + RESERVED_REQUESTS) return undefined;
  return new Refusal('apiHeadroom', { tokens: [needed, allowance.remaining, allowance.max] });
}

/** What the last answer of an org told of its allowance, which costs no request. */
export function allowanceOf(
  usage: { readonly used: number; readonly max: number } | undefined
): ApiAllowance | undefined {
  return usage && { max: usage.max, remaining: usage.max - usage.used };
}

/** True when an org that said this with its last answer has nothing left but the reserve. */
export function allowanceNearlySpent(usage: { readonly used: number; readonly max: number } | undefined): boolean {
  return usage !== undefined && usage.max - usage.used < RESERVED_REQUESTS;
}
