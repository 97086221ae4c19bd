import type { RegistryAccess } from '@salesforce/source-deploy-retrieve';
import {
  compareKeys,
  keyText,
  type ComponentKey,
  type ComponentStamps,
  type RetrievedComponent,
} from '../metadata/component.js';
import { isRecordId } from '../model/ids.js';
import { badAnswer, OrgRequestError } from './orgRequestError.js';
import { until } from './poller.js';
import type {
  ComponentReader,
  ComponentWriter,
  DeployedComponent,
  DeployReport,
  DeployRequest,
  ListedComponent,
  Retrieved,
} from './ports/components.js';
import { halves, joined, retrieveParts } from './retrieveParts.js';
import { many, truth, type Raw, type Soap, type SoapValue } from './soap.js';

const QUERIES_PER_LIST = 3;

const READS = { readsOnly: true };

/** What an org says of a validation that is too old, void, or ran no tests. */
const TOO_MUCH = /LIMIT_EXCEEDED|too many files|maximum size|exceed/i;
const REFUSES_VALIDATION = new Set(['INVALID_ID_FIELD', 'INVALID_CROSS_REFERENCE_KEY', 'INVALID_OPERATION']);

/** The types of metadata: gathered anew for each retrieve they would take longer than most retrieves are worth. */
let registry: RegistryAccess | undefined;

/** Components over the Metadata API (SOAP), one call at a time so that every async id can be journalled and adopted. */
export class MetadataComponents implements ComponentReader, Omit<ComponentWriter, 'deployLimits'> {
  public constructor(
    private readonly soap: Soap,
    private readonly apiVersion: string,
    private readonly waitMs: number
  ) {}

  public async listComponents(types: readonly string[]): Promise<ListedComponent[]> {
    const keys: ListedComponent[] = [];
    for (let at = 0; at < types.length; at += QUERIES_PER_LIST) {
      const queries = types.slice(at, at + QUERIES_PER_LIST).map((type) => ({ type }));
      const listed = await this.soap.call('metadata', 'listMetadata', { queries, asOfVersion: this.apiVersion }, READS);
      keys.push(
        ...listed.map((file) => ({
          type: textOf(file, 'type'),
          fullName: decodeURIComponent(textOf(file, 'fullName')),
          ...stampsOf(file),
        }))
      );
    }
    return keys.sort(compareKeys);
  }

  public async retrieve(keys: readonly ComponentKey[]): Promise<Retrieved> {
    if (keys.length === 0)
      return { components: [], properties: new Map(), files: new Map(), notFound: [], messages: [] };
    const parts: Retrieved[] = [];
    for (const part of retrieveParts(keys)) parts.push(await this.retrieveWithin(part));
    return joined(parts);
  }

  /** One retrieve, or as many as it takes where the org says that it is too much for one. */
  private async retrieveWithin(keys: readonly ComponentKey[]): Promise<Retrieved> {
    try {
      return await this.retrieveAtOnce(keys);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      const both = code === 'RETRIEVE_FAILED' && TOO_MUCH.test(message) ? halves(keys) : undefined;
      if (!both) throw error;
      return joined([await this.retrieveWithin(both[0]), await this.retrieveWithin(both[1])]);
    }
  }

  private async retrieveAtOnce(keys: readonly ComponentKey[]): Promise<Retrieved> {
    const byType = Map.groupBy(keys, (key) => key.type);
    const types = [...byType].map(([name, members]) => ({ members: members.map((key) => key.fullName), name }));
    const request = {
      apiVersion: this.apiVersion,
      singlePackage: true,
      unpackaged: { types, version: this.apiVersion },
    };
    // A retrieve whose start was lost reads once more than needed and changes nothing.
    const id = await this.started('retrieve', { retrieveRequest: request }, READS);
    const status = await until(
      async () => {
        const answer = await this.one('checkRetrieveStatus', { asyncProcessId: id, includeZip: true });
        return truth(answer.done) ? answer : undefined;
      },
      this.waitMs,
      () => new OrgRequestError('TIMEOUT', `retrieve ${id} did not finish in time`, undefined, false)
    );
    if (!truth(status.success))
      throw new OrgRequestError(
        'RETRIEVE_FAILED',
        `retrieve ${id}: ${[status.errorStatusCode, status.errorMessage ?? status.status].filter(Boolean).map(String).join(': ')}`,
        undefined,
        false
      );
    return this.unpacked(status);
  }

