import { writeZip } from '../../../org/engine/metadata/zipFiles.js';
import type { MetadataSide } from '../../../org/engine/metadata/metadataSide.js';
import { metadataSideOf } from '../../../org/http/metadataSide.js';
import type { DeployOptions, DeployResult } from '../../../org/engine/metadata/deployTypes.js';
import { PracticeOrg } from '../../../org/engine/practiceOrg.js';
import { runQuery } from '../../../org/engine/soql/runQuery.js';
import { seedMetadata } from '../../../org/seed/metadata.js';

/** An org with Brightcup's metadata, and short ways to deploy to it and to ask it. */
export class PracticeMetadata {
  public readonly org = new PracticeOrg();
  public readonly side: MetadataSide = metadataSideOf(this.org);

  public constructor() {
    seedMetadata(this.org, this.side);
  }

  public get admin(): PracticeOrg['firstUser'] {
    return this.org.firstUser;
  }

  public async deploy(files: Readonly<Record<string, string>>, options: DeployOptions = {}): Promise<DeployResult> {
    return this.side.deployZip(await zip(files), options, this.admin);
  }

  public tooling(soql: string): Array<Record<string, unknown>> {
    return runQuery(this.org, this.admin, 'tooling', soql).records;
  }

  public data(soql: string): Array<Record<string, unknown>> {
    return runQuery(this.org, this.admin, 'data', soql).records;
  }

  /** The text of one retrieved file. */
  public async retrieved(types: Readonly<Record<string, readonly string[]>>, path: string): Promise<string> {
    const result = await this.side.retrieve(packageXml(types), this.admin);
    return result.files?.get(`unpackaged/${path}`)?.toString('utf8') ?? '';
  }
}

export function packageXml(types: Readonly<Record<string, readonly string[]>>): string {
  const listed = Object.entries(types).map(
    ([name, members]) =>
      `<types>${members.map((member) => `<members>${member}</members>`).join('')}<name>${name}</name></types>`
  );
  return `<?xml version="1.0" encoding="UTF-8"?><Package xmlns="http://soap.sforce.com/2006/04/metadata">${listed.join('')}<version>66.0</version></Package>`;
}

export function zip(files: Readonly<Record<string, string>>): Promise<Buffer> {
  return writeZip(Object.entries(files), new Date('2026-01-01T00:00:00Z'));
}

export function flowFile(limit: number, status: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Flow xmlns="http://soap.sforce.com/2006/04/metadata"><apiVersion>64.0</apiVersion><label>Descale</label><processType>AutoLaunchedFlow</processType>
    <constants><name>limit</name><dataType>Number</dataType><value><numberValue>${limit}</numberValue></value></constants><start><locationX>0</locationX><locationY>0</locationY></start><status>${status}</status></Flow>`;
}
