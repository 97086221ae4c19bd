import type { Finding } from '../model/finding.js';
import { wrap } from './table.js';

/** What the org said of the deployments of a plan, as a person reads it below the plan. */
export function checkReport(findings: readonly Finding[], width: number): string {
  const failed = findings.filter((finding) => finding.code === 'checkFailed');
  const lines = [failed.length > 0 ? 'Check: the org would refuse the deployment as it stands' : 'Check'];
  for (const finding of findings) lines.push(...wrap(`${finding.subject}: ${finding.message}`, width, '  '));
  return lines.join('\n');
}
