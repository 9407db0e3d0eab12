import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../consistency/check.js';
import { Risk } from '../database/structure/finding.js';
import type { Database } from '../database/database.js';

/** Whoever asks waits for an answer; a database that is out of reach can keep silent for minutes. */
const TIMEOUT_MS = 5_000;

/** However often anyone asks, the tables are compared no more often than this. */
const CHECK_EVERY_MS = 2_000;

/**
 * `GET /livez`: the process answers. `GET /readyz`: so does its database, all migrations have run, and
 * the check finds no high risk; 503 with the reason otherwise.
 */
export function registerHealth(app: FastifyInstance, database: Database, check: Check): void {
  const whyUnfit = atMostEvery(CHECK_EVERY_MS, async () => {
    const { risk, migrations } = await check();
    if (migrations.some(({ ranAt }) => ranAt === null))
      return 'A migration is pending; run "npm run migrate".';
    return risk === Risk.HIGH
      ? 'The tables are not as they should be; "npm run check" tells what is wrong.'
      : null;
  });
  const whyNotReady = async () => {
    await sql`SELECT 1`.execute(database.sql);
    return whyUnfit();
  };
  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', async (_, reply) => {
    const reason = await Promise.race([whyNotReady(), timeout()]).catch(
      () => 'The database does not answer.',
    );
    return reason === null ? { status: 'ok' } : reply.code(503).send({ status: 'unavailable', reason });
  });
}

/** The same, but asked again soon it gives what it gave before. Failures are not kept. */
function atMostEvery<T>(milliseconds: number, ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let askedAt = 0;
  return () => {
    if (!answer || performance.now() - askedAt > milliseconds) {
      askedAt = performance.now();
      answer = ask();
      answer.catch(() => {
        answer = undefined;
      });
    }
    return answer;
  };
}

async function timeout(): Promise<never> {
  await sleep(TIMEOUT_MS, undefined, { ref: false });
  throw new Error('The database took too long.');
}
