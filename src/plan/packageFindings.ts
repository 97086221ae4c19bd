import type { Finding } from '../model/finding.js';
import type { Snapshot } from '../snapshot/snapshotFormat.js';

/**
 * Packages that were upgraded, installed or removed since the snapshot, as far as its records hold their objects or fields.
 * An upgrade runs scripts that write to existing rows, with the package's triggers off (Salesforce help 000382092): such
 * differences look like anybody's, and going back may undo what the new version needs.
 */
export function packageFindings(snapshot: Snapshot, now: Readonly<Record<string, string>>): Finding[] {
  const names = snapshot.objects.flatMap((part) => [part.object, ...part.fields]);
  const inScope = (namespace: string): boolean => names.some((name) => name.startsWith(`${namespace}__`));
  return [...new Set([...Object.keys(snapshot.packages), ...Object.keys(now)])]
    .sort()
    .filter((namespace) => snapshot.packages[namespace] !== now[namespace] && inScope(namespace))
    .map((namespace) => ({
      code: 'packageChanged',
      severity: 'warning',
      subject: namespace,
      message: `The package was ${snapshot.packages[namespace] ?? 'not installed'} when the snapshot was taken and is ${now[namespace] ?? 'not installed'} now. An upgrade changes records by itself: look at what would go back before you apply.`,
    }));
}
