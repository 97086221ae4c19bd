import { OrgError, type OrgCore, type OrgUser } from '../contracts.js';
import { to18 } from '../ids.js';
import type { DeployDraft } from '../metadata/deployDraft.js';
import { type PackageOutcome, type PackageRules, deployPackage } from '../metadata/deploy.js';
import type { DeployMessage, DeployOptions, DeployResult, DeployStatus } from '../metadata/deployTypes.js';
import { NotAPackage, type PackageContents, readPackage } from '../metadata/packageContents.js';
import { noTests } from '../metadata/testRun.js';
import { readZip } from '../metadata/zipFiles.js';

/** One deployment from its submission on. */
export interface Deployment {
  readonly id: string;
  readonly user: OrgUser;
  readonly options: DeployOptions;
  readonly contents: PackageContents | string;
  readonly createdDate: string;
  readonly validatedDeployRequestId?: string;
  status: DeployStatus;
  pollsLeft: number;
  startDate?: string;
  completedDate?: string;
  canceledBy?: OrgUser;
  outcome?: PackageOutcome;
  /** A later deployment or another change made the validation worthless for a quick deploy. */
  voided: boolean;
}

export interface DeploymentDoor {
  readonly org: OrgCore;
  draft(user: OrgUser): DeployDraft;
  rules(): PackageRules;
}

const finished: ReadonlySet<DeployStatus> = new Set(['Succeeded', 'SucceededPartial', 'Failed', 'Canceled']);
const TEN_DAYS = 10 * 24 * 3600 * 1000;

/**
 * The org's queue of deployments. One runs at a time, in the order of submission. Time passes only when somebody looks:
 * each look at a status (or at the DeployRequest table) moves the first unfinished deployment by one step,
 * and after `switches.jobPolls` steps it is carried out in one go.
 */
export class DeploymentStore {
  private readonly jobs: Deployment[] = [];

  public constructor(private readonly door: DeploymentDoor) {}

  public async submit(archive: Buffer, options: DeployOptions, user: OrgUser): Promise<string> {
    if (!user.rights.modifyAllData)
      throw new OrgError(
        'INSUFFICIENT_ACCESS',
        'insufficient access rights on cross-reference id: user must have Modify Metadata or Modify All Data',
        [],
        403
      );
    const { isSandbox, switches } = this.door.org;
    if (options.purgeOnDelete === true && !isSandbox && switches.purgeOnDelete === 'refused')
      throw new OrgError('INVALID_OPERATION', 'purgeOnDelete option can only be used on a non-active org.');
    return this.enqueue(await contentsOf(archive, this.door.org.switches.filesPerPackage), options, user);
  }

  /** Carries out a validated package again, without tests. Refused unless the validation ran tests and still holds. */
  public quickDeploy(validationId: string, user: OrgUser): string {
    const job = this.find(validationId);
    const fresh =
      this.door.org.clock.millis() - Date.parse((job.completedDate ?? job.createdDate).replace('+0000', 'Z')) <=
      TEN_DAYS;
    if (
      job.options.checkOnly !== true ||
      job.status !== 'Succeeded' ||
      job.outcome?.testsRan !== true ||
      !fresh ||
      job.voided
    ) {
      throw new OrgError(
        'INVALID_ID_FIELD',
        `Invalid or expired validation ID: ${validationId}. It must be of a recent successful validation that ran the required tests, with no deployment since.`
      );
    }
    return this.enqueue(
      job.contents,
      { ...job.options, checkOnly: false, testLevel: 'NoTestRun', runTests: [] },
      user,
      job.id
    );
  }

  /** The state after one more step. */
  public check(id: string): DeployResult {
    const job = this.find(id);
    if (!finished.has(job.status)) this.step();
    return this.resultOf(job);
  }

  /** Runs the queue until this deployment is done, without any waiting. */
  public finish(id: string): DeployResult {
    const job = this.find(id);
    while (!finished.has(job.status)) this.step();
    return this.resultOf(job);
  }

  /** Asks for an end. It comes with the next look, unless the deployment is done already. */
  public cancel(id: string, user: OrgUser): { done: boolean; id: string } {
    const job = this.find(id);
    if (finished.has(job.status))
      throw new OrgError('INVALID_ID_FIELD', `Cannot cancel deployment ${job.id} because it is already completed`);
    job.status = 'Canceling';
    job.canceledBy = user;
    return { done: false, id: job.id };
  }

  /** All deployments, oldest first, as of now and without moving any. */
  public list(): Array<{ readonly job: Deployment; readonly result: DeployResult }> {
    return this.jobs.map((job) => ({ job, result: this.resultOf(job) }));
  }

  /** One step for whichever deployment is first in the queue. */
  public step(): void {
    const canceling = this.jobs.find((job) => job.status === 'Canceling');
    const job = canceling ?? this.jobs.find((one) => !finished.has(one.status));
    if (job === undefined) return;
    job.startDate ??= this.door.org.clock.now();
    if (job.status === 'Canceling') {
      job.status = 'Canceled';
      job.completedDate = this.door.org.clock.now();
    } else if (job.pollsLeft > 0) {
      job.pollsLeft -= 1;
      job.status = 'InProgress';
    } else this.carryOut(job);
  }

