import type { Validation } from '../validate/validateOrg.js';
import { plural, wrap } from './table.js';

const verdicts: Record<Validation['verdict'], string> = {
  restored: 'RESTORED: the org is as in the snapshot.',
  restoredExceptKept: 'RESTORED, except for what was kept on purpose.',
  notRestored: 'NOT RESTORED: the org differs from the snapshot.',
};

/** The verdict first, then every finding, the worst first. */
export function validationReport(validation: Validation, snapshotId: string, width: number): string {
  const { checked } = validation;
  const lines = [
    verdicts[validation.verdict],
    ...wrap(
      `Compared with snapshot ${snapshotId}: ${plural(checked.flows, 'flow')}, ${plural(checked.components, 'component')}, ${checked.permissions > 0 ? `${plural(checked.permissions, 'permission row')}, ` : ''}${plural(checked.records, 'record')}.`,
      width,
      '  '
    ),
  ];
  for (const finding of validation.findings.slice(0, 30)) {
    lines.push(
      ...wrap(
        `${finding.severity === 'error' ? 'DIFFERENT' : finding.code} ${finding.subject}: ${finding.message}`,
        width - 2,
        '  '
      )
    );
  }
  if (validation.findings.length > 30) lines.push(`  … and ${validation.findings.length - 30} more, with --json`);
  if (checked.notChecked.length > 0) lines.push(...wrap(`Not checked: ${checked.notChecked.join(', ')}`, width, '  '));
  return lines.join('\n');
}
