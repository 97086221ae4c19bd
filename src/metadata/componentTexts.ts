import { keyText, type RetrievedComponent } from './component.js';
import { membersOf } from './members.js';

/**
 * What stands in each of these components, as text to look for names in: of a member of a container only its own part.
 * Names are those of `keyText`; what was not retrieved is missing.
 */
export function componentTexts(
  retrieved: readonly RetrievedComponent[],
  keys: ReadonlySet<string>
): Map<string, string> {
  const texts = new Map<string, string>();
  for (const component of retrieved) {
    const own = component.files.map(({ content }) => content.toString('utf8')).join('\n');
    if (keys.has(keyText(component))) texts.set(keyText(component), own);
    const file = component.files[0];
    for (const member of (file && membersOf(component.type, component.fullName, file.content.toString('utf8'))) ?? [])
      if (keys.has(keyText(member))) texts.set(keyText(member), JSON.stringify(member.canonical));
  }
  return texts;
}
