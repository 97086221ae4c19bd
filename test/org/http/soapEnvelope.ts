import { XMLParser } from 'fast-xml-parser';
import type { OrgResponse } from './router.js';

/** A SOAP call: its name, the session id of its header and its elements, without prefixes. */
export interface SoapCall {
  readonly name: string;
  readonly sessionId: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

const parser = new XMLParser({ removeNSPrefix: true, ignoreAttributes: true, parseTagValue: false, trimValues: true });

export function readSoapCall(text: string): SoapCall | undefined {
  const document = parser.parse(text) as {
    Envelope?: { Header?: Record<string, unknown>; Body?: Record<string, unknown> };
  };
  const [entry] = Object.entries(document.Envelope?.Body ?? {});
  if (entry === undefined) return undefined;
  const header = document.Envelope?.Header ?? {};
  const session = header['SessionHeader'] as { sessionId?: unknown } | undefined;
  const body = typeof entry[1] === 'object' && entry[1] !== null ? (entry[1] as Record<string, unknown>) : {};
  return { name: entry[0], sessionId: String(session?.sessionId ?? ''), header, body };
}

/** One element may be parsed as itself, several as a list. */
export function listOf(value: unknown): string[] {
  if (value === undefined || value === null || value === '') return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

export function soapAnswer(namespace: string, content: string): OrgResponse {
  return { status: 200, contentType: 'text/xml;charset=UTF-8', body: envelope(namespace, content) };
}

/** A fault: HTTP 500 with the code both as fault code and in the text. */
export function soapFault(code: string, message: string): OrgResponse {
  const namespace = 'urn:fault.partner.soap.sforce.com';
  const content = `<soapenv:Fault><faultcode>sf:${code}</faultcode><faultstring>${escapeXml(`${code}: ${message}`)}</faultstring></soapenv:Fault>`;
  return { status: 500, contentType: 'text/xml;charset=UTF-8', body: envelope('', content, `xmlns:sf="${namespace}"`) };
}

function envelope(namespace: string, content: string, more = ''): string {
  const own = namespace === '' ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"${own} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ${more}><soapenv:Body>${content}</soapenv:Body></soapenv:Envelope>`;
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
