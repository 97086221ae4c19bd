import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PLUGIN_ROOT } from './stockCli.js';

/**
 * A place in the data that lies beside the checkout and must not be copied into it (its licence says so), or
 * undefined when this machine does not have it. `SF_ROLLBACK_SHARED` names another folder to look in.
 */
export function sharedData(...parts: readonly string[]): string | undefined {
  const root = process.env.SF_ROLLBACK_SHARED ?? resolve(PLUGIN_ROOT, '..', 'shared');
  const path = join(root, 'data', ...parts);
  return existsSync(path) ? path : undefined;
}
