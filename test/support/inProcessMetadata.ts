import { MetadataComponents } from '../../src/org/metadataComponents.js';
import { OrgRequestError, type OrgHttp } from '../../src/org/orgHttp.js';
import type { Soap } from '../../src/org/soap.js';
import { ToolingFlows } from '../../src/org/toolingFlows.js';
import type { Querier } from '../../src/org/ports/queries.js';
import { OrgError, type OrgUser } from '../org/engine/contracts.js';
import { filePropertiesOf } from '../org/engine/metadata/catalogue.js';
import type { DeployOptions } from '../org/engine/metadata/deployTypes.js';
import type { MetadataSide } from '../org/engine/metadata/metadataSide.js';
import { listMetadata } from '../org/engine/metadata/reads.js';
import { deployResultShape } from '../org/http/deployResultShapes.js';

const VERSION = '66.0';

/** What the adapter hands to a retrieve and to a deployment. */
interface RetrieveCall {
  readonly retrieveRequest: {
    readonly apiVersion: string;
    readonly singlePackage: boolean;
    readonly unpackaged: {
      readonly version: string;
      readonly types: ReadonlyArray<{ name: string; members: readonly string[] }>;
    };
  };
}
interface DeployCall {
  readonly ZipFile: string;
  readonly DeployOptions: DeployOptions;
}

/**
 * Our own adapters of flows and components on an org's engine: only the SOAP envelopes between them are left out. The calls
 * have the same names and answers.
 */
export function metadataInProcess(
  side: MetadataSide,
  user: OrgUser,
  querier: Querier,
  count: () => void
): { readonly components: MetadataComponents; readonly flows: ToolingFlows } {
  const calls: Readonly<Record<string, (args: never) => Promise<unknown>>> = {
    listMetadata: async ({ queries }: { queries: ReadonlyArray<{ type: string }> }) =>
      listMetadata(side.catalogue(), queries).map((component) => filePropertiesOf(component)),
    retrieve: async ({ retrieveRequest: { apiVersion, singlePackage, unpackaged } }: RetrieveCall) => ({
      id: side.retrieves.start({ apiVersion, singlePackage, unpackaged }, user),
    }),
    checkRetrieveStatus: async ({ asyncProcessId }: { asyncProcessId: string }) => {
      const { zipFile, files: _files, ...result } = await side.retrieves.check(asyncProcessId);
      return { ...result, zipFile: zipFile?.toString('base64') };
    },
    deploy: async ({ ZipFile, DeployOptions: options }: DeployCall) => ({
      id: await side.deployments.submit(Buffer.from(ZipFile, 'base64'), options, user),
    }),
    deployRecentValidation: async ({ validationId }: { validationId: string }) =>
      side.deployments.quickDeploy(validationId, user),
    checkDeployStatus: async ({
      asyncProcessId,
      includeDetails,
    }: {
      asyncProcessId: string;
      includeDetails: boolean;
    }) => deployResultShape(side.deployments.check(asyncProcessId), includeDetails),
  };
  const soap = {
    call: async (_api: string, operation: string, args: unknown) => {
      count();
      return [await calls[operation]?.(args as never)].flat();
    },
  } as unknown as Soap;
  interface Inner {
    readonly url: string;
    readonly method: string;
    readonly referenceId: string;
    readonly body: unknown;
  }
  /** A composite goes through its requests one after the other, each for itself. */
  const composite = async (requests: readonly Inner[]): Promise<unknown> => {
    const answers = [];
    for (const { url, method, referenceId, body } of requests) {
      const refused = await one(url.replace(/^.*(?=\/tooling\/)/, ''), { method, json: body }).then(
        () => undefined,
        (error: OrgRequestError) => error
      );
      answers.push({
        referenceId,
        httpStatusCode: refused?.status ?? 204,
        body: refused ? [{ errorCode: refused.code, message: refused.message }] : null,
      });
    }
    return { compositeResponse: answers };
  };
  const tooling = async (path: string, options: { method?: string; json?: unknown } = {}): Promise<unknown> => {
    count();
    if (path === '/tooling/composite')
      return composite((options.json as { compositeRequest: readonly Inner[] }).compositeRequest);
    return one(path, options);
  };
  const one = async (path: string, options: { method?: string; json?: unknown }): Promise<void> => {
    const [, object, id = ''] = /^\/tooling\/sobjects\/(\w+)\/(\w+)$/.exec(path) ?? [];
    const { method } = options;
    try {
      if (object === 'FlowDefinition' && method === 'PATCH')
        side.tooling.setActive(user, id, (options.json as { Metadata: Record<string, unknown> }).Metadata);
      else if (object === 'Flow' && method === 'DELETE') side.tooling.deleteVersion(user, id);
      else throw new Error(`the org in process does not answer ${method} ${path}`);
    } catch (error) {
      if (!(error instanceof OrgError)) throw error;
      throw new OrgRequestError(error.code, `${error.code}: ${error.message} (${method} ${path})`, error.status, false);
    }
  };
  const http = { apiVersion: VERSION, json: tooling } as unknown as OrgHttp;
  return {
    components: new MetadataComponents(soap, VERSION, 20_000),
    flows: new ToolingFlows(http, querier),
  };
}
