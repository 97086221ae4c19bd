import type { FlowVersionPair } from '../compare/compareFlowVersions.js';
import { EXIT, Refusal } from '../model/refusal.js';

/** `NAME:3,5` as typed after `--flow-versions`: version 3 of side A, version 5 of side B; `NAME:3` means 3 of both. */
export function flowVersionsFlag(typed: string): FlowVersionPair {
  const [, flow, before, after] = /^([A-Za-z]\w*):([1-9]\d{0,4})(?:,([1-9]\d{0,4}))?$/.exec(typed) ?? [];
  if (flow === undefined || before === undefined)
    throw new Refusal('badFlowVersions', { tokens: [typed], exitCode: EXIT.badFlags });
  return { flow, before: Number(before), after: Number(after ?? before) };
}
