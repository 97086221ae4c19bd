import { OrgError, type OrgUser } from '../engine/contracts.js';
import { filePropertiesOf } from '../engine/metadata/catalogue.js';
import type { DeployOptions } from '../engine/metadata/deployTypes.js';
import type { MetadataSide } from '../engine/metadata/metadataSide.js';
import { describeMetadata, listMetadata, readMetadata } from '../engine/metadata/reads.js';
import { manifestOf } from '../engine/metadata/manifest.js';
import { type XmlElement, childNamed, childrenNamed, parseXml, valueOf } from '../engine/metadata/xmlTree.js';
import type { PracticeOrg } from '../engine/practiceOrg.js';
import { deployResultShape } from './deployResultShapes.js';
import type { OrgRequest, OrgResponse, Router } from './router.js';
import { soapAnswer, soapFault } from './soapEnvelope.js';
import { elements } from './soapMetadataShapes.js';

const METADATA = 'http://soap.sforce.com/2006/04/metadata';

/** `/services/Soap/m/{version}`: the whole Metadata API by SOAP. The session is in the SessionHeader. */
export function registerSoapMetadata(router: Router, org: PracticeOrg, side: MetadataSide): void {
  const answer = async (request: OrgRequest): Promise<OrgResponse> => {
    try {
      const { call, user } = readCall(org, request.text());
      const handler = calls[call.name];
      if (handler === undefined)
        throw new OrgError('INVALID_OPERATION', `No operation available for request {${METADATA}}${call.name}`);
      const content = await handler({ side, user, call, version: request.version });
      return soapAnswer(METADATA, `<${call.name}Response>${content}</${call.name}Response>`);
    } catch (problem) {
      if (problem instanceof OrgError) return soapFault(problem.code, problem.message);
      return soapFault(
        'UNKNOWN_EXCEPTION',
        `practice org: ${problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)}`
      );
    }
  };
  router.post('/services/Soap/m/:version', answer, { auth: 'none' });
  router.post('/services/Soap/m/:version/:org', answer, { auth: 'none' });
}

interface CallContext {
  readonly side: MetadataSide;
  readonly user: OrgUser;
  readonly call: XmlElement;
  readonly version: string;
}

function readCall(org: PracticeOrg, text: string): { call: XmlElement; user: OrgUser } {
  let envelope: XmlElement;
  try {
    envelope = parseXml(text);
  } catch {
    throw new OrgError('INVALID_XML', 'Error parsing SOAP request');
  }
  const header = childNamed(envelope, 'Header');
  const session = header === undefined ? undefined : childNamed(header, 'SessionHeader');
  const token = session === undefined ? undefined : valueOf(session, 'sessionId');
  const user = token === undefined ? undefined : org.userByToken(token);
  if (user === undefined)
    throw new OrgError('INVALID_SESSION_ID', 'Invalid Session ID found in SessionHeader: Illegal Session');
  const call = childNamed(envelope, 'Body')?.children[0];
  if (call === undefined) throw new OrgError('INVALID_OPERATION', 'SOAP body is empty');
  return { call, user };
}

type Call = (context: CallContext) => string | Promise<string>;

const calls: Readonly<Record<string, Call>> = {
  deploy: async ({ side, user, call }) => {
    const archive = Buffer.from(anyCase(call, 'ZipFile')?.text ?? '', 'base64');
    const id = await side.deployments.submit(archive, deployOptions(anyCase(call, 'DeployOptions')), user);
    return elements({ result: { done: false, id, state: 'Queued' } });
  },
  checkDeployStatus: ({ side, call }) => {
    const result = side.deployments.check(required(call, 'asyncProcessId'));
    return elements({ result: deployResultShape(result, valueOf(call, 'includeDetails') === 'true') });
  },
  cancelDeploy: ({ side, user, call }) => {
    const id = anyCase(call, 'id')?.text.trim() ?? anyCase(call, 'String')?.text.trim() ?? '';
    return elements({ result: side.deployments.cancel(id, user) });
  },
  deployRecentValidation: ({ side, user, call }) => {
    const id = valueOf(call, 'validationId') ?? valueOf(call, 'validationID') ?? '';
    return elements({ result: side.deployments.quickDeploy(id, user) });
  },
  retrieve: ({ side, user, call, version }) => {
    const request = anyCase(call, 'request') ?? anyCase(call, 'retrieveRequest') ?? call;
    const unpackaged = childNamed(request, 'unpackaged');
    if (unpackaged === undefined)
      throw new OrgError('INVALID_ID_FIELD', 'Either packageNames or unpackaged is required');
    const id = side.retrieves.start(
      {
        apiVersion: valueOf(request, 'apiVersion') ?? version,
        singlePackage: valueOf(request, 'singlePackage') === 'true',
        unpackaged: manifestOf(unpackaged),
      },
      user
    );
    return elements({ result: { done: false, id, state: 'Queued' } });
  },
  checkRetrieveStatus: async ({ side, call }) => {
    const result = await side.retrieves.check(required(call, 'asyncProcessId'));
    const zipFile = valueOf(call, 'includeZip') === 'false' ? undefined : result.zipFile?.toString('base64');
    return elements({
      result: {
        done: result.done,
        errorMessage: result.errorMessage,
        errorStatusCode: result.errorStatusCode,
        fileProperties: result.fileProperties,
        id: result.id,
        messages: result.messages,
        status: result.status,
        success: result.success,
        zipFile,
      },
    });
  },
  listMetadata: ({ side, call }) => {
    const queries = childrenNamed(call, 'queries').map((query) => ({
      type: valueOf(query, 'type') ?? '',
      ...(valueOf(query, 'folder') === undefined ? {} : { folder: valueOf(query, 'folder') ?? '' }),
    }));
    return elements({
      result: listMetadata(side.catalogue(), queries).map((component) => filePropertiesOf(component)),
    });
  },
  readMetadata: ({ side, call }) => {
    const type = valueOf(call, 'type') ?? valueOf(call, 'metadataType') ?? '';
    const records = readMetadata(
      side.catalogue(),
      type,
      childrenNamed(call, 'fullNames').map((name) => name.text.trim())
    );
    return `<result>${records.join('')}</result>`;
  },
  describeMetadata: () => elements({ result: describeMetadata() }),
};

/** Option names are capitalised by some clients. */
function anyCase(node: XmlElement, name: string): XmlElement | undefined {
  return node.children.find((child) => child.name.toLowerCase() === name.toLowerCase());
}

function required(call: XmlElement, name: string): string {
  const value = valueOf(call, name);
  if (value === undefined) throw new OrgError('INVALID_ID_FIELD', `Required parameter is missing: ${name}`);
  return value;
}

function deployOptions(node: XmlElement | undefined): DeployOptions {
  if (node === undefined) return {};
  const raw: Record<string, unknown> = {};
  for (const child of node.children) {
    if (child.name === 'runTests')
      raw['runTests'] = [...((raw['runTests'] as string[] | undefined) ?? []), child.text.trim()];
    else raw[child.name] = child.text.trim();
  }
  return coerceOptions(raw);
}

/** Booleans come as booleans or as text, names of tests as a list or alone. */
export function coerceOptions(raw: Readonly<Record<string, unknown>>): DeployOptions {
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (value === null || value === undefined || value === '') continue;
    if (name === 'runTests')
      options[name] = (Array.isArray(value) ? value : String(value).split(','))
        .map((one) => String(one).trim())
        .filter((one) => one !== '');
    else if (name === 'testLevel') options[name] = String(value);
    else options[name] = value === true || value === 'true';
  }
  return options;
}
