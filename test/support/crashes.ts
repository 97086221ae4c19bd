import type { RunResult } from '../../src/apply/runResult.js';
import { readRun } from '../../src/apply/earlierRuns.js';
import { isUnfinished } from '../../src/apply/journal/journal.js';
import { parseStoreId, type StoreId } from '../../src/model/ids.js';
import { EXIT, Refusal } from '../../src/model/refusal.js';
import { OrgRequestError } from '../../src/org/orgHttp.js';
import type { OrgPorts } from '../../src/org/ports.js';
import {
  CrashStory,
  differences,
  Life,
  pictureOf,
  ROOT,
  writtenTwice,
  type Picture,
  type Scene,
  type Incident,
  type Way,
} from './crashStory.js';
import type { Survival } from './crashingDisk.js';
import { Dice } from './dice.js';

/** Where one life of the tool ends: at an operation of the disk, or right before or after a request to the org. */
export type Death =
  | { readonly at: 'disk'; readonly operation: number; readonly moment: 'before' | 'inside' | 'after' }
  | { readonly at: 'request'; readonly number: number; readonly moment: 'before' | 'after' };

export interface CrashCase {
  /** One death for each life; the life after the last one comes to its end. */
  readonly deaths: readonly Death[];
  readonly survival: 'none' | 'all' | 'dice';
  readonly seed: number;
  /** The clock of this machine jumps to and fro all the while. */
  readonly clockJumps?: true;
  /** Answers of the org take a while, each another one. */
  readonly paced?: true;
}

export function caseText({ deaths, survival, seed }: CrashCase): string {
  const where = deaths.map((death) =>
    death.at === 'disk'
      ? `${death.moment} disk operation ${death.operation}`
      : `${death.moment} request ${death.number}`
  );
  return `${where.join(', then ')}; of what was not synced survives: ${survival} (seed ${seed})`;
}

/** An undisturbed run: what every other one must reach, and how long it is. */
export interface Undisturbed {
  readonly picture: Picture;
  readonly totals: number;
  readonly operations: number;
  readonly syncs: number;
  readonly requests: number;
  /** Lines of its journal. */
  readonly lines: number;
}

/** Plays crash cases of one story. */
export class Crashes {
  private constructor(
    public readonly story: CrashStory,
    public readonly undisturbed: Undisturbed
  ) {}

  public static async begin(way: Way = 'apply', incident?: Incident): Promise<Crashes> {
    const story = await CrashStory.begin(way, incident);
    const scene = await story.sceneAgain();
    const { operations, syncs } = scene.disk;
    const life = new Life(scene, 1);
    const result = await life.apply(story.plan);
    if (result.status !== 'succeeded') throw new Error(`undisturbed it ends ${result.status}: ${errorsOf(result)}`);
    // What goes side by side overtakes, so that only what comes of it is the same twice.
    const trace = incident?.sideBySide ? (of: Scene): string => JSON.stringify(pictureOf(of)) : traceOf;
    const told = trace(scene);
    const again = await story.sceneAgain();
    await new Life(again, 1).apply(story.plan);
    // An org that is set back has to play like a new one, to the last Id.
    if (trace(again) !== told) throw new Error('an org that was set back plays otherwise than a new one');
    return new Crashes(story, {
      picture: pictureOf(scene),
      totals: sum(result),
      operations: scene.disk.operations - operations,
      syncs: scene.disk.syncs - syncs,
      requests: life.requestsSent,
      lines: (await journalOf(scene, result)).lines.length,
    });
  }

  /** What is not as promised; empty when the case holds. */
  public async play(crash: CrashCase): Promise<string[]> {
    const scene = await this.story.sceneAgain();
    const from = scene.org.opLog.entries.length;
    const survival: Survival = crash.survival === 'dice' ? new Dice(crash.seed) : crash.survival;
    let result: RunResult | undefined;
    for (let life = 1; life <= crash.deaths.length + 1 && !result; life += 1) {
      const tool = new Life(scene, life, {
        ...(crash.clockJumps ? { jumps: new Dice(crash.seed + life) } : {}),
        ...(crash.paced ? { pace: new Dice(crash.seed + life) } : {}),
      });
      const death = crash.deaths[life - 1];
      if (death?.at === 'disk') scene.disk.crashAt(death.operation, death.moment);
      if (death?.at === 'request') tool.dieAtRequest(death.number + (death.moment === 'after' ? 0.5 : 0));
      try {
        result = await this.goOn(tool);
      } catch (error) {
        if (!tool.isDead()) return [`life ${life} ended by itself: ${(error as Error).stack ?? String(error)}`];
      }
      // A process that is killed at its last breath may have finished: what it leaves on the disk counts.
      if (tool.isDead()) {
        result = undefined;
        tool.bury();
        scene.disk.powerOn(survival);
      }
    }
    if (!result) return ['no life came to its end'];
    return this.afterwards(scene, from, result);
  }

