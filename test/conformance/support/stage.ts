import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logIn } from '../../e2e/support/logins.js';
import {
  freshHome,
  stockSf,
  type Place,
  type RunOptions,
  type RunResult,
  type StockCli,
} from '../../e2e/support/stockCli.js';
import type { MetadataSide } from '../../org/engine/metadata/metadataSide.js';
import type { PracticeOrg } from '../../org/engine/practiceOrg.js';
import { startPracticeOrg, type RunningOrg } from '../../org/http/server.js';
import { brightcup } from '../../org/seed/brightcup.js';

/** One seeded org with the stock CLI logged in to it, and a project folder to work in. */
export interface Stage {
  readonly org: PracticeOrg;
  readonly side: MetadataSide;
  readonly running: RunningOrg;
  readonly place: Place;
  readonly cli: StockCli;
  /** Runs `sf … --target-org practice --json` in the project and gives `result`. Throws when it fails. */
  sf(args: readonly string[], options?: RunOptions): Promise<any>;
  /** The same, for commands that are expected to fail. */
  refused(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Writes a file into the project and returns its path. */
  file(path: string, text: string): string;
  close(): Promise<void>;
}

/** Sets a stage of its own; several can be up at once. */
export async function setStage(options: { readonly login?: boolean } = {}): Promise<Stage> {
  const { org, side } = brightcup();
  org.switches.jobPolls = 0;
  const running = await startPracticeOrg({ org });
  const home = freshHome();
  const place: Place = { home: home.path, cwd: home.path };
  const cli = stockSf(place);
  const file = (path: string, text: string): string => {
    const whole = join(home.path, path);
    mkdirSync(join(whole, '..'), { recursive: true });
    writeFileSync(whole, text);
    return whole;
  };
  file(
    'sfdx-project.json',
    JSON.stringify({ packageDirectories: [{ path: 'force-app', default: true }], sourceApiVersion: '66.0' })
  );
  mkdirSync(join(home.path, 'force-app'), { recursive: true });
  if (options.login !== false) await logIn(place, [{ alias: 'practice', org: running, name: org.firstUser.name }]);
  const run = (args: readonly string[], more?: RunOptions): Promise<RunResult> =>
    cli.run([...args, '--target-org', 'practice', '--json'], more);
  return {
    org,
    side,
    running,
    place,
    cli,
    file,
    sf: async (args, more) => {
      const { code, json, stdout, stderr } = await run(args, more);
      if (code !== 0) throw new Error(`sf ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
      return json.result;
    },
    refused: async (args, more) => {
      const result = await run(args, more);
      if (result.code === 0) throw new Error(`sf ${args.join(' ')} was not refused\n${result.stdout}`);
      return result;
    },
    close: async () => {
      await running.close();
      home.dispose();
    },
  };
}
