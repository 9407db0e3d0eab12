import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import type { Config } from './config.js';
import type { Database } from './database/database.js';
import { pendingMigrations } from './database/migrate.js';
import { refuseMissingPrivileges } from './database/privileges.js';
import { OperatorError } from './errors.js';
import { createServer } from './server.js';

/**
 * Serves a database until the process is told to stop (SIGINT, SIGTERM), then answers open requests and
 * returns.
 *
 * @throws OperatorError when the database is not ready for it, or the port is taken
 */
export async function serve(
  config: Config,
  database: Database,
  print: (line: string) => void,
): Promise<void> {
  const pending = await pendingMigrations(database);
  if (pending.length > 0) {
    throw new OperatorError(
      `The database lacks the migrations ${pending.join(', ')}. Run "npm run migrate" with the same DATABASE_URL first.`,
    );
  }
  await refuseMissingPrivileges(database);
  const app = await createServer(config, database);
  await listen(app, config);
  const stopped = nextSignal();
  print(`llm-call-log is ready. Open ${address(app, config)}`);
  await stopped;
  await app.close();
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const { code } = error as { code?: string };
    if (code === 'EADDRINUSE') {
      throw new OperatorError(
        `Port ${port} of ${host} is taken. Stop what listens there, or set PORT to another.`,
      );
    }
    if (code === 'EACCES') throw new OperatorError(`Port ${port} is reserved. Set PORT to one above 1023.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new OperatorError(
        `HOST ${host} is no address of this machine. Set it to one, such as 127.0.0.1.`,
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

/** The second signal is not ours any more: it ends the process at once. */
function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    const signals = ['SIGINT', 'SIGTERM'] as const;
    const stop = () => {
      for (const signal of signals) process.off(signal, stop);
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
  });
}
