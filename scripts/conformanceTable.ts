import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PLUGIN_ROOT } from '../test/e2e/support/stockCli.js';
import { RECORD, type Proof } from '../test/conformance/support/proves.js';
import { conformanceTable, withTable } from '../test/conformance/support/table.js';

/** `npm run conformance`: runs the clients that are not ours against practice orgs and writes down what they have proven. */
rmSync(RECORD, { force: true });
const { status } = spawnSync(
  process.execPath,
  [join(PLUGIN_ROOT, 'scripts', 'bootstrap.mjs'), 'e2e', ...conformanceTests()],
  { cwd: PLUGIN_ROOT, stdio: 'inherit' }
);
if (existsSync(RECORD)) {
  const proofs = JSON.parse(readFileSync(RECORD, 'utf8')) as Proof[];
  const readme = join(PLUGIN_ROOT, 'test', 'org', 'README.md');
  writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), conformanceTable(proofs)));
  process.stdout.write(
    `${new Set(proofs.map((proof) => proof.behaviour)).size} behaviours proven; ${readme} is up to date.\n`
  );
}
process.exitCode = status ?? 1;

function conformanceTests(): string[] {
  const folder = join(PLUGIN_ROOT, 'test', 'conformance');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/conformance/${name}`);
}
