import type { DeployMessage, DeployResult } from '../engine/metadata/deployTypes.js';

/** A deploy result in the words and order of the Metadata API, dates with `Z`. Without details when not asked for. */
export function deployResultShape(result: DeployResult, includeDetails: boolean): Record<string, unknown> {
  const { details, ...head } = result;
  const shaped: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(head)) shaped[name] = name.endsWith('Date') ? withZ(String(value)) : value;
  if (includeDetails) {
    shaped['details'] = {
      componentFailures: details.componentFailures.map(messageShape),
      componentSuccesses: details.componentSuccesses.map(messageShape),
      runTestResult: details.runTestResult,
    };
  }
  return shaped;
}

function messageShape(message: DeployMessage): Record<string, unknown> {
  const { id, ...rest } = message;
  return { ...rest, ...(id === undefined || id === '' ? {} : { id }), createdDate: withZ(message.createdDate) };
}

function withZ(text: string): string {
  return text.replace('+0000', 'Z');
}
