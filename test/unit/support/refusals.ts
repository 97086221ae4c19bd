import { expect } from 'chai';
import { Refusal } from '../../../src/model/refusal.js';

/** The refusal that `act` ends in; fails when it ends in anything else. */
export async function refusalOf(act: () => unknown): Promise<Refusal> {
  try {
    await act();
  } catch (error) {
    expect(error).to.be.instanceOf(Refusal);
    return error as Refusal;
  }
  throw new Error('it was not refused');
}
