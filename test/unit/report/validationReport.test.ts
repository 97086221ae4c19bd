import { expect } from 'chai';
import { validationReport } from '../../../src/report/validationReport.js';
import type { Validation } from '../../../src/validate/validateOrg.js';

function aValidation(more: Partial<Validation> = {}): Validation {
  return {
    id: 'v',
    verdict: 'restored',
    valid: true,
    checked: { flows: 3, components: 1, permissions: 0, records: 12_000, notChecked: [] },
    findings: [],
    files: [],
    ...more,
  };
}

describe('a validation as a person reads it', () => {
  it('begins with the verdict and says what was compared', () => {
    expect(validationReport(aValidation(), 'snap', 80)).to.equal(
      'RESTORED: the org is as in the snapshot.\n  Compared with snapshot snap: 3 flows, 1 component, 12,000 records.'
    );
    expect(validationReport(aValidation({ verdict: 'restoredExceptKept' }), 'snap', 80)).to.match(
      /^RESTORED, except for what was kept on purpose\./
    );
    expect(validationReport(aValidation({ verdict: 'notRestored' }), 'snap', 80)).to.match(
      /^NOT RESTORED: the org differs from the snapshot\./
    );
  });

  it('marks differences, names other findings by their code, and lists what was not checked', () => {
    const text = validationReport(
      aValidation({
        findings: [
          { code: 'different', severity: 'error', subject: 'flow:A', message: 'switched' },
          { code: 'kept', severity: 'info', subject: 'flow:B', message: 'kept' },
        ],
        checked: { flows: 0, components: 0, permissions: 0, records: 0, notChecked: ['Product2', 'Asset'] },
      }),
      'snap',
      80
    );
    expect(text).to.include('\n  DIFFERENT flow:A: switched\n  kept flow:B: kept\n  Not checked: Product2, Asset');
  });

  it('folds many findings and says how many are left', () => {
    const findings = Array.from({ length: 32 }, (_, n) => ({
      code: 'different',
      severity: 'error' as const,
      subject: `flow:F${n}`,
      message: 'switched',
    }));
    const text = validationReport(aValidation({ findings }), 'snap', 80);
    expect(text.match(/DIFFERENT/g)).to.have.lengthOf(30);
    expect(text).to.include('  … and 2 more, with --json');
    expect(validationReport(aValidation({ findings: findings.slice(0, 30) }), 'snap', 80)).to.not.include('more, with');
  });
});
