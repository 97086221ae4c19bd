import { compareKeys, type ComponentKey } from './component.js';

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** A `package.xml` or destructive manifest that names exactly `keys`, in one order whatever order they come in. */
export function manifestXml(keys: readonly ComponentKey[], apiVersion: string): string {
  const byType = new Map<string, string[]>();
  for (const key of [...keys].sort(compareKeys)) byType.set(key.type, [...(byType.get(key.type) ?? []), key.fullName]);
  const types = [...byType].map(
    ([type, names]) =>
      `    <types>\n${[...new Set(names)].map((name) => `        <members>${escapeXml(name)}</members>\n`).join('')}        <name>${escapeXml(type)}</name>\n    </types>\n`
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Package xmlns="http://soap.sforce.com/2006/04/metadata">\n${types.join('')}    <version>${escapeXml(apiVersion)}</version>\n</Package>\n`;
}
