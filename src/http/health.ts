import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { isAtWork } from '../database/at-work.js';
import type { Database } from '../database/database.js';

/** Whoever asks waits for an answer; a database that is out of reach can keep silent for minutes. */
const TIMEOUT_MS = 5_000;

/** An answer on a connection that writes comes sooner, unless calls or locks are in its way. */
const QUICK_MS = 500;

/** Why calls cannot be recorded. */
const SILENT = 'The database does not answer.';
const CANNOT_WRITE = 'The database answers, but not on the connections by which calls are recorded.';
const READ_ONLY = 'The database is read-only, so no call can be recorded. Is it the primary?';

/**
 * `GET /livez`: the process answers. `GET /readyz`: calls can be recorded, and there is no other reason to send requests
 * elsewhere; otherwise 503 with the reason. That calls wait, for each other or for somebody's lock, is none: a server
 * that is taken out for being busy leaves the others more to do.
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
    const reason = (await whyUnwritable(database)) ?? (await whyUnfit());
    return reason === null ? { status: 'ok' } : reply.code(503).send({ status: 'unavailable', reason });
  });
}

/** A connection that writes answers; or none does, but the database is at work on what they asked. */
async function whyUnwritable(database: Database): Promise<string | null> {
  let reason = SILENT;
  const lookForWork = async () => {
    await sleep(QUICK_MS, undefined, { ref: false });
    if (await isAtWork(database, TIMEOUT_MS)) return null;
    reason = CANNOT_WRITE;
    throw new Error(reason);
  };
  const found = Promise.any([askWhetherReadOnly(database), lookForWork()]).catch(() => reason);
  const answer = await Promise.race([found, silence()]);
  return answer === undefined ? reason : answer;
}

async function askWhetherReadOnly({ recording }: Database): Promise<string | null> {
  const { rows } = await sql<{ isReadOnly: boolean }>`
    SELECT current_setting('transaction_read_only')::boolean AS "isReadOnly"`.execute(recording);
  return rows[0]?.isReadOnly === true ? READ_ONLY : null;
}

async function silence(): Promise<undefined> {
  await sleep(TIMEOUT_MS, undefined, { ref: false });
  // Where this process was too busy to notice, the answer is there by now.
  return setImmediate(undefined);
}
