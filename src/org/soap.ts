import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { checkKind } from './answerBody.js';
import type { Answer } from './network.js';
import type { OrgHttp } from './orgHttp.js';
import { badAnswer, OrgRequestError } from './orgRequestError.js';

/** Arguments of a call: text, lists as repeated elements, objects as nested ones, in the order in which they stand. */
export type SoapValue =
  string | boolean | number | undefined | readonly SoapValue[] | { readonly [name: string]: SoapValue };

/** An element of an answer: text, an object, or a list where several of one name stood. All text, as it came. */
export type Raw = Record<string, unknown>;

const NAMESPACE = { partner: 'urn:partner.soap.sforce.com', metadata: 'http://soap.sforce.com/2006/04/metadata' };
const PATH = { partner: 'u', metadata: 'm' };

const PARSER = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: true,
  parseTagValue: false,
  // Message texts and base64 are taken as they are.
  trimValues: false,
  processEntities: true,
});

export const many = <T>(value: T | readonly T[] | null | undefined | ''): readonly T[] =>
  value === null || value === undefined || value === ''
    ? []
    : Array.isArray(value)
      ? (value as readonly T[])
      : [value as T];
export const truth = (value: unknown): boolean => value === true || value === 'true';

function escaped(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? ''
  );
}

export function soapXml(name: string, value: SoapValue): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return (value as readonly SoapValue[]).map((one) => soapXml(name, one)).join('');
  if (typeof value !== 'object') return `<${name}>${escaped(String(value))}</${name}>`;
  const inner = Object.entries(value as Readonly<Record<string, SoapValue>>).map(([child, one]) => soapXml(child, one));
  return `<${name}>${inner.join('')}</${name}>`;
}

/**
 * SOAP calls (partner and Metadata API) through the one door of all requests. An answer counts only when it is a whole
 * envelope with the answer to this very call; a fault is an `OrgRequestError` with the org's own code.
 */
export class Soap {
  public constructor(private readonly http: OrgHttp) {}

  /** The elements called `result` of the answer, none, one or many. */
  public async call(
    api: 'partner' | 'metadata',
    operation: string,
    args: SoapValue,
    options: { readonly readsOnly?: boolean; readonly repeatable?: boolean } = {}
  ): Promise<readonly Raw[]> {
    const envelope = (token: string): string =>
      '<?xml version="1.0" encoding="UTF-8"?>' +
      '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">' +
      `<soapenv:Header xmlns="${NAMESPACE[api]}">` +
      soapXml('SessionHeader', { sessionId: token }) +
      soapXml('CallOptions', { client: 'sf-plugin-rollback' }) +
      `</soapenv:Header><soapenv:Body xmlns="${NAMESPACE[api]}">${soapXml(operation, args)}</soapenv:Body></soapenv:Envelope>`;
    const path = `/services/Soap/${PATH[api]}/${this.http.apiVersion}`;
    return this.http.call(
      path,
      {
        method: 'POST',
        body: envelope,
        headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: '""', accept: 'text/xml' },
        ...options,
      },
      (text, response) => understood(text, response, operation, !options.readsOnly)
    );
  }
}

/** Status that a fault would have in REST: the code says what SOAP puts under 500 for everything. */
function statusOf(code: string): number {
  if (code === 'INVALID_SESSION_ID') return 401;
  if (code === 'REQUEST_LIMIT_EXCEEDED') return 403;
  if (code === 'SERVER_UNAVAILABLE') return 503;
  return code === 'UNKNOWN_EXCEPTION' ? 500 : 400;
}

function understood(text: string, response: Answer, operation: string, changes: boolean): readonly Raw[] {
  const what = `the call ${operation}`;
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok && !/\bxml\b/i.test(type)) {
    const acted = changes && (response.status >= 500 || response.status === 408 || response.status === 420);
    throw new OrgRequestError(
      `HTTP_${response.status}`,
      `${what} was answered with ${response.status}`,
      response.status,
      acted
    );
  }
  checkKind(response, 'xml', what);
  // A parser that is content with half a document would take what was cut off for absent.
  if (XMLValidator.validate(text) !== true) throw badAnswer(`${what} was answered with broken XML`);
  const body = ((PARSER.parse(text) as Raw).Envelope as Raw | undefined)?.Body as Raw | undefined;
  const fault = body?.Fault as Raw | undefined;
  if (fault) {
    const code = String(fault.faultcode ?? 'UNKNOWN')
      .replace(/^.*:/, '')
      .trim();
    const message = String(fault.faultstring ?? 'no message').trim();
    const status = statusOf(code);
    throw new OrgRequestError(
      code,
      `${message.startsWith(code) ? message : `${code}: ${message}`} (${operation})`,
      status,
      changes && status >= 500
    );
  }
  const answer = body?.[`${operation}Response`];
  if (answer === undefined) throw badAnswer(`${what} was answered with something else`);
  return many<Raw>((typeof answer === 'object' ? (answer as Raw).result : undefined) as Raw | undefined);
}
