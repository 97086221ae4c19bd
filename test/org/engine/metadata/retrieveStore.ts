import { OrgError, type OrgCore, type OrgUser } from '../contracts.js';
import { to18 } from '../ids.js';
import { stampOf, soapDateTime } from './author.js';
import type { Catalogue, FileProperties } from './catalogue.js';
import type { Manifest } from './manifest.js';
import { type RetrieveMessage, type RetrievedPackage, retrievePackage } from './retrieve.js';
import { writeZip } from './zipFiles.js';

export interface RetrieveRequest {
  readonly apiVersion: string;
  readonly singlePackage?: boolean;
  readonly unpackaged: Manifest;
}

export interface RetrieveResult {
  readonly id: string;
  readonly done: boolean;
  readonly status: 'Pending' | 'InProgress' | 'Succeeded' | 'Failed';
  readonly success: boolean;
  readonly fileProperties: readonly FileProperties[];
  readonly messages: readonly RetrieveMessage[];
  readonly errorMessage?: string;
  readonly errorStatusCode?: string;
  readonly zipFile?: Buffer;
  /** The files of the zip, for tests that need no zip. */
  readonly files?: ReadonlyMap<string, Buffer>;
}

interface Retrieval {
  readonly id: string;
  readonly user: OrgUser;
  readonly request: RetrieveRequest;
  pollsLeft: number;
  answer?: RetrieveResult;
}

/** Retrieves in progress and done. A retrieve shows the org as it is when it is done, after `switches.jobPolls` looks. */
export class RetrieveStore {
  private readonly jobs = new Map<string, Retrieval>();

  public constructor(
    private readonly org: OrgCore,
    private readonly catalogue: () => Catalogue
  ) {}

  public start(request: RetrieveRequest, user: OrgUser): string {
    const id = this.org.newId('09S');
    this.jobs.set(id, { id, user, request, pollsLeft: this.org.switches.jobPolls });
    return id;
  }

  public async check(id: string): Promise<RetrieveResult> {
    const job = this.jobs.get(to18(id) ?? id);
    if (job === undefined) throw new OrgError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [], 404);
    if (job.answer !== undefined) return job.answer;
    if (job.pollsLeft > 0) {
      job.pollsLeft -= 1;
      return { id: job.id, done: false, status: 'InProgress', success: false, fileProperties: [], messages: [] };
    }
    job.answer = await this.carryOut(job.id, job.request, job.user);
    return job.answer;
  }

  /** The whole retrieve at once. */
  public run(request: RetrieveRequest, user: OrgUser): Promise<RetrieveResult> {
    return this.carryOut(this.org.newId('09S'), request, user);
  }

  private async carryOut(id: string, request: RetrieveRequest, user: OrgUser): Promise<RetrieveResult> {
    const stamp = stampOf(this.org, user);
    const at = soapDateTime(stamp.at);
    const found: RetrievedPackage = retrievePackage(
      this.catalogue(),
      request.unpackaged,
      request.apiVersion,
      request.singlePackage ?? false,
      this.org.switches.memberProperties,
      {
        createdById: stamp.byId,
        createdByName: stamp.byName,
        createdDate: at,
        lastModifiedById: stamp.byId,
        lastModifiedByName: stamp.byName,
        lastModifiedDate: at,
      }
    );
    // Beside package.xml.
    if (found.files.size - 1 > this.org.switches.filesPerPackage)
      return {
        id,
        done: true,
        status: 'Failed',
        success: false,
        fileProperties: [],
        messages: [],
        errorStatusCode: 'LIMIT_EXCEEDED',
        errorMessage: `LIMIT_EXCEEDED: You've exceeded the maximum number of ${this.org.switches.filesPerPackage} files in a retrieve`,
      };
    const zipFile = await writeZip(found.files, new Date(this.org.clock.millis()));
    return {
      id,
      done: true,
      status: 'Succeeded',
      success: true,
      fileProperties: found.fileProperties,
      messages: found.messages,
      zipFile,
      files: found.files,
    };
  }
}
