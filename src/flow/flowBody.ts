import { canonicalXml } from '../model/canonicalXml.js';
import { digestOf } from '../model/digest.js';

/**
 * The digest of what a flow version does. Its `<status>` is left out: switching to another version changes it in the old
 * one's text, and which version runs is known by the pointer.
 */
export function flowBodyDigest(xml: string): string {
  const [name, attributes, content] = canonicalXml(xml, 'Flow');
  return digestOf([
    name,
    attributes,
    typeof content === 'string' ? content : content.filter(([element]) => element !== 'status'),
  ]);
}

/** What a plan wants to know of a flow version's body beyond its digest. */
export interface FlowTraits {
  /** `Flow`, `AutoLaunchedFlow`, `Workflow` (a Process Builder process): new ones appear each release. */
  readonly processType: string;
  /** Runs by the clock. Setting it active makes its schedule anew. */
  readonly scheduled: boolean;
  /** Flows it calls as subflows. */
  readonly subflows: readonly string[];
  /** The flow of a package that runs in this one's place where this one is inactive (MDAPI, Flow: `overriddenFlow`). */
  readonly overrides?: string;
}

export function flowTraits(xml: string): FlowTraits {
  const [, , content] = canonicalXml(xml, 'Flow');
  const elements = typeof content === 'string' ? [] : content;
  const textOf = (name: string, within = elements): string | undefined => {
    const found = within.find(([element]) => element === name)?.[2];
    return typeof found === 'string' ? found : undefined;
  };
  const inside = (name: string): Array<typeof elements> =>
    elements.flatMap(([element, , inner]) => (element === name && typeof inner !== 'string' ? [inner] : []));
  const overrides = textOf('overriddenFlow');
  return {
    processType: textOf('processType') ?? '',
    scheduled: inside('start').some((start) => textOf('triggerType', start) === 'Scheduled'),
    ...(overrides === undefined ? {} : { overrides }),
    subflows: [...new Set(inside('subflows').flatMap((subflow) => textOf('flowName', subflow) ?? []))].sort(),
  };
}
