/**
 * All figures about crashes and faults: runs every script in `scripts/faults/`, one after the other, each of which prints
 * its own. Names after the command choose some: `npm run test:faults -- crashes`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('faults/', import.meta.url));
const chosen = process.argv.slice(2);
const scripts = readdirSync(folder)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.replace(/\.ts$/, ''))
  .filter((name) => chosen.length === 0 || chosen.includes(name))
  .sort();
let good = scripts.length > 0;
for (const script of scripts) {
  console.log(`\n${script}`);
  const child = spawn(process.execPath, [...process.execArgv, `${folder}${script}.ts`], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  good = code === 0 && good;
}
process.exitCode = good ? 0 : 1;
