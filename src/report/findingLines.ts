import type { Finding } from '../model/finding.js';
import type { RollbackPlan } from '../plan/rollbackPlan.js';
import { folded, titled, type PlanView } from './folding.js';
import { inPieces, plural, wrap } from './table.js';

/** Findings that say the same of several subjects say it once. */
export function findingLines(findings: readonly Finding[], view: PlanView): string[] {
  const groups = Map.groupBy(findings, (finding) => `${finding.code}\n${finding.message}\n${finding.action ?? ''}`);
  return folded(
    [...groups.values()].map((group) => {
      const [first] = group as [Finding];
      const text = `${first.message}${first.action ? ` ${first.action}` : ''}`;
      if (group.length === 1) return wrap(`${first.subject}: ${text}`, view.width, '  ');
      const subjects = folded(
        group.map((finding) => inPieces(finding.subject, view.width, '      ')),
        'of them',
        view
      );
      return [...wrap(`${group.length} times: ${text}`, view.width, '  '), ...subjects];
    }),
    'findings',
    view
  );
}

/** Without a following snapshot an org knows of a row only who saved it last: both ways that may mislead. */
function lastEditorLines(plan: RollbackPlan, view: PlanView): string[] {
  const steps = plan.steps.filter((step) => step.reason.includes('lastEditorOnly')).map((step) => step.id);
  const named = steps.length > 4 ? plural(steps.length, 'step') : steps.join(', ');
  const kept = !plan.after && plan.attribution !== 'everybody' && plan.conflicts.some(({ fields }) => fields);
  const parts = [
    steps.length > 0
      ? `what a colleague had changed in such a row before the deployer did goes back, too (${named})`
      : '',
    kept
      ? 'where a colleague saved a row after the deployer (the rows under Conflicts), what the deployer changed in it stays, too'
      : '',
  ].filter(Boolean);
  if (parts.length === 0) return [];
  const known = plan.after
    ? `Others changed rows, too, before snapshot ${plan.after} was taken. Who changed a field until then`
    : 'Who changed a field';
  return wrap(
    `${known} is known only by the last editor of its row: ${parts.join('; ')}.${
      plan.after
        ? ''
        : ' A snapshot taken right after the deployment ("sf rollback snapshot --follows") would have told them apart.'
    }`,
    view.width,
    '  '
  );
}

/** What a person should mind, the work of others first. */
export function mindLines(plan: RollbackPlan, view: PlanView): string[] {
  const warnings = plan.findings.filter((finding) => finding.severity === 'warning');
  // Whose work goes back matters most.
  const first = (finding: Finding): boolean => finding.code === 'severalDeployers';
  const lines = [
    ...findingLines(warnings.filter(first), view),
    ...lastEditorLines(plan, view),
    ...findingLines(
      warnings.filter((finding) => !first(finding)),
      view
    ),
  ];
  return titled('Mind', lines.length > 0, () => lines);
}
