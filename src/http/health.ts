import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database/database.js';

/** Whoever asks waits for an answer; a database that is out of reach can keep silent for minutes. */
const TIMEOUT_MS = 5_000;

/** `GET /livez`: the process answers. `GET /readyz`: so does its database; 503 while it does not. */
export function registerHealth(app: FastifyInstance, database: Database): void {
  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', async (_, reply) => {
    try {
      await Promise.race([sql`SELECT 1`.execute(database.sql), timeout()]);
      return { status: 'ok' };
    } catch {
      return reply.code(503).send({ status: 'unavailable', reason: 'The database does not answer.' });
    }
  });
}

async function timeout(): Promise<never> {
  await sleep(TIMEOUT_MS, undefined, { ref: false });
  throw new Error('The database took too long.');
}