  public async startDeploy(request: DeployRequest): Promise<string> {
    // The order of the elements is the one of the WSDL.
    const options = {
      checkOnly: request.checkOnly,
      ignoreWarnings: request.ignoreWarnings,
      rollbackOnError: true,
      runTests: [...(request.tests ?? [])],
      singlePackage: true,
      testLevel: request.testLevel,
    };
    return this.started(
      'deploy',
      { ZipFile: request.zip.toString('base64'), DeployOptions: options },
      // A validation that was started twice changes nothing twice. A deployment is never started blindly again.
      { repeatable: request.checkOnly, readsOnly: request.checkOnly }
    );
  }

  public async quickDeploy(validationId: string): Promise<string | undefined> {
    let answer: unknown;
    try {
      [answer] = await this.soap.call('metadata', 'deployRecentValidation', { validationId });
    } catch (error) {
      if (REFUSES_VALIDATION.has((error as { code?: string }).code ?? '')) return undefined;
      throw error;
    }
    // The id is the result itself, or stands in it.
    const id = typeof answer === 'string' ? answer : (answer as Raw | undefined)?.id;
    if (typeof id !== 'string' || !isRecordId(id))
      throw badAnswer('the call deployRecentValidation was answered without an id', true);
    return id;
  }

  public async awaitDeploy(id: string): Promise<DeployReport> {
    return until(
      async () => {
        const report = await this.deployReport(id);
        return report.done ? report : undefined;
      },
      this.waitMs,
      () => new OrgRequestError('TIMEOUT', `deployment ${id} did not finish in time`, undefined, true)
    );
  }

  public async deployReport(id: string): Promise<DeployReport> {
    const raw = await this.one('checkDeployStatus', { asyncProcessId: id, includeDetails: true });
    if (textOf(raw, 'id').slice(0, 15) !== id.slice(0, 15))
      throw badAnswer(`the status of deployment ${id} was answered with that of ${textOf(raw, 'id')}`);
    const details = (raw.details ?? {}) as Raw;
    const tests = (details.runTestResult ?? {}) as Raw;
    return {
      id: String(raw.id),
      status: String(raw.status),
      success: truth(raw.success),
      done: truth(raw.done),
      checkOnly: truth(raw.checkOnly),
      testsRan: truth(raw.runTestsEnabled) && Number(raw.numberTestsCompleted ?? 0) > 0,
      ...(raw.errorMessage ? { errorMessage: String(raw.errorMessage) } : {}),
      components: [...many(details.componentSuccesses as Raw[]), ...many(details.componentFailures as Raw[])]
        // Rows of manifests have no type.
        .filter((row) => typeof row.componentType === 'string' && row.componentType !== '')
        .map(deployedComponent),
      testFailures: many(tests.failures as Raw[]).map((row) => ({
        name: String(row.name),
        method: String(row.methodName),
        message: String(row.message),
      })),
    };
  }

  /** The single result of a call that reads. */
  private async one(operation: string, args: SoapValue): Promise<Raw> {
    const [result] = await this.soap.call('metadata', operation, args, READS);
    if (!result) throw badAnswer(`the call ${operation} was answered without a result`);
    return result;
  }