  /**
   * The disk is full, or can only be read, from an operation on; when that is mended, the run is gone on with. Meanwhile the
   * tool ends by itself, and says that it is the disk.
   */
  public async playRefusingDisk(operation: number, code: 'ENOSPC' | 'EROFS'): Promise<string[]> {
    const scene = await this.story.sceneAgain();
    const from = scene.org.opLog.entries.length;
    scene.disk.refuseFrom(operation, code);
    try {
      const result = await this.goOn(new Life(scene, 1));
      if (result.status !== 'interrupted') return this.afterwards(scene, from, result);
    } catch (error) {
      const said = error instanceof Refusal ? error.tokens.join(' ') : String((error as NodeJS.ErrnoException).code);
      const itself = error instanceof Refusal && error.key === 'runCutOff';
      if (!said.includes(code) && !itself) return [`it does not say why: ${(error as Error).stack ?? String(error)}`];
    }
    scene.disk.takesWrites();
    return this.afterwards(scene, from, await this.goOn(new Life(scene, 2)));
  }

  /**
   * The org refuses one request, plainly, right after it took a write: the first `read` that follows the first `write`. What
   * the write did is not known then, so the run has to stop, and gone on with it ends as an undisturbed one.
   */
  public async playRefusedRead(write: PortName, read: PortName): Promise<string[]> {
    const scene = await this.story.sceneAgain();
    const from = scene.org.opLog.entries.length;
    let wrote = false;
    let refused = false;
    const first = new Life(scene, 1, {
      answers: (org) => ({
        [write]: async (...args: unknown[]): Promise<unknown> => {
          // What would be read behind the write, in the same request, is read by itself.
          const answer = await call(
            org,
            write,
            write === 'updateRows' || write === 'deleteRows' ? args.slice(0, 2) : args
          );
          wrote = true;
          return answer;
        },
        ...(read === 'query' ? { queryTogether: async () => new Map() } : {}),
        [read]: async (...args: unknown[]): Promise<unknown> => {
          if (!wrote || refused) return call(org, read, args);
          refused = true;
          throw new OrgRequestError(
            'QUERY_TIMEOUT',
            'QUERY_TIMEOUT: Your query has been running too long.',
            400,
            false
          );
        },
      }),
    });
    const { status, runId } = await first.apply(this.story.plan);
    if (!refused) return [`no ${read} follows ${write}`];
    if (status !== 'interrupted') return [`the refused ${read} ends the run ${status}`];
    return this.afterwards(scene, from, await new Life(scene, 2).resume(parseStoreId(runId) as StoreId));
  }

  private afterwards(scene: Scene, from: number, result: RunResult): string[] {
    const { picture, totals } = this.undisturbed;
    return [
      ...(['succeeded', 'alreadyApplied'].includes(result.status)
        ? []
        : [`it ends ${result.status}: ${errorsOf(result)}`]),
      ...(sum(result) === totals ? [] : [`${sum(result)} items have an outcome instead of ${totals}`]),
      ...differences(picture, pictureOf(scene)),
      ...writtenTwice(scene, from),
    ];
  }

  /**
   * Two processes apply the same plan at once, the second a little later: exactly one runs, the other is told who holds the
   * lock, or that it is done already.
   */
  public async playRace(seed: number): Promise<string[]> {
    const dice = new Dice(seed);
    const scene = await this.story.sceneAgain();
    const from = scene.org.opLog.entries.length;
    // Mostly neck and neck; now and then so late that the first is done.
    const delay = dice.chance(0.8) ? dice.below(60) : dice.below(2_000);
    const lives = [new Life(scene, 1, { alone: false }), new Life(scene, 2, { alone: false })];
    const later = async (life: Life, turns: number): Promise<RunResult> => {
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return life.apply(this.story.plan);
    };
    const ends = await Promise.allSettled(lives.map((life, n) => later(life, n === 0 ? 0 : delay)));
    const problems = ends.flatMap((end) => {
      if (end.status === 'fulfilled')
        return ['succeeded', 'alreadyApplied'].includes(end.value.status) ? [] : [`one ended ${end.value.status}`];
      return (end.reason as Refusal).exitCode === EXIT.locked ? [] : [String((end.reason as Error).stack)];
    });
    const ran = ends.filter((end) => end.status === 'fulfilled' && end.value.status === 'succeeded').length;
    if (ran !== 1) problems.push(`${ran} of two ran`);
    const runs = await lives[0]?.store.ids('runs');
    if (runs?.length !== 1) problems.push(`there are ${runs?.length} runs`);
    return [...problems, ...differences(this.undisturbed.picture, pictureOf(scene)), ...writtenTwice(scene, from)];
  }

