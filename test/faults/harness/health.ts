import { setTimeout as sleep } from 'node:timers/promises';
import type { Seen } from './load.js';

const EVERY_MS = 500;
/** /readyz itself gives up on a silent database after 5 s. */
const PATIENCE_MS = 10_000;

/** What a server says of its own health, again and again. */
export interface Health {
  /** Answers of /readyz, by status and reason. */
  ready: Seen;
  /** How often /livez did not say that the process lives. */
  notLive: number;
  stop: () => Promise<void>;
}

export function watchHealth(url: string): Health {
  const stopping = new AbortController();
  const health: Health = {
    ready: {},
    notLive: 0,
    stop: async () => {
      stopping.abort();
      await watching;
    },
  };
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      const [ready, live] = await Promise.all([ask(`${url}/readyz`), ask(`${url}/livez`)]);
      health.ready[ready] = (health.ready[ready] ?? 0) + 1;
      if (live !== '200') health.notLive += 1;
      await sleep(EVERY_MS);
    }
  })();
  return health;
}

/** The status of an answer, and the reason where it gives one. */
async function ask(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const { reason } = (await response.json()) as { reason?: string };
    return reason === undefined ? String(response.status) : `${response.status} ${reason}`;
  } catch {
    return '–';
  }
}
