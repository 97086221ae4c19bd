import type { Connection } from '@salesforce/core';
import { MetadataComponents } from '../../src/org/metadataComponents.js';
import { OrgRequestError, type OrgHttp } from '../../src/org/orgHttp.js';
import { ToolingFlows } from '../../src/org/toolingFlows.js';
import type { Querier } from '../../src/org/ports.js';
import { OrgError, type OrgUser } from '../org/engine/contracts.js';
import { filePropertiesOf } from '../org/engine/metadata/catalogue.js';
import type { DeployOptions } from '../org/engine/metadata/deployTypes.js';
import type { MetadataSide } from '../org/engine/metadata/metadataSide.js';
import { listMetadata } from '../org/engine/metadata/reads.js';
import { deployResultShape } from '../org/http/deployResultShapes.js';

const VERSION = '66.0';

/** What the client library hands to a retrieve. */
interface RetrieveCall {
  readonly apiVersion: string;
  readonly singlePackage: boolean;
  readonly unpackaged: {
    readonly version: string;
    readonly types: ReadonlyArray<{ name: string; members: readonly string[] }>;
  };
}

/**
 * Our own adapters of flows and components on an org's engine: only the client library between them is left out. Its calls
 * have the same names and answers.
 */
export function metadataInProcess(
  side: MetadataSide,
  user: OrgUser,
  querier: Querier,
  count: () => void
): { readonly components: MetadataComponents; readonly flows: ToolingFlows } {
  const metadata = {
    list: async (queries: ReadonlyArray<{ type: string }>) =>
      listMetadata(side.catalogue(), queries).map((component) => filePropertiesOf(component)),
    retrieve: async ({ apiVersion, singlePackage, unpackaged }: RetrieveCall) => ({
      id: side.retrieves.start({ apiVersion, singlePackage, unpackaged }, user),
    }),
    checkRetrieveStatus: async (id: string) => {
      const { zipFile, files: _files, ...result } = await side.retrieves.check(id);
      return { ...result, zipFile: zipFile?.toString('base64') };
    },
    deploy: async (zip: Buffer, options: DeployOptions) => ({ id: await side.deployments.submit(zip, options, user) }),
    checkDeployStatus: async (id: string, details: boolean) => deployResultShape(side.deployments.check(id), details),
  };
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
  const http = { apiVersion: VERSION, countElsewhere: count, json: tooling } as unknown as OrgHttp;
  return {
    components: new MetadataComponents({ metadata } as unknown as Connection, http, 20_000),
    flows: new ToolingFlows(http, querier),
  };
}