  private carryOut(job: Deployment): void {
    this.door.org.clock.advance(1000);
    if (typeof job.contents === 'string') {
      job.outcome = { messages: [], tests: noTests, testsRan: false, errorMessage: job.contents, verdict: 'none' };
    } else {
      const draft = this.door.draft(job.user);
      job.outcome = deployPackage(draft, job.contents, job.options, this.door.rules());
      if (job.outcome.verdict !== 'none' && job.options.checkOnly !== true) {
        draft.keep();
        for (const other of this.jobs) if (other !== job) other.voided = true;
      }
    }
    job.status =
      job.outcome.verdict === 'all' ? 'Succeeded' : job.outcome.verdict === 'some' ? 'SucceededPartial' : 'Failed';
    job.completedDate = this.door.org.clock.now();
  }

  private enqueue(
    contents: PackageContents | string,
    options: DeployOptions,
    user: OrgUser,
    validated?: string
  ): string {
    const { org } = this.door;
    const job: Deployment = {
      id: org.newId('0Af'),
      user,
      options,
      contents,
      createdDate: org.clock.now(),
      status: 'Pending',
      pollsLeft: org.switches.jobPolls,
      voided: false,
      ...(validated === undefined ? {} : { validatedDeployRequestId: validated }),
    };
    this.jobs.push(job);
    return job.id;
  }

  private find(id: string): Deployment {
    const wanted = to18(id);
    const job = this.jobs.find((one) => one.id === wanted);
    if (job === undefined) throw new OrgError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [], 404);
    return job;
  }

  /** Details are kept for a while only. */
  private tellsDetails(job: Deployment): boolean {
    const { clock, switches } = this.door.org;
    const age = clock.millis() - Date.parse((job.completedDate ?? job.createdDate).replace('+0000', 'Z'));
    return age <= switches.deployDetailsDays * 24 * 3600 * 1000;
  }

  private resultOf(job: Deployment): DeployResult {
    const messages = job.outcome?.messages ?? [];
    const told = this.tellsDetails(job) ? messages : [];
    const rows = messages.filter((message) => message.componentType !== '');
    const failures = messages.filter((message) => !message.success);
    const tests = job.outcome?.tests ?? noTests;
    const total = typeof job.contents === 'string' ? 0 : job.contents.items.length + job.contents.problems.length;
    return {
      id: job.id,
      status: job.status,
      done: finished.has(job.status),
      success: job.status === 'Succeeded',
      checkOnly: job.options.checkOnly ?? false,
      ignoreWarnings: job.options.ignoreWarnings ?? false,
      rollbackOnError: job.options.rollbackOnError ?? true,
      runTestsEnabled:
        job.outcome?.testsRan ?? (job.options.testLevel !== undefined && job.options.testLevel !== 'NoTestRun'),
      createdBy: job.user.id,
      createdByName: job.user.name,
      createdDate: job.createdDate,
      ...(job.startDate === undefined ? {} : { startDate: job.startDate }),
      lastModifiedDate: job.completedDate ?? job.startDate ?? job.createdDate,
      ...(job.completedDate === undefined ? {} : { completedDate: job.completedDate }),
      ...(job.canceledBy === undefined ? {} : { canceledBy: job.canceledBy.id, canceledByName: job.canceledBy.name }),
      ...(job.outcome?.errorMessage === undefined
        ? {}
        : { errorMessage: job.outcome.errorMessage, errorStatusCode: 'UNKNOWN_EXCEPTION' }),
      numberComponentsTotal: job.outcome === undefined ? total : rows.length,
      numberComponentsDeployed: rows.filter((message) => message.success).length,
      numberComponentErrors: failures.length,
      numberTestsTotal: tests.numTestsRun,
      numberTestsCompleted: tests.numTestsRun - tests.numFailures,
      numberTestErrors: tests.numFailures,
      details: {
        componentSuccesses: told.filter((message): message is DeployMessage => message.success),
        componentFailures: told.filter((message) => !message.success),
        runTestResult: tests,
      },
    };
  }
}

/** The package, or the words with which the whole deployment fails. */
async function contentsOf(archive: Buffer, most: number): Promise<PackageContents | string> {
  let entries;
  try {
    entries = await readZip(archive);
  } catch {
    return 'INVALID_FILE: Could not read the zip file';
  }
  try {
    // Beside package.xml.
    if (entries.size - 1 > most)
      return `LIMIT_EXCEEDED: You've exceeded the maximum number of ${most} files in a deploy`;
    return readPackage(entries);
  } catch (problem) {
    if (problem instanceof NotAPackage) return problem.message;
    return `Error parsing package.xml: ${problem instanceof Error ? problem.message : String(problem)}`;
  }
}
