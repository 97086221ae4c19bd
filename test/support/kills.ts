import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startPracticeOrg } from '../org/http/server.js';
import { logIn } from '../e2e/support/logins.js';
import { rollbackBin, type RunResult } from '../e2e/support/stockCli.js';
import { differences, pictureOf, ROOT, writtenTwice, type CrashStory, type Picture, type Scene } from './crashStory.js';

/** A home on this machine from which the real command is run against an org that is served on one port. */
export class KillingGround {
  private inPeace: Promise<{ readonly requests: number; readonly picture: Picture }> | undefined;

  private constructor(
    private readonly home: string,
    private readonly port: number,
    private readonly story: CrashStory
  ) {}

  public static async open(story: CrashStory): Promise<KillingGround> {
    const home = mkdtempSync(join(tmpdir(), 'rollback-kill-'));
    const running = await startPracticeOrg({ org: (await story.scene()).org });
    const port = Number(new URL(running.url).port);
    await logIn({ home, cwd: home }, [{ alias: 'practice', org: running, name: 'Ada Admin' }]);
    await running.close();
    return new KillingGround(home, port, story);
  }

  public close(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  /** How many requests the command sends when nobody disturbs it, and what the org is then. */
  public undisturbed(): Promise<{ readonly requests: number; readonly picture: Picture }> {
    this.inPeace ??= (async () => {
      const { scene, requests, first } = await this.play(undefined);
      if (first.code !== 0) throw new Error(`undisturbed it ends with ${first.code}: ${first.stdout}${first.stderr}`);
      return { requests, picture: pictureOf(scene) };
    })();
    return this.inPeace;
  }

  /** Kills the command with SIGKILL as its n-th request arrives, then goes on with `--resume`. */
  public async kill(at: number): Promise<string[]> {
    const { picture } = await this.undisturbed();
    const { scene, first, second, from } = await this.play(at);
    const problems = [...differences(picture, pictureOf(scene)), ...writtenTwice(scene, from)];
    if (first.code === 0) problems.push('it was not killed');
    if (second?.code !== 0)
      problems.push(
        `--resume ends with ${second?.code}: ${second?.stdout.slice(0, 2_000)}${second?.stderr.slice(-500)}`
      );
    return problems;
  }

  private async play(
    at: number | undefined
  ): Promise<{ scene: Scene; from: number; requests: number; first: RunResult; second?: RunResult }> {
    const scene = await this.story.scene();
    const from = scene.org.opLog.entries.length;
    const folder = mkdtempSync(join(this.home, 'desk-'));
    for (const [path, content] of scene.disk.files()) {
      const file = join(folder, '.rollback', path.slice(ROOT.length + 1));
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, content, { mode: 0o600 });
    }
    const running = await startPracticeOrg({ org: scene.org, port: this.port });
    const bin = rollbackBin({
      home: this.home,
      cwd: folder,
      env: {
        SF_ROLLBACK_RETRY_MS: '20',
        SF_ROLLBACK_TIMEOUT_MS: '60000',
        // The same program two hundred times: compiled once.
        NODE_COMPILE_CACHE: join(this.home, 'compiled'),
      },
    });
    const typed = (...which: readonly string[]): string[] => [
      ...['rollback', 'apply', '-o', 'practice', ...which],
      ...['--confirm', 'practice', '--no-validate', '--json'],
    ];
    try {
      let requests = 0;
      const command = bin.start(typed('--plan', this.story.plan.id));
      scene.org.switches.beforeRequest = [
        {
          when: () => (requests += 1) === at,
          run: () => command.kill('SIGKILL'),
        },
      ];
      const first = await command.ended;
      scene.org.switches.beforeRequest = [];
      if (at === undefined) return { scene, from, requests, first };
      // Killed before its first line, there is no run to go on with: the plan is applied again.
      const resumed = await bin.run(typed('--resume'));
      const again = resumed.code === 3 && resumed.stdout.includes('NothingToResume');
      return {
        scene,
        from,
        requests,
        first,
        second: again ? await bin.run(typed('--plan', this.story.plan.id)) : resumed,
      };
    } finally {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
