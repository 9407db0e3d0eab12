import { setTimeout as sleep } from 'node:timers/promises';
import { ourFields } from '../cases/call-answers.js';
import type { Server } from '../servers/server.js';
import { HttpClient } from './http-client.js';
import { peakMemory } from './process-usage.js';
import { quantile } from './statistics.js';

const CLIENTS = 64;
const SECONDS = 60;

/** How often the server is asked for its health, in milliseconds. */
const HEALTH_EVERY_MS = 100;

/** How long that may take, in milliseconds: no longer than what asks it waits. */
const HEALTH_LIMIT = 1_000;

/** How our server did while it was asked for the largest pages that there are. */
export interface LargePagesResult {
  /** Pages that it answered with. */
  answered: number;
  /** Requests that it sent away, for the client to try again. */
  refused: number;
  /** Milliseconds of 99 of 100 requests for its health, and of the slowest. */
  healthP99: number;
  healthMost: number;
  healthLimit: number;
  /** The most memory that it had resident, in MB. */
  peak: number;
}

const QUERY = `{ callLogs(first: 1000) { nodes { ${ourFields(true)} } } }`;

/**
 * 64 clients fetch pages of 1,000 calls with all bodies, while somebody asks for the server's health.
 *
 * @throws an error where the server does not answer any more
 */
export async function measureLargePages(server: Server): Promise<LargePagesResult> {
  const end = performance.now() + SECONDS * 1000;
  const body = JSON.stringify({ query: QUERY });
  const counts = { answered: 0, refused: 0 };
  const runClient = async () => {
    const client = new HttpClient(server);
    while (performance.now() < end) {
      const answer = await client.post('/graphql', body);
      const isAnswer = answer.status === 200 && !answer.body.subarray(0, 10).toString().includes('errors');
      counts[isAnswer ? 'answered' : 'refused'] += 1;
    }
    await client.close();
  };
  const health: number[] = [];
  const askHealth = async () => {
    const client = new HttpClient(server);
    while (performance.now() < end) {
      const asked = performance.now();
      const { status } = await client.get('/livez');
      if (status !== 200) throw new Error(`The server is not well: ${status}`);
      health.push(performance.now() - asked);
      await sleep(HEALTH_EVERY_MS);
    }
    await client.close();
  };
  await Promise.all([askHealth(), ...Array.from({ length: CLIENTS }, runClient)]);
  return {
    ...counts,
    healthP99: quantile(health, 0.99),
    healthMost: Math.max(...health),
    healthLimit: HEALTH_LIMIT,
    peak: await peakMemory(server.pid),
  };
}
