import type { Connection } from '@salesforce/core';
import { MetadataResolver, ZipTreeContainer } from '@salesforce/source-deploy-retrieve';
import { compareKeys, keyText, type ComponentKey, type RetrievedComponent } from '../metadata/component.js';
import { OrgRequestError, type OrgHttp } from './orgHttp.js';
import { until } from './poller.js';
import type {
  ComponentReader,
  ComponentWriter,
  DeployedComponent,
  DeployReport,
  DeployRequest,
  Retrieved,
} from './ports.js';

const QUERIES_PER_LIST = 3;

const many = <T>(value: T | readonly T[] | null | undefined): readonly T[] =>
  value === null || value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];
const truth = (value: unknown): boolean => value === true || value === 'true';

type Raw = Record<string, unknown>;

/** Components over the Metadata API (SOAP), one call at a time so that every async id can be journalled and adopted. */
export class MetadataComponents implements ComponentReader, ComponentWriter {
  public constructor(
    private readonly connection: Connection,
    private readonly http: OrgHttp,
    private readonly waitMs: number
  ) {}

  public async listComponents(types: readonly string[]): Promise<ComponentKey[]> {
    const keys: ComponentKey[] = [];
    for (let at = 0; at < types.length; at += QUERIES_PER_LIST) {
      this.http.countElsewhere();
      const listed = await this.connection.metadata.list(
        types.slice(at, at + QUERIES_PER_LIST).map((type) => ({ type })),
        this.http.apiVersion
      );
      keys.push(
        ...many(listed as unknown as Raw[]).map((file) => ({
          type: String(file.type),
          fullName: decodeURIComponent(String(file.fullName)),
        }))
      );
    }
    return keys.sort(compareKeys);
  }

  public async retrieve(keys: readonly ComponentKey[]): Promise<Retrieved> {
    if (keys.length === 0)
      return { components: [], properties: new Map(), files: new Map(), notFound: [], messages: [] };
    const byType = Map.groupBy(keys, (key) => key.type);
    const types = [...byType].map(([name, members]) => ({ members: members.map((key) => key.fullName), name }));
    this.http.countElsewhere();
    const started = await this.connection.metadata.retrieve({
      apiVersion: this.http.apiVersion,
      singlePackage: true,
      unpackaged: { types, version: this.http.apiVersion },
    } as never);
    const status = await until(
      async () => {
        this.http.countElsewhere();
        const answer = (await this.connection.metadata.checkRetrieveStatus(String(started.id))) as unknown as Raw;
        return truth(answer.done) ? answer : undefined;
      },
      this.waitMs,
      () => new OrgRequestError('TIMEOUT', `retrieve ${String(started.id)} did not finish in time`, undefined, false)
    );
    if (!truth(status.success))
      throw new OrgRequestError(
        'RETRIEVE_FAILED',
        `retrieve ${String(started.id)}: ${String(status.errorMessage ?? status.status)}`,
        undefined,
        false
      );
    return this.unpacked(status);
  }

  public async startDeploy(request: DeployRequest): Promise<string> {
    this.http.countElsewhere();
    const started = await this.connection.metadata.deploy(request.zip, {
      checkOnly: request.checkOnly,
      ignoreWarnings: request.ignoreWarnings,
      rollbackOnError: true,
      singlePackage: true,
      ...(request.testLevel ? { testLevel: request.testLevel } : {}),
      ...(request.tests?.length ? { runTests: [...request.tests] } : {}),
    });
    return String(started.id);
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
    this.http.countElsewhere();
    const raw = (await this.connection.metadata.checkDeployStatus(id, true)) as unknown as Raw;
    const details = (raw.details ?? {}) as Raw;
    const tests = (details.runTestResult ?? {}) as Raw;
    return {
      id: String(raw.id),
      status: String(raw.status),
      success: truth(raw.success),
      done: truth(raw.done),
      checkOnly: truth(raw.checkOnly),
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

  private async unpacked(status: Raw): Promise<Retrieved> {
    const zip = Buffer.from(String(status.zipFile), 'base64');
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
    const components: RetrievedComponent[] = new MetadataResolver(undefined, tree)
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
        {
          createdById: String(file.createdById),
          createdAt: new Date(String(file.createdDate)).toISOString(),
          lastModifiedById: String(file.lastModifiedById),
          lastModifiedAt: new Date(String(file.lastModifiedDate)).toISOString(),
        },
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
