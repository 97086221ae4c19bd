import { keyText, type ComponentKey, type ComponentsPart } from '../../metadata/component.js';
import type { ComponentReader } from '../../org/ports/components.js';
import { unlessRefused } from '../../org/ports/refusals.js';
import { notGiven, type Answer } from './notRead.js';

/**
 * Components of which nobody knows how they are: `notGiven` with the second witness asked where one is needed. Of a type
 * that may not be listed there is only the first.
 */
export async function readNotGiven(
  org: Pick<ComponentReader, 'listComponents'>,
  asked: readonly ComponentKey[],
  part: Pick<ComponentsPart, 'components'>,
  answer: Answer
): Promise<ComponentKey[]> {
  const { unread, doubted } = notGiven(asked, part, answer);
  const listed = new Set<string>();
  for (const type of new Set(doubted.map((key) => key.type)))
    for (const key of (await org.listComponents([type]).catch(unlessRefused)) ?? []) listed.add(keyText(key));
  return [...unread, ...doubted.filter((key) => listed.has(keyText(key)))];
}
