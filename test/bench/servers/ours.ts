import { Client } from 'pg';
import { NODE_FLAGS } from '../../../src/product-node.js';
import type { CleanUp } from '../clean-up.js';
import { outputOf, serveFrom } from './child-process.js';
import { CONNECTIONS, type Server } from './server.js';
import { untilUsageIsReady } from './until-usage-is-ready.js';

/** The command line of the product. */
export const MAIN = 'dist/src/main.js';

const DAY_MS = 86_400_000;

/**
 * Starts this project's server as it runs in production, access checks and all other limits on. Two settings differ:
 * any rate is taken, and a statement may take minutes, so that a slow one is measured instead of broken off.
 *
 * @param report is told how long it took to roll up usage
 */
export async function serveOurs(
  databaseUrl: string,
  cleanUp: CleanUp,
  report: (progress: string) => void,
): Promise<Server> {
  const database = { DATABASE_URL: databaseUrl };
  const token = await outputOf([MAIN, 'token', 'create', ...tokenOptions()], database);
  const environment = {
    ...database,
    DATABASE_POOL_SIZE: String(CONNECTIONS),
    PORT: '0',
    RATE_LIMIT: '0',
    READ_TIMEOUT_MS: '600000',
  };
  const serving = await serveFrom([...NODE_FLAGS, MAIN, 'start'], environment, cleanUp);
  await waitForUsage(databaseUrl, report);
  return { name: 'llm-call-log', ...serving, headers: { authorization: `Bearer ${token.trim()}` } };
}

function tokenOptions(): string[] {
  const expires = new Date(Date.now() + DAY_MS).toISOString();
  return ['--name', 'bench', '--scope', 'logs:read', '--scope', 'logs:write', '--expires', expires];
}

async function waitForUsage(databaseUrl: string, report: (progress: string) => void): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const began = Date.now();
  await untilUsageIsReady(client);
  const seconds = (Date.now() - began) / 1000;
  if (seconds > 5) report(`Usage was rolled up in ${seconds.toFixed(0)} s.`);
  await client.end();
}
