import { permissionTarget, type PermissionParent } from '../../permissions/permissionRow.js';
import type { Gap } from '../../model/finding.js';

/** What a hole of the snapshot touches, as a SELECTOR: of it nobody knows how it was. */
export interface Hole {
  readonly selector: string;
  readonly reason: string;
}

const EVERYTHING = ['flow:*', 'metadata:*', 'permission:*', 'record:*'];

/**
 * What the holes of a snapshot touch. Nothing of it goes back: a row, a component or a right that was not read then looks as
 * if it had been created since. A deployment that was under way may have been at any component.
 */
export function holesOf(gaps: readonly Gap[]): Hole[] {
  return gaps
    .filter(({ severity }) => severity === 'hole')
    .flatMap((gap) => touched(gap).map((selector) => ({ selector, reason: `${gap.name}: ${gap.reason}` })));
}

function touched({ kind, name, object }: Gap): readonly string[] {
  switch (kind) {
    case 'rows':
      return /^\w+$/.test(name) ? [`record:${name}`] : ['record:*'];
    case 'flow':
      return [`flow:${name.replace(/-\d+$/, '')}`];
    case 'component':
      return name.startsWith('CustomObject:')
        ? [`metadata:${name}`, `metadata:*:${name.slice('CustomObject:'.length)}.*`]
        : [`metadata:${name}`];
    case 'permission': {
      const [, type, parent] = /^(PermissionSet|PermissionSetGroup|Profile):(.+)$/.exec(name) ?? [];
      if (parent === undefined) return ['permission:*'];
      return [permissionTarget({ kind: type as PermissionParent['kind'], name: parent })];
    }
    case 'inFlight':
      return object === undefined ? EVERYTHING.filter((lane) => lane !== 'record:*') : [`record:${object}`];
    default:
      return EVERYTHING;
  }
}
