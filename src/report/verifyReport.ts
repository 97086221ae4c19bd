import type { Verification } from '../validate/verifySnapshot.js';
import { columns, hanging, inPieces, plural, wrap } from './table.js';
import { size } from './words.js';

const SHOWN = 30;

const headlines: Record<Verification['state'], string> = {
  whole: 'WHOLE: every file is as it was written.',
  incomplete: 'AS WRITTEN, but INCOMPLETE: every file is as it was written, and the snapshot has holes.',
  damaged: 'DAMAGED: it is not as it was written. Nothing can be taken back with it.',
};

/** The verdict first, then what was looked at, then everything that is not as it should be. */
export function verifyReport(verification: Verification, width: number): string {
  const { checked, damages, holes, strangers, deep } = verification;
  const lines = [
    ...wrap(headlines[verification.state], width),
    ...wrap(`Snapshot ${verification.id}`, width, '  '),
    ...wrap(
      `Checked ${plural(checked.files, 'file')} of ${size(checked.bytes)}: ${plural(checked.rows, 'row')} of ${plural(checked.objects, 'object')} (${size(checked.rawBytes)} unpacked), ${plural(checked.flows, 'flow')}, ${plural(checked.components, 'component')}.`,
      width,
      '  '
    ),
  ];
  if (damages.length > 0)
    lines.push(
      '',
      ...list(
        damages.map((damage) => ['', damage.path, damage.reason] as const),
        width
      )
    );
  if (holes.length > 0)
    lines.push(
      '',
      'Holes',
      ...list(
        holes.map((gap) => ['', gap.name, gap.reason] as const),
        width
      )
    );
  if (strangers.length > 0)
    lines.push(
      '',
      ...wrap(`${plural(strangers.length, 'file')} in its folder not part of it, and never read:`, width),
      ...strangers.slice(0, SHOWN).flatMap((path) => inPieces(path, width, '  ')),
      ...(strangers.length > SHOWN ? [`  … and ${strangers.length - SHOWN} more`] : [])
    );
  if (deep) lines.push(...deepLines(deep, width));
  return lines.join('\n');
}

function list(rows: ReadonlyArray<readonly [string, string, string]>, width: number): string[] {
  const shown = hanging(rows.slice(0, SHOWN), width).flat();
  return rows.length > SHOWN ? [...shown, `  … and ${rows.length - SHOWN} more, with --json`] : shown;
}

function deepLines(deep: NonNullable<Verification['deep']>, width: number): string[] {
  const { deployment, counts } = deep;
  const lines = [''];
  if (!deployment) lines.push('No metadata to validate.');
  else {
    lines.push(
      ...wrap(
        `${deployment.success ? 'WOULD DEPLOY' : 'WOULD NOT DEPLOY'}: ${plural(deployment.components, 'component')}, by the check-only deployment ${deployment.id}.`,
        width
      ),
      ...list(
        deployment.problems.map(({ target, problem }) => ['', target, problem] as const),
        width
      ),
      ...list(
        deployment.testFailures.map(({ name, method, message }) => ['', `test ${name}.${method}`, message] as const),
        width
      )
    );
  }
  const moved = counts.filter((count) => count.now !== count.snapshot);
  if (counts.length === 0) return lines;
  lines.push('');
  if (moved.length === 0) lines.push(`Rows: all ${plural(counts.length, 'object')} have as many now as then.`);
  else
    lines.push(
      `Rows: ${plural(moved.length, 'object')} of ${counts.length} with another number now than then`,
      ...columns(
        moved.map((count) => [
          count.object,
          `${count.snapshot.toLocaleString('en-US')} then`,
          count.now === null ? 'cannot be read any more' : `${count.now.toLocaleString('en-US')} now`,
        ]),
        width
      )
    );
  return lines;
}
