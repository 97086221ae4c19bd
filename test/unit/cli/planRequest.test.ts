import { expect } from 'chai';
import { planRequest } from '../../../src/cli/planRequest.js';
import { planSchema } from '../../../src/plan/planFormat.js';
import RollbackPlanCommand from '../../../src/commands/rollback/plan.js';

describe('what a plan keeps of the flags it was asked with', () => {
  /** The flags as they come where none of the yes-or-no flags was typed. */
  const UNTYPED = { 'delete-flows': undefined, 'drift-only': undefined, full: undefined, 'accept-gaps': undefined };

  it('has a yes or no for each flag, also for those that were not typed', () => {
    const kept = JSON.parse(JSON.stringify(planRequest({ ...UNTYPED, 'all-changes': undefined }))) as {
      choice: Record<string, unknown>;
    };
    expect(kept).to.include({ everybody: false, full: false, acceptGaps: false });
    expect(kept.choice).to.include({ deleteFlows: false, onConflict: 'keep' });
  });

  it('can be read again, whatever was typed', () => {
    const schema = planSchema.shape.request;
    for (const typed of [
      {},
      { full: true },
      { 'accept-gaps': true },
      { 'delete-flows': true },
      { 'drift-only': true },
      { 'all-changes': true },
    ]) {
      const kept = planRequest({ ...UNTYPED, 'all-changes': undefined, ...typed });
      expect(
        schema.safeParse(JSON.parse(JSON.stringify(kept))).error?.issues ?? [],
        JSON.stringify(typed)
      ).to.deep.equal([]);
    }
  });

  it('leaves out no flag of the command that says yes or no', () => {
    const flags = Object.entries(RollbackPlanCommand.flags).filter(
      ([, flag]) => (flag as { type: string }).type === 'boolean'
    );
    expect(flags.map(([name]) => name)).to.include.members(Object.keys(UNTYPED));
  });
});