  /** What a person does after a crash: goes on with the run, or applies the plan where none had begun. */
  private async goOn(tool: Life): Promise<RunResult> {
    for (const id of await tool.store.ids('runs')) {
      const reading = await readRun(tool.store, id);
      if (reading.kind === 'damaged') throw new Error(`run ${id} is damaged: ${reading.why}`);
      if (reading.kind === 'run' && isUnfinished(reading.run.state)) return tool.resume(id);
    }
    return tool.apply(this.story.plan);
  }

  /** The journal of an undisturbed run, cut behind one of its lines: gone on with, the run ends as it did. */
  public async playCut(line: number): Promise<string[]> {
    const scene = await this.story.sceneAgain();
    const from = scene.org.opLog.entries.length;
    const { path, lines } = await journalOf(scene, await new Life(scene, 1).apply(this.story.plan));
    const kept = lines.slice(0, line).map((each) => `${each}\n`);
    await scene.disk.cut(path, Buffer.byteLength(kept.join('')));
    return this.afterCut(scene, from);
  }

  private async refusesRowsInDoubt(tool: Life): Promise<boolean> {
    try {
      await this.goOn(tool);
      return false;
    } catch (error) {
      if (error instanceof Refusal && error.key === 'rowsInDoubt') return true;
      throw error;
    }
  }

  private async afterCut(scene: Scene, from: number): Promise<string[]> {
    try {
      const result = await this.goOn(new Life(scene, 2));
      const asked = result.steps.some(({ errors }) => errors.some(({ code }) => code === 'ASK_A_PERSON'));
      // Whatever it advises then, somebody applies the plan again: that must not send a row in doubt once more.
      if (asked && (await this.refusesRowsInDoubt(new Life(scene, 3)))) return writtenTwice(scene, from);
      const changed = differences(this.undisturbed.picture, pictureOf(scene));
      return [...changed, ...writtenTwice(scene, from)];
    } catch (error) {
      // Without its first line the run cannot be known: a person is told so, and nothing is written.
      if (!(error as Error).message.includes('is damaged')) return [(error as Error).stack ?? String(error)];
      return writtenTwice(scene, from);
    }
  }
}

type PortName = Extract<keyof OrgPorts, string>;

function call(org: OrgPorts, name: PortName, args: readonly unknown[]): Promise<unknown> {
  return (org[name] as unknown as (...given: unknown[]) => Promise<unknown>).apply(org, [...args]);
}

async function journalOf(scene: Scene, { runId }: RunResult): Promise<{ path: string; lines: string[] }> {
  const path = `${ROOT}/runs/${runId}/journal.ndjson`;
  return { path, lines: (await scene.disk.read(path)).toString('utf8').split('\n').filter(Boolean) };
}

/** Everything that the org noted and the disk holds, but for how long the run took by the watch. */
function traceOf({ org, disk }: Scene): string {
  const files = disk
    .files()
    .filter(([path]) => !path.endsWith('/result.json'))
    .map(([path, content]) => {
      const lines = content.toString('latin1').split('\n');
      return [path, path.endsWith('/journal.ndjson') ? lines.slice(0, -2) : lines];
    });
  return JSON.stringify([org.opLog.entries, files]);
}

function sum(result: RunResult): number {
  return Object.values(result.totals).reduce((n, count) => n + count, 0);
}

function errorsOf(result: RunResult): string {
  return JSON.stringify(result.steps.flatMap(({ errors }) => errors).slice(0, 4));
}

/** A case with as many deaths as asked, anywhere; the second one is likely to fall into the recovery. */
export function randomCase(seed: number, lives: number, { operations, requests }: Undisturbed): CrashCase {
  const dice = new Dice(seed);
  const deaths = Array.from({ length: lives }, (_unused, n): Death => {
    const reach = n === 0 || dice.chance(0.3) ? 1 : 0.25;
    if (dice.chance(0.3)) {
      const moment = dice.one(['before', 'after'] as const);
      return { at: 'request', number: 1 + dice.below(requests * reach), moment };
    }
    const moment = dice.one(['before', 'inside', 'after'] as const);
    return { at: 'disk', operation: dice.below(operations * reach), moment };
  });
  return { deaths, survival: dice.one(['none', 'all', 'dice', 'dice']), seed };
}