  /** Starts something that goes on in the org; its id. */
  private async started(
    operation: string,
    args: SoapValue,
    options: { readonly readsOnly?: boolean; readonly repeatable?: boolean }
  ): Promise<string> {
    const [result] = await this.soap.call('metadata', operation, args, options);
    const id = String(result?.id ?? '');
    if (!isRecordId(id)) throw badAnswer(`the call ${operation} was answered without an id`, !options.readsOnly);
    return id;
  }

  private async unpacked(status: Raw): Promise<Retrieved> {
    if (typeof status.zipFile !== 'string' || status.zipFile === '')
      throw badAnswer('a retrieve came without its files');
    // It takes most of a second and 70 MB to load: who retrieves nothing never pays for it.
    const { MetadataResolver, RegistryAccess, ZipTreeContainer } = await import('@salesforce/source-deploy-retrieve');
    registry ??= new RegistryAccess();
    const zip = Buffer.from(status.zipFile, 'base64');
    const tree = await ZipTreeContainer.create(zip);
    const files = new Map<string, Buffer>();
    const walk = async (folder: string): Promise<void> => {
      for (const name of tree.readDirectory(folder)) {
        const path = folder === '.' ? name : `${folder}/${name}`;
        if (tree.isDirectory(path)) await walk(path);
        else files.set(path.replace(/^unpackaged\//, ''), await tree.readFile(path));
      }
    };
    const root = tree.exists('unpackaged') ? 'unpackaged' : '.';
    await walk(root);
    const relative = (path: string): string => path.replace(/^\.\//, '').replace(/^unpackaged\//, '');
    const components: RetrievedComponent[] = new MetadataResolver(registry, tree)
      .getComponentsFromPath(root)
      .map((component) => {
        const paths = [
          ...new Set(
            [component.xml, ...component.walkContent()]
              .filter((path): path is string => path !== undefined)
              .map(relative)
          ),
        ];
        return {
          type: component.type.name,
          fullName: component.fullName,
          files: paths.map((path) => ({ path, content: files.get(path) ?? Buffer.alloc(0) })),
        };
      });
    const properties = new Map(
      many(status.fileProperties as Raw[]).map((file) => [
        keyText({ type: String(file.type), fullName: decodeURIComponent(String(file.fullName)) }),
        stampsOf(file),
      ])
    );
    const notFound: ComponentKey[] = [];
    const messages: string[] = [];
    for (const { problem } of many(status.messages as Array<{ problem: string }>)) {
      const match = /Entity of type '(.+)' named '(.+)' cannot be found/.exec(problem);
      if (match) notFound.push({ type: match[1] as string, fullName: match[2] as string });
      else messages.push(problem);
    }
    return { components, properties, files, notFound, messages };
  }
}

function textOf(raw: Raw, name: string): string {
  const value = raw[name];
  if (typeof value !== 'string' || value === '') throw badAnswer(`an answer of the Metadata API has no ${name}`);
  return value;
}

/** File properties; some types answer the first second of 1970, which says nothing. */
function stampsOf(file: Raw): ComponentStamps {
  const at = (value: unknown): string | undefined => {
    const time = Date.parse(String(value));
    return Number.isNaN(time) || time < 86_400_000 ? undefined : new Date(time).toISOString();
  };
  const createdAt = at(file.createdDate);
  const lastModifiedAt = at(file.lastModifiedDate);
  return {
    ...(file.createdById && createdAt ? { createdById: String(file.createdById), createdAt } : {}),
    ...(file.lastModifiedById && lastModifiedAt
      ? { lastModifiedById: String(file.lastModifiedById), lastModifiedAt }
      : {}),
  };
}

function deployedComponent(row: Raw): DeployedComponent {
  return {
    type: String(row.componentType),
    fullName: decodeURIComponent(String(row.fullName)),
    created: truth(row.created),
    changed: truth(row.changed),
    deleted: truth(row.deleted),
    success: truth(row.success),
    ...(row.problem ? { problem: String(row.problem) } : {}),
    ...(row.problemType ? { problemType: String(row.problemType) } : {}),
  };
}
