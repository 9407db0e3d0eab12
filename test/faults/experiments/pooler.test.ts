import type { Client } from 'pg';
import { generateKeyEncryptionKey } from '../../../src/keys/key-encryption-keys.js';
import { documentedQueries } from '../../support/documented-queries.js';
import { runCli } from '../../support/processes.js';
import { post } from '../../support/post.js';
import { experiment, type Lab } from '../harness/experiment.js';
import { connect } from '../harness/fault-database.js';
import { mixedClients } from '../harness/load.js';
import { hasPgBouncer, poolTransactions, POOL_SIZE } from '../harness/pgbouncer.js';

/*
 * A pooler hands PostgreSQL's connections from one transaction to the next, whoever begins it: what a session sets,
 * prepares or locks is another's then.
 */

const isPossible = process.env['FAULTS'] === 'full' && (await hasPgBouncer());
const POOLED = { DATABASE_POOLER: 'transaction', KEY_ENCRYPTION_KEYS: generateKeyEncryptionKey() };
const DOCUMENTS = documentedQueries();

experiment(
  'PgBouncer shares connections by transaction',
  {
    isPossible,
    environment: POOLED,
    clients: mixedClients(16),
    way: ({ urlBy }, { port }) => poolTransactions(urlBy(port)),
  },
  async (lab) => {
    const { server, demand, database, databaseUrl } = lab;
    const failed = new Map<string, string>();
    for (let round = 0; round < 3; round++) {
      for (const document of DOCUMENTS) {
        const { errors } = await post(server.url, document);
        if (errors) failed.set(document.split('\n')[0]!, JSON.stringify(errors[0]));
      }
      // A group is made once of a name.
      await database.direct.query(`UPDATE groups SET name = name || ' of before'`);
    }
    for (const [document, error] of failed) lab.note(`${document} ${error}`);
    demand(failed.size === 0, `${failed.size} of ${DOCUMENTS.length} documents failed.`);
    const others = Object.keys(lab.load.seen).filter((label) => label !== 'recorded');
    demand(others.length === 0, `Writers saw ${others.join(', ')}.`);
    await leavesNothing(lab, databaseUrl);
  },
);

experiment(
  'migrate is run by way of PgBouncer',
  { isPossible, way: ({ urlBy }, { port }) => Promise.resolve(urlBy(port)), clients: mixedClients(2) },
  async (lab) => {
    const { database, demand, note } = lab;
    const pooled = await poolTransactions(database.directUrl);
    const migrate = runCli(['migrate'], { ...POOLED, DATABASE_URL: pooled });
    const { code } = await migrate.ended;
    note(`migrate ended by ${code}: ${migrate.stdout()}${migrate.stderr()}`.trimEnd());
    demand(code === 1, 'migrate did not refuse to run without a session of its own.');
    demand(migrate.stderr().includes('session'), 'migrate did not say that it needs a real session.');
    await leavesNothing(lab, pooled);
  },
);

/** Settings that a session of the product's own has, and that nobody who shares a connection may find there. */
const SETTINGS = [
  ...['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'plan_cache_mode', 'jit'],
  ...['TimeZone', 'DateStyle', 'max_parallel_workers_per_gather', 'client_connection_check_interval'],
];

/** Looks at all connections of the pool at once. */
async function leavesNothing({ demand, note, database }: Lab, pooled: string): Promise<void> {
  const clients = await Promise.all(Array.from({ length: POOL_SIZE }, () => connect(pooled)));
  // As long as their transactions are open, no two share a connection.
  for (const client of clients) await client.query('BEGIN');
  const found = await Promise.all(clients.map(leftOn));
  for (const client of clients) await client.query('ROLLBACK');
  await Promise.all(clients.map((client) => client.end()));
  const left = [...new Set(found.flat())];
  for (const line of left) note(`Left on a connection: ${line}`);
  demand(left.length === 0, `${left.length} kinds of things were left on shared connections.`);
  const { rowCount } = await database.direct.query(`
    SELECT FROM pg_locks JOIN pg_stat_activity AS session USING (pid)
    WHERE locktype = 'advisory' AND state = 'idle' AND datname = current_database()`);
  demand(rowCount === 0, `${rowCount} advisory locks are held by nobody.`);
}

async function leftOn(client: Client): Promise<string[]> {
  const { rows: settings } = await client.query<{ line: string }>(
    `SELECT name || ' = ' || setting AS line FROM pg_settings
     WHERE name = ANY($1) AND source = 'session' AND setting <> reset_val`,
    [SETTINGS],
  );
  const { rows: statements } = await client.query<{ line: string }>(
    `SELECT 'a prepared statement' AS line FROM pg_prepared_statements`,
  );
  return [...settings, ...statements].map(({ line }) => line);
}
