import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import type { Database } from '../database/database.js';

/** `GET /livez`: the process answers. `GET /readyz`: so does its database; 503 while it does not. */
export function registerHealth(app: FastifyInstance, database: Database): void {
  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', async (_, reply) => {
    try {
      await sql`SELECT 1`.execute(database.sql);
      return { status: 'ok' };
    } catch {
      return reply.code(503).send({ status: 'unavailable', reason: 'The database does not answer.' });
    }
  });
}
