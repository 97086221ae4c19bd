import type { Check, Facts } from '../preflight/facts.js';
import { plural, wrap } from './table.js';

const MARKS: Record<Check['state'], string> = { ok: 'ok     ', mind: 'MIND   ', refused: 'REFUSED' };
const ORDER: ReadonlyArray<Check['state']> = ['refused', 'mind', 'ok'];

/** What would refuse first, then what to mind, then what is fine. Actions are complete commands. */
export function doctorReport(checks: readonly Check[], identity: Facts['identity'], width: number): string {
  const sorted = ORDER.flatMap((state) => checks.filter((check) => check.state === state));
  const names = Math.max(...checks.map((check) => check.about.length));
  const indent = ' '.repeat(2 + 7 + 2 + names + 2);
  const count = (state: Check['state']): number => checks.filter((check) => check.state === state).length;
  const headline =
    count('refused') > 0
      ? `NOT READY: ${plural(count('refused'), 'check')} would be refused.`
      : count('mind') > 0
        ? `READY, with ${plural(count('mind'), 'thing')} to mind.`
        : 'READY.';
  return [
    ...wrap(`${headline} ${identity.label}, ${identity.orgId}`, width),
    '',
    ...sorted.flatMap((check) => {
      const [first = '', ...rest] = wrap(check.message, width, indent);
      return [
        `  ${MARKS[check.state]}  ${check.about.padEnd(names)}  ${first.trimStart()}`,
        ...rest,
        ...(check.action ? wrap(`-> ${check.action}`, width, indent) : []),
      ];
    }),
  ].join('\n');
}
