export interface Part {
  readonly name: string;
  readonly contentType: string | undefined;
  readonly content: Buffer;
}

/** The parts of a multipart/form-data body, byte for byte. */
export function readMultipart(contentType: string, body: Buffer): Part[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return [];
  const mark = Buffer.from(`--${boundary}`);
  const parts: Part[] = [];
  for (let start = body.indexOf(mark); start !== -1;) {
    const next = body.indexOf(mark, start + mark.length);
    if (next === -1) break;
    const part = readPart(body.subarray(start + mark.length + 2, next - 2));
    if (part !== undefined) parts.push(part);
    start = next;
  }
  return parts;
}

function readPart(bytes: Buffer): Part | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = bytes.subarray(0, end).toString('utf8');
  const name = /content-disposition:[^\r\n]*\bname="([^"]*)"/i.exec(head)?.[1];
  if (name === undefined) return undefined;
  return { name, contentType: /content-type:\s*([^\r\n;]+)/i.exec(head)?.[1], content: bytes.subarray(end + 4) };
}
