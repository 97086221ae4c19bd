import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wrap } from '../src/report/table.js';
import { startPracticeOrg } from '../test/org/http/server.js';
import { brightcup } from '../test/org/seed/brightcup.js';
import { playStory } from './demo/playStory.js';
import { PEOPLE, SPRING_RELEASE, STORY } from './demo/story.js';

/**
 * `npm run demo`: plays the story on a practice org of its own, in a folder of its own, with the official CLI and this
 * plugin linked to it. Every command is really run, and what it prints is what is shown.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const place = join(root, '.demo');
const home = join(place, 'home');
const project = join(place, 'spring-release');
const sf = join(root, 'test', 'stock-cli', 'node_modules', '@salesforce', 'cli', 'bin', 'run.js');

const bold = (text: string): string => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[22m` : text);
const say = (text: string): void =>
  void process.stdout.write(
    `\n${text
      .split('\n')
      .flatMap((line) => (line.startsWith('  ') ? [line] : wrap(line, 80)).concat(line === '' ? [''] : []))
      .join('\n')}\n`
  );

function quoted(word: string): string {
  return /[^\w./:=@,{}-]/.test(word) ? `"${word}"` : word;
}

/** Runs `sf` as the reader would; its output goes straight to the reader. Returns the exit code. */
async function run(
  args: readonly string[],
  options: { quiet?: boolean; env?: NodeJS.ProcessEnv } = {}
): Promise<number> {
  const child = spawn(process.execPath, ['--no-warnings', sf, ...args], {
    cwd: project,
    stdio: options.quiet ? ['ignore', 'ignore', 'pipe'] : 'inherit',
    env: {
      ...process.env,
      HOME: home,
      USERPROFILE: home,
      SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
      SF_DISABLE_TELEMETRY: 'true',
      SF_SKIP_NEW_VERSION_CHECK: 'true',
      SF_DISABLE_LOG_FILE: 'true',
      SF_DISABLE_AUTOUPDATE: 'true',
      // Where nobody watches, the official commands print their last frame instead of all of them.
      ...(process.stdout.isTTY ? {} : { CI: 'true', NO_COLOR: '1' }),
      ...options.env,
    },
  });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
  if (options.quiet && code !== 0) process.stderr.write(complaint);
  return code;
}

rmSync(place, { recursive: true, force: true });
mkdirSync(home, { recursive: true });
cpSync(SPRING_RELEASE, project, { recursive: true });
const started = performance.now();
const company = brightcup({ startAt: new Date().toISOString() });
company.org.switches.deployFlowsActive = true;
company.org.switches.jobPolls = 0;
const org = await startPracticeOrg({ org: company.org });
try {
  say(`A practice org runs at ${org.url}: Brightcup, which makes coffee machines for offices.`);
  say('Logging in three people and linking the plugin to the official sf …');
  const set = [
    ...Object.entries(PEOPLE).map(([alias, name]) =>
      run(['org', 'login', 'access-token', '--instance-url', org.url, '--no-prompt', '--alias', alias], {
        quiet: true,
        env: { SF_ACCESS_TOKEN: org.tokens[name] },
      })
    ),
  ];
  for (const login of set) if ((await login) !== 0) throw new Error('the log-in to the practice org failed');
  if ((await run(['plugins', 'link', root, '--no-install'], { quiet: true })) !== 0)
    throw new Error('the plugin could not be linked');

  await playStory(STORY, {
    project,
    run: (typed) => run(typed),
    announce: (scene, typed) => say(`${scene.say}\n\n${bold(`$ sf ${typed.map(quoted).join(' ')}`)}`),
  });
  const shown = relative(process.cwd(), join(project, '.rollback')) || '.';
  say(
    [
      `The org is as it was before the release, and Cleo's new name is still there: that is the one difference, kept on purpose (exit code 68).`,
      '',
      `What it wrote, in ${shown}:`,
      '  snapshots  plain CSV and Metadata API files',
      '  plans      what was approved',
      '  runs       journal, outcomes.csv, validation.json, undo/',
      '',
      `Play with it yourself: npm run practice-org   (this took ${Math.round((performance.now() - started) / 1000)} s)`,
    ].join('\n')
  );
} finally {
  await org.close();
}
