// Its own process: what somebody would write by hand for exactly the cases of the bench, without GraphQL, access checks
// or limits, on the same versions of Fastify and pg as this project.
import Fastify from 'fastify';
import { Pool } from 'pg';
import { CASES } from '../cases/all.js';
import { CONNECTIONS } from '../servers/server.js';

/** As many as ours takes for recordings. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: CONNECTIONS });
const app = Fastify({ forceCloseConnections: true, bodyLimit: MAX_BODY_BYTES });
const cases = new Map(CASES.map((one) => [one.name, one]));
app.post<{ Body: { name: string; turn: number; input: unknown } }>('/', ({ body: { name, turn, input } }) =>
  cases.get(name)?.bare(pool, turn, input),
);
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`The bare server is ready on ${url}\n`);
process.once('SIGTERM', () => {
  void app.close().then(() => pool.end());
});
