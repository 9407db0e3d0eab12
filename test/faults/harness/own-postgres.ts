import { readdir, readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { prepareDataFolder, type DataFolder } from '../../../src/database/data-folder.js';
import { openDatabase } from '../../../src/database/database.js';
import { migrate } from '../../../src/database/migrating/migrate.js';
import { runningPort, startPostgres } from '../../../src/database/postgres-process.js';
import { entities } from '../../../src/entities.js';
import { isAlive } from '../../support/alive.js';
import { killPostgres, postgresOf } from '../../support/data-folders.js';
import { eventually } from '../../support/eventually.js';
import { insertTestToken } from '../../support/token.js';

/** What is committed has to survive the end of PostgreSQL, but not one of the machine. */
const SETTINGS = { fsync: 'off', full_page_writes: 'off' };

/** A PostgreSQL that one experiment has for itself, to stop and to freeze. */
export class OwnPostgres {
  readonly #folder: DataFolder & { password: string };
  port = 0;

  private constructor(folder: DataFolder & { password: string }) {
    this.#folder = folder;
  }

  /** Starts one on a data folder, with a migrated database in it. */
  static async on(dataDir: string): Promise<OwnPostgres> {
    const postgres = new OwnPostgres(await prepareDataFolder(dataDir));
    await postgres.start();
    const client = new Client({ connectionString: postgres.urlOf('postgres') });
    await client.connect();
    for (const [name, value] of Object.entries(SETTINGS))
      await client.query(`ALTER SYSTEM SET ${name} = '${value}'`);
    await client.query('SELECT pg_reload_conf()');
    await client.query('CREATE DATABASE faults');
    await client.end();
    const database = await openDatabase(postgres.urlOf('faults'), entities, 2);
    await migrate(database);
    await database.close();
    return postgres;
  }

  /** For its superuser. */
  urlOf(database: string): string {
    return `postgres://postgres:${this.#folder.password}@127.0.0.1:${this.port}/${database}`;
  }

  /** @param port another than before, if it is to move; 0 takes a free one */
  async start(port = this.port): Promise<void> {
    await startPostgres(this.#folder, port === 0 ? undefined : port);
    this.port = (await runningPort(this.#folder)) ?? 0;
  }

  /** As by `pg_ctl stop -m immediate`: connections end there and then, and the next start recovers. */
  async stopAtOnce(): Promise<void> {
    const pid = await this.#postmaster();
    process.kill(pid, 'SIGQUIT');
    await eventually(() => !isAlive(pid));
  }

  /** All of its processes stand still, and its connections stay open. */
  async freeze(): Promise<void> {
    const pid = await this.#postmaster();
    process.kill(pid, 'SIGSTOP');
    for (const child of await childrenOf(pid)) process.kill(child, 'SIGSTOP');
  }

  async thaw(): Promise<void> {
    const pid = await this.#postmaster();
    for (const child of await childrenOf(pid)) process.kill(child, 'SIGCONT');
    process.kill(pid, 'SIGCONT');
  }

  async kill(): Promise<void> {
    await killPostgres(this.#folder.path);
  }

  async #postmaster(): Promise<number> {
    const pid = await postgresOf(this.#folder.path);
    if (pid === undefined) throw new Error('PostgreSQL does not run.');
    return pid;
  }
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const parents = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // The name of the program, in parentheses, may hold anything; the parent is the second after it.
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    }),
  );
  return pids.filter((_, index) => parents[index] === parent);
}

/** Lets the tests in, and makes the groups that they record for: 1, 2 and 3. */
export async function prepareTables(client: Client): Promise<void> {
  await insertTestToken((text, values) => client.query(text, values));
  await client.query(`INSERT INTO groups (name) VALUES ('one'), ('two'), ('three')`);
}
