import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database/database.js';

/** Whoever asks waits for an answer; a database that is out of reach can keep silent for minutes. */
const TIMEOUT_MS = 5_000;

/**
 * `GET /livez`: the process answers. `GET /readyz`: the database answers, too, and there is no other reason to send
 * requests elsewhere; otherwise 503 with the reason.
 *
 * @param whyUnfit is asked while the database answers; gives the reason in one sentence, or null. It never fails
 */
export function registerHealth(
  app: FastifyInstance,
  database: Database,
  whyUnfit: () => Promise<string | null>,
): void {
  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', async (_, reply) => {
    const reason = (await answers(database)) ? await whyUnfit() : 'The database does not answer.';
    return reason === null ? { status: 'ok' } : reply.code(503).send({ status: 'unavailable', reason });
  });
}

/** Whether a database answers on any connection: those of one kind may all be busy, or wait for a lock. */
async function answers({ sql: writes, quickReads }: Database): Promise<boolean> {
  const asked = [writes, quickReads].map((connections) => sql`SELECT 1`.execute(connections));
  const answered = Promise.any(asked).then(
    () => true,
    () => false,
  );
  return Promise.race([answered, silence()]);
}

async function silence(): Promise<false> {
  await sleep(TIMEOUT_MS, undefined, { ref: false });
  // Where this process was too busy to notice, the answer is there by now.
  return setImmediate(false);
}
