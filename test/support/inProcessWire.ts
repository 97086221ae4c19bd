import type { Wire } from '../../src/org/orgHttp.js';
import type { Door, DoorAnswer } from '../org/http/door.js';

const broken = (code: string): TypeError => Object.assign(new TypeError('fetch failed'), { cause: { code } });

/**
 * A network without sockets: requests go straight to the door of a practice org, and what the door lets go wrong goes wrong
 * in the words of the client (undici). A stalled answer is given up at once, as after its time; no pause takes time.
 */
export function inProcessWire(door: Door): Wire & { cut(): Promise<void> } {
  const underWay = new Set<Promise<DoorAnswer>>();
  let isCut = false;
  return {
    fetch: async (url, init) => {
      if (isCut) throw broken('UND_ERR_SOCKET');
      const headers = Object.fromEntries(
        Object.entries(init.headers as Record<string, string>).map(([name, value]) => [name.toLowerCase(), value])
      );
      const { pathname, search } = new URL(url);
      const asked = door.answer({
        method: init.method ?? 'GET',
        url: `${pathname}${search}`,
        headers,
        body: Buffer.from((init.body ?? '') as string),
      });
      underWay.add(asked);
      const answer = await asked.finally(() => underWay.delete(asked));
      if (answer.kind === 'reset') throw broken('UND_ERR_SOCKET');
      if (answer.kind === 'stall') throw broken('UND_ERR_HEADERS_TIMEOUT');
      const { status, bytes, breaksOff } = answer;
      const told = new Map(Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value]));
      const empty = status === 204 || status === 304;
      return {
        status,
        ok: status >= 200 && status < 300,
        headers: { get: (name) => told.get(name.toLowerCase()) ?? null },
        body: empty ? null : pieces(bytes, breaksOff),
      };
    },
    sleep: () => Promise.resolve(),
    /** No request passes from now on; resolves when the org is done with those it was sent. */
    cut: async () => {
      isCut = true;
      await Promise.allSettled(underWay);
    },
  };
}

async function* pieces(bytes: Buffer, breaksOff: boolean): AsyncGenerator<Uint8Array> {
  yield breaksOff ? bytes.subarray(0, Math.floor(bytes.length / 2)) : bytes;
  if (breaksOff) throw broken('UND_ERR_SOCKET');
}
