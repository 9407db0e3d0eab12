import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ensureFirstToken } from './access/first-start.js';
import type { Config } from './config.js';
import type { Database } from './database/database.js';
import { explainDatabaseError } from './database/explain-error.js';
import { refusePendingMigrations } from './database/migrating/migrate.js';
import { isBehindPooler } from './database/pooler.js';
import { refuseMissingPrivileges } from './database/privileges.js';
import { OperatorError } from './operator-error.js';
import { drainable } from './http/drain.js';
import { KeyVault } from './keys/key-vault.js';
import { loadKeyEncryptionKeys } from './keys/key-encryption-keys.js';
import { warnOfUnreadableKey } from './keys/warn-of-unreadable-key.js';
import { createServer } from './server.js';
import { keepRollups } from './usage/rollups/keep-rollups.js';

/**
 * Serves a database until the signal to stop, then answers open requests and returns. On a first start it prints a
 * link that signs in.
 *
 * @throws OperatorError when the database is not ready for it, or the port is taken
 */
export async function serve(
  config: Config,
  database: Database,
  stop: AbortSignal,
  print: (line: string) => void,
): Promise<void> {
  await refuseUnready(database);
  const keyEncryptionKeys = await loadKeyEncryptionKeys(config);
  const app = await createServer({ ...config, keyEncryptionKeys }, database);
  await warnOfPooler(database, app.log);
  const drain = drainable(app);
  await listen(app, config);
  const closing = new AbortController();
  const keeping = keepRollups(database, app.log, closing.signal);
  try {
    // An identity provider lets people in by itself.
    const token = config.identityProvider ? undefined : await ensureFirstToken(database);
    print(welcome(address(app, config), token));
    const keyVault = new KeyVault(config.keyStorage, keyEncryptionKeys);
    await warnOfUnreadableKey(database, keyVault, app.log, print);
    if (!stop.aborted) await once(stop, 'abort');
  } finally {
    closing.abort();
    await drain();
    await keeping;
  }
}

function welcome(url: string, token: string | undefined): string {
  const ready = `llm-call-log is ready. Open ${url}`;
  if (token === undefined) return ready;
  return `${ready}\nTo be signed in as admin, open this link, which is shown only once: ${url}#token=${token}`;
}

async function refuseUnready(database: Database): Promise<void> {
  try {
    await refusePendingMigrations(database);
    await refuseMissingPrivileges(database);
  } catch (error) {
    throw explainDatabaseError(error);
  }
}

/** A pooler that leaves sessions alone does no harm. */
async function warnOfPooler(database: Database, log: FastifyInstance['log']): Promise<void> {
  if (database.pooler !== 'none' || !(await isBehindPooler(database))) return;
  log.warn(
    'A pooler stands between here and PostgreSQL. Where it hands connections on after each transaction, set DATABASE_POOLER=transaction.',
  );
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const { code } = error as { code?: string };
    if (code === 'EADDRINUSE') {
      throw new OperatorError(
        `Port ${port} of ${host} is taken. Stop the program that uses it, or set PORT to another.`,
      );
    }
    if (code === 'EACCES') throw new OperatorError(`Port ${port} is reserved. Set PORT to one above 1023.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new OperatorError(
        `HOST ${host} is not an address of this machine. Set it to one that is, such as 127.0.0.1.`,
      );
    }
    throw error;
  }
}

function address(app: FastifyInstance, { host }: Config): string {
  const listening = app.server.address() as AddressInfo;
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${listening.port}/graphql`;
}
