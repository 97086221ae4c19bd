import { join, posix } from 'node:path';
import { Refusal } from '../model/refusal.js';

/** Names that Windows gives to devices, in any folder and with any ending, and what it cuts off or takes for more than a name. */
const NOT_ON_WINDOWS = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|[<>:"|?*]|[. ]$/i;

/** Whether a path stays inside its folder: relative, forward slashes, no step upwards, no drive, no control characters. */
export function staysInside(path: string, platform: string = process.platform): boolean {
  return (
    path !== '' &&
    path !== '.' &&
    !path.endsWith('/') &&
    !path.startsWith('/') &&
    posix.normalize(path) === path &&
    !path.split('/').includes('..') &&
    !/^[A-Za-z]:/.test(path) &&
    // eslint-disable-next-line no-control-regex -- control characters are what is refused
    !/[\\\u0000-\u001f]/.test(path) &&
    (platform !== 'win32' || !path.split('/').some((part) => NOT_ON_WINDOWS.test(part)))
  );
}

/** The file of a relative path in the folder `root`, or a refusal when the path would leave it. */
export function inside(root: string, path: string): string {
  if (!staysInside(path)) throw new Refusal('pathLeavesFolder', { tokens: [path] });
  return join(root, ...path.split('/'));
}
