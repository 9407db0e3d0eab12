import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { createTestDatabase, dropTestDatabase } from '../../support/database.js';
import { OwnPostgres, prepareTables } from './own-postgres.js';

/** A migrated database of one experiment, with a role of its own that the server uses. */
export interface FaultDatabase {
  /** Of the database and of the role. */
  name: string;
  role: string;
  /** Where its PostgreSQL listens. */
  port: number;
  /** For the superuser, past every fault on the way. */
  directUrl: string;
  /** A connection there, for one statement at a time. */
  direct: Client;
  /** For the server, with the role's password, by way of a port. */
  urlBy: (port: number) => string;
  /** Connects anew, where PostgreSQL was started anew or elsewhere. */
  reconnect: () => Promise<void>;
  /** The PostgreSQL, where the experiment has it for itself. */
  postgres: OwnPostgres | undefined;
  drop: () => Promise<void>;
}

/** A clone of the tests' template on the PostgreSQL that all test files share. */
export async function sharedDatabase(): Promise<FaultDatabase> {
  const directUrl = await createTestDatabase();
  return prepared(directUrl, undefined, async ({ direct, role }) => {
    await direct.end();
    await dropTestDatabase(directUrl);
    const other = await connect(new URL('/postgres', directUrl).href);
    await other.query(`DROP ROLE ${role}`);
    await other.end();
  });
}

/** The same on a PostgreSQL that may be stopped and frozen. */
export async function ownDatabase(dataDir: string): Promise<FaultDatabase> {
  const postgres = await OwnPostgres.on(dataDir);
  return prepared(postgres.urlOf('faults'), postgres, async () => {
    await postgres.kill();
  });
}

async function prepared(
  directUrl: string,
  postgres: OwnPostgres | undefined,
  drop: (database: FaultDatabase) => Promise<void>,
): Promise<FaultDatabase> {
  const direct = await connect(directUrl);
  await prepareTables(direct);
  const role = `faults_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await direct.query(`
    CREATE ROLE ${role} LOGIN PASSWORD '${password}';
    GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role};
    GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role};
    GRANT ALL ON SCHEMA public TO ${role}`);
  const { port, pathname } = new URL(directUrl);
  const database: FaultDatabase = {
    ...{ name: pathname.slice(1), role, port: Number(port), directUrl, direct, postgres },
    reconnect: async () => {
      if (postgres) {
        database.port = postgres.port;
        database.directUrl = postgres.urlOf(database.name);
      }
      database.direct = await connect(database.directUrl);
    },
    urlBy: (way) => `postgres://${role}:${password}@127.0.0.1:${way}${pathname}`,
    drop: () => drop(database),
  };
  return database;
}

/** Connects past the server; that the connection breaks is no error. */
export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
