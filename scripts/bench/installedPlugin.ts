import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PLUGIN_ROOT } from '../../test/e2e/support/stockCli.js';

/**
 * Puts this checkout's build into a home as `sf plugins install` would: the published files only, its packages beside
 * it. A linked plugin will not do for measuring: for one, the CLI loads a TypeScript compiler at every start.
 */
export function installPlugin(home: string): void {
  const { name, files } = JSON.parse(readFileSync(join(PLUGIN_ROOT, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly files: readonly string[];
  };
  const data = join(home, '.local', 'share', 'sf');
  const modules = join(data, 'node_modules');
  const plugin = join(modules, name);
  mkdirSync(plugin, { recursive: true });
  for (const published of ['package.json', ...files.filter((file) => !file.includes('*'))]) {
    const from = join(PLUGIN_ROOT, published);
    if (existsSync(from)) cpSync(from, join(plugin, published), { recursive: true });
  }
  for (const entry of packagesIn(join(PLUGIN_ROOT, 'node_modules'))) {
    const at = join(modules, entry);
    mkdirSync(dirname(at), { recursive: true });
    symlinkSync(join(PLUGIN_ROOT, 'node_modules', entry), at, 'junction');
  }
  const pjson = {
    name: '@salesforce/cli',
    private: true,
    dependencies: { [name]: '*' },
    oclif: { schema: 1, plugins: [{ name, tag: 'latest', type: 'user' }] },
  };
  writeFileSync(join(data, 'package.json'), JSON.stringify(pjson));
}

/** Package names, those of scopes with their scope. */
function packagesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((entry) => !entry.startsWith('.'))
    .flatMap((entry) =>
      entry.startsWith('@') ? readdirSync(join(folder, entry)).map((inner) => `${entry}/${inner}`) : [entry]
    );
}
