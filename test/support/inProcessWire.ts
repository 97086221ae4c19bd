import { Response } from 'undici';
import type { Wire } from '../../src/org/orgHttp.js';
import type { Door } from '../org/http/door.js';

const broken = (code: string): TypeError => Object.assign(new TypeError('fetch failed'), { cause: { code } });

/**
 * A network without sockets: requests go straight to the door of a practice org, and what the door lets go wrong goes wrong
 * in the words of the client (undici). A stalled answer is given up at once, as after its time; no pause takes time.
 */
export function inProcessWire(door: Door): Wire {
  return {
    fetch: async (url, init) => {
      const headers = Object.fromEntries(
        Object.entries(init.headers as Record<string, string>).map(([name, value]) => [name.toLowerCase(), value])
      );
      const { pathname, search } = new URL(url);
      const answer = await door.answer({
        method: init.method ?? 'GET',
        url: `${pathname}${search}`,
        headers,
        body: Buffer.from((init.body ?? '') as string),
      });
      if (answer.kind === 'reset') throw broken('UND_ERR_SOCKET');
      if (answer.kind === 'stall') throw broken('UND_ERR_HEADERS_TIMEOUT');
      const { status, bytes } = answer;
      const empty = status === 204 || status === 304;
      const body = empty ? null : answer.breaksOff ? halfOf(bytes) : bytes;
      return new Response(body as never, { status, headers: answer.headers });
    },
    sleep: () => Promise.resolve(),
  };
}

function halfOf(bytes: Buffer): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (sent) return controller.error(broken('UND_ERR_SOCKET'));
      sent = true;
      controller.enqueue(new Uint8Array(bytes.subarray(0, Math.floor(bytes.length / 2))));
    },
  });
}
